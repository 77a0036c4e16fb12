"""Folding: the one normal form in which texts and questions are compared.

NFKC, OpenCC Traditional to Simplified (characters only: the variants that rewrite vocabulary are
never used for matching), lower case. What is shown and quoted is never folded.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import opencc


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


# Radicals that PDF fonts put in place of the ideograph: those that NFKC knows (U+2F00 to U+2FD5)
# and some that it leaves alone.
_RADICALS = str.maketrans(
    {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0x2F00, 0x2FD6)}
    | {
        "⺠": "民",
        "⻓": "长",
        "⻔": "门",
        "⻛": "风",
        "⻬": "齐",
        "⻋": "车",
        "⻄": "西",
        "⻅": "见",
    }
)


# Forms of Hong Kong and Macao (衞生, 敍述, 屋簷) that OpenCC leaves as they are.
_VARIANTS = str.maketrans("衞敍枱簷痺", "卫叙台檐痹")


def unify(text: str) -> str:
    """Return `text` with every ideograph at its usual code point.

    Fonts inside PDFs put radicals (⼀) and compatibility ideographs (U+F900 to U+FAFF) in place of
    characters that look the same; a reader who types the character would not find them. NFC, which
    Unicode defines as the same text, mends the latter.
    """
    return unicodedata.normalize("NFC", text.translate(_RADICALS))


@lru_cache(maxsize=4)
def converter(name: str) -> _Converter:
    """Return the shared OpenCC converter of that name (`t2s`, `s2t`); it is thread-safe."""
    return cast(_Converter, opencc.OpenCC(name))


def fold(text: str) -> str:
    """Return the folded form of `text`; its length can differ from that of `text`."""
    t2s = converter("t2s").convert
    # Twice: some phrases (徵調) come out in a form that is itself taken for a Traditional one.
    return t2s(t2s(_pre(text)).translate(_VARIANTS)).lower()


def _pre(text: str) -> str:
    return unicodedata.normalize("NFKC", unify(text))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the offset of its origin.

    `origin` has one entry more than `text` has characters: the length of the original.
    """

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the folded text to the smallest span of the original that holds it."""
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


def fold_with_offsets(text: str) -> Folded:
    """Fold character by character, keeping where each folded character came from.

    Differs from `fold` only where NFKC composes across characters or OpenCC converts a phrase
    in another way than its characters; spans are for marking text, not for matching keys.
    """
    whole = _pre(text)
    folded = fold(text)
    # Equal lengths do not suffice: ㎏ grows by one what é, written as two characters, shrinks by.
    aligned = len(whole) == len(text) == len(folded)
    if aligned and all(a == b or _pre(a) == b for a, b in zip(text, whole, strict=True)):
        return Folded(folded, tuple(range(len(text) + 1)))
    out: list[str] = []
    origin: list[int] = []
    for i, char in enumerate(text):
        piece = fold(char)
        out.append(piece)
        origin.extend([i] * len(piece))
    return Folded("".join(out), (*origin, len(text)))
