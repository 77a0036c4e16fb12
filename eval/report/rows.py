"""The rows of a run made small enough to stand in a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.language import document_language
from eval.report.numbers import finite

MANY = 2000  # rows from which the passages found are cut shorter
CUT, SHORT_CUT = 400, 160  # characters of a passage found
HITS = 12  # passages shown for a question; a right one is shown whatever its rank

Row = Mapping[str, Any]


class Compactor:
    """Makes rows small: a text that stands in many rows is kept once and named by its number."""

    def __init__(self, count: int) -> None:
        """`count` is the number of rows; of many, less is shown of each passage found."""
        self.cut = CUT if count <= MANY else SHORT_CUT
        self.texts: list[tuple[str, str]] = []
        self._numbers: dict[str, int] = {}

    def text(self, value: Any) -> int | None:  # noqa: ANN401 - JSON of any kind
        """The number of a text in `texts`, each beside its language; None for no text."""
        if not value:
            return None
        text = str(value)
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append((text, document_language(text)))
        return self._numbers[text]

    def row(self, row: Row) -> dict[str, Any]:
        """A row with texts by number, rounded figures and nothing that is empty."""
        expected, given = dict(row.get("expected") or {}), dict(row.get("given") or {})
        right = set(map(str, expected.get("relevant") or ()))
        expected["passage"] = self.text(expected.get("passage"))
        given["hits"] = self._hits(given.get("hits") or (), right, row.get("rank"))
        given["quotes"] = [
            _filled({**quote, **{k: self.text(quote.get(k)) for k in ("text", "rendition")}})
            for quote in given.get("quotes") or ()
        ]
        question = str(row.get("question", ""))
        return _filled(
            {
                **row,
                "id": str(row.get("id", "")),
                "question": question,
                "textlang": row.get("lang") or document_language(question),
                "expected": _filled(expected),
                "given": _filled(given),
                "values": {k: _rounded(v) for k, v in (row.get("values") or {}).items()},
                "timings_ms": {k: _rounded(v) for k, v in (row.get("timings_ms") or {}).items()},
            }
        )

    def _hits(
        self, hits: Sequence[Mapping[str, Any]], right: set[str], rank: object
    ) -> list[list[Any]]:
        """Hits as lists: rank, passage id, text, score, dense and lexical rank, right or not."""
        out = []
        for number, hit in enumerate(hits, 1):
            place = hit.get("rank", number)
            is_right = str(hit.get("passage_id")) in right or (rank is not None and place == rank)
            if number > HITS and not is_right:
                continue
            text = str(hit.get("text") or "")
            shown = text if len(text) <= self.cut else text[: self.cut].rstrip() + "…"
            score, dense, lexical = (
                _rounded(hit.get(key)) for key in ("score", "dense_rank", "lexical_rank")
            )
            name = str(hit.get("passage_id", ""))
            out.append([place, name, self.text(shown), score, dense, lexical, int(is_right)])
        return out


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Numbers to five significant digits, for the page only; what is no number becomes None."""
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = finite(value)
    return None if number is None else float(f"{number:.5g}")


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None and v != "" and v != [] and v != {}}


def embedded(data: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """JSON which can stand in a script element: no character in it can end the element."""
    text = json.dumps(_finite(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _finite(data: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """The same data with None for NaN and the infinities, which JSON does not have."""
    if isinstance(data, Mapping):
        return {str(key): _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(item) for item in data]
    return finite(data) if isinstance(data, float) else data
