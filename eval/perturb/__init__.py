"""Perturbed questions: the same question as hurried, careless or polite people would write it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eval.perturb.base import Variant
from eval.perturb.cantonese import CANTONESE
from eval.perturb.form import FULL_WIDTH, NO_PUNCTUATION, OTHER_SCRIPT, SPACES
from eval.perturb.typos import TYPOS
from eval.perturb.wrap import IRRELEVANT_FIRST, POLITENESS

VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        variant.name: variant
        for variant in (
            TYPOS,
            NO_PUNCTUATION,
            CANTONESE,
            IRRELEVANT_FIRST,
            OTHER_SCRIPT,
            FULL_WIDTH,
            SPACES,
            POLITENESS,
        )
    }
)
"""Every variant by its name, in the order in which reports show them."""

__all__ = ["VARIANTS", "Variant"]
