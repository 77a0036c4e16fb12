"""Sentences and clauses of a text, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "”’」』）)】》〉\"'"
# A full stop of an alphabet ends a sentence only before a space and a capital, a quote or the end,
# and not after an abbreviation or an initial.
_NO_END = "".join(
    rf"(?<!\b{word})"
    for word in (
        *(
            "(?<!['’])[A-Za-z]",
            "No",
            "Nos",
            "Art",
            "art",
            "Mr",
            "Mrs",
            "Ms",
            "Dr",
            "Dra",
            "Sr",
            "Sra",
        ),
        *("St", "Prof", "Eng", "vs", "cf", "approx", "pág"),
    )
)
_END = re.compile(
    rf"[。！？!?…]+[{_CLOSERS}]*|{_NO_END}\.[{_CLOSERS}]*(?=\s+[A-ZÀ-Ý“\"‘(]|\s*$)"
    r"|\n+"
)
_CLAUSE = re.compile(r"[，；：]|[,;:](?!\d)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, white space around them left out, in order."""
    return list(_cut(text, _END))


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans of the clauses of `text` (parts between commas, semicolons and colons), in order."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        spans.extend((start + a, start + b) for a, b in _cut(text[start:end], _CLAUSE))
    return spans


def _cut(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for m in [*pattern.finditer(text), None]:
        end = m.end() if m else len(text)
        piece = text[start:end]
        if stripped := piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield start + lead, start + lead + len(stripped)
        start = end


def is_lead_in(text: str) -> bool:
    """Whether a text introduces the list that follows it."""
    return text.rstrip().endswith(("：", ":"))
