"""What every variant of a question shares: its name, its dice and the places it must not touch.

The figures, years and names of a question decide its answer, so a person who reads the variant
must still be able to tell them. Dice are drawn from a hash of the seed, the variant and the
question's id: the same question is always changed in the same way, whatever stands beside it.
"""

from __future__ import annotations

import hashlib
import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from corpus.fold import converter, fold_with_offsets
from corpus.glossary import Lexicon, load_lexicon
from corpus.records import LANGUAGES, Language
from corpus.settings import BUNDLED_GLOSSARY, BUNDLED_THESAURUS
from eval.datasets.policy import Question

_DATA = Path(__file__).parents[1] / "data"
CHINESE: tuple[Language, ...] = ("zh-Hant", "zh-Hans")
HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
NUMERALS = frozenset("零〇一二三四五六七八九十百千万萬亿億两兩半廿卅")
"""Chinese characters that write a number; no variant may change them."""

# What is set in quotation or book-title marks is a name, whether or not the glossary has it.
_QUOTED = re.compile(r"《[^》]*》|「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"|‘[^’]*’")

# OpenCC has the forms of Hong Kong's list; Macao's official texts write these.
_MACAO = str.maketrans("税説衞户脱悦閲鋭温藴啓", "稅說衛戶脫悅閱銳溫蘊啟")

T = TypeVar("T")


class Dice:
    """Random choices that depend on nothing but `parts`.

    Only `random.Random.random` is used: Python promises its sequence from version to version,
    which it does not for `choice` and `shuffle`.
    """

    def __init__(self, *parts: object) -> None:
        key = "\x1f".join(map(str, parts)).encode()
        self._random = random.Random(int.from_bytes(hashlib.sha256(key).digest()[:8], "big"))

    def chance(self, share: float) -> bool:
        """Return True in `share` (0 to 1) of the throws."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options (there must be one)."""
        return options[int(self._random.random() * len(options))]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the options, each as often as its weight is large."""
        point = self._random.random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            point -= weight
            if point < 0:
                return option
        return options[-1]

    def order(self, options: Sequence[T]) -> list[T]:
        """Return the options in a random order."""
        keys = [self._random.random() for _ in options]
        return [options[i] for i in sorted(range(len(options)), key=keys.__getitem__)]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of writing a question otherwise.

    `change` gives the new wording, or None where the question cannot be changed in this way.
    `to` says which language the variant is in, where that is another one.
    """

    name: str
    about: str
    change: Callable[[Question, Dice], str | None]
    languages: tuple[Language, ...] = LANGUAGES
    to: Mapping[Language, Language] = field(default_factory=dict)

    def apply(self, question: Question, seed: int = 0) -> Question | None:
        """Return the question in this variant, with the id `<id>@<name>`.

        Its history stays as it was. None: the variant is not for its language, or changes nothing.
        """
        if question.lang not in self.languages:
            return None
        text = self.change(question, Dice(seed, self.name, question.id))
        if text is None or text == question.question:
            return None
        lang = self.to.get(question.lang, question.lang)
        return replace(question, id=f"{question.id}@{self.name}", question=text, lang=lang)


@dataclass(frozen=True, slots=True)
class Name:
    """A place in a question where something is named: `text[start:end]`; `id` says what."""

    id: str
    start: int
    end: int


def names_in(text: str, language: Language) -> tuple[Name, ...]:
    """Names in a question: those of the glossary, and whatever stands in quotation marks."""
    folded = fold_with_offsets(text)
    found = [
        Name(m.term.id, *folded.span(m.start, m.end))
        for m in lexicon().question_mentions(text, folded.text, language)
        if m.term.is_name
    ]
    found += [Name(m[0], m.start(), m.end()) for m in _QUOTED.finditer(text)]
    return tuple(found)


@cache
def lexicon() -> Lexicon:
    """The names and concepts of the bundled glossary and thesaurus."""
    return load_lexicon(BUNDLED_GLOSSARY, BUNDLED_THESAURUS)


@cache
def table(name: str) -> dict[str, Any]:
    """The data file of that name."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


def in_script(text: str, language: Language) -> str:
    """Write Chinese text in the script of `language`, with the forms used in Macao."""
    if language == "zh-Hans":
        return converter("t2s").convert(text)
    return converter("s2hk").convert(text).translate(_MACAO)
