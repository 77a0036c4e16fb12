"""Consistency: the same question in another script or language must cite the same passage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from eval.runs import Row

_SCRIPT = {"zh-Hant", "zh-Hans"}


def consistency(rows: Sequence[Row]) -> dict[str, Any] | None:
    """How often two wordings of one question cite the same passage first.

    Wordings are the rows of one group; a pair counts where at least one of the two is answered,
    and is the same where both are and the passage cited first is one. "script" takes the pairs of
    Traditional and Simplified, "languages" all pairs of different languages. None without pairs.
    """
    pairs = list(_pairs(rows))
    if not pairs:
        return None
    script = [p for p in pairs if {p[0]["lang"], p[1]["lang"]} == _SCRIPT]
    return {
        "script": _share(script),
        "languages": _share(pairs),
        "differing": [
            {
                "group": a["group"],
                "ids": [a["id"], b["id"]],
                "questions": [a["question"], b["question"]],
                "cited": [_cited_text(a), _cited_text(b)],
            }
            for a, b in pairs
            if not _same(a, b)
        ],
    }


def _pairs(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    for group in groups.values():
        for a, b in combinations(group, 2):
            if a["lang"] != b["lang"] and (_cited(a) or _cited(b)):
                yield a, b


def _share(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Any]:
    same = sum(_same(a, b) for a, b in pairs)
    return {"pairs": len(pairs), "same": same, "share": same / len(pairs) if pairs else None}


def _same(a: Row, b: Row) -> bool:
    return _cited(a) == _cited(b) != ""


def _cited(row: Row) -> str:
    quotes = row["given"]["quotes"]
    return str(quotes[0]["passage_id"]) if quotes else ""


def _cited_text(row: Row) -> str:
    quotes = row["given"]["quotes"]
    return str(quotes[0]["text"]) if quotes else f"(refused: {row['given']['reason']})"
