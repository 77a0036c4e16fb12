"""Tables and cards of a report as plain records, which the templates only have to set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.report.numbers import (
    DASH,
    ends_of,
    figure,
    finite,
    interval,
    label,
    milliseconds,
    probability,
)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval drawn on a line from 0 to 100: its ends, the value, and where nought is."""

    low: float
    point: float
    high: float
    nought: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, what it sorts by (None last), and what goes with it.

    `bar` (0 to 1) is drawn under the figure, `span` beside it; `tone` is better, worse, none
    (neither) or empty.
    """

    text: str
    sort: float | str | None = None
    note: str = ""
    bar: float | None = None
    span: Span | None = None
    lang: str = ""
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it means, and whether it holds figures."""

    label: str
    about: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as summary.json describes it; `about` says what it means."""

    name: str
    how: str = "mean"
    higher_is_better: bool = True
    about: str = ""

    @property
    def column(self) -> Column:
        """The column of its values."""
        better = "higher" if self.higher_is_better else "lower"
        return Column(label(self.name), f"{self.about} ({better} is better)".strip())


@dataclass(frozen=True, slots=True)
class Card:
    """A head figure with its interval."""

    measure: Measure
    value: str
    ci95: str
    span: Span | None


def measures_of(summary: Mapping[str, Any]) -> list[Measure]:
    """The measures in the order of the summary; a metric that it does not describe comes last."""
    known = {
        str(m["name"]): Measure(
            str(m["name"]),
            str(m.get("how", "mean")),
            bool(m.get("higher_is_better", True)),
            str(m.get("about") or ""),
        )
        for m in summary.get("measures") or ()
    }
    metrics = summary.get("metrics") or {}
    return [
        *(known[name] for name in known if name in metrics),
        *(Measure(name) for name in metrics if name not in known),
    ]


def cards(summary: Mapping[str, Any]) -> list[Card]:
    """The head figures of a run."""
    out = []
    for measure in measures_of(summary):
        value = summary["metrics"][measure.name]
        ends = (summary.get("ci95") or {}).get(measure.name)
        span = unit_span(value, ends) if measure.how != "sum" else None
        out.append(Card(measure, figure(value, measure.how), interval(ends, measure.how), span))
    return out


def unit_span(value: Any, ends: Any) -> Span | None:  # noqa: ANN401 - JSON of any kind
    """An interval on the line from 0 to 1; None where one of the three lies outside it."""
    point, pair = finite(value), ends_of(ends)
    if point is None or pair is None or not all(0 <= v <= 1 for v in (point, *pair)):
        return None
    return Span(round(100 * pair[0], 2), round(100 * point, 2), round(100 * pair[1], 2))


def difference_cells(
    entry: Mapping[str, Any], measure: Measure, reach: float, words: tuple[str, str]
) -> list[Cell]:
    """Cells of a difference: itself, its interval, p, and the verdict in one of `words`.

    `reach` is the greatest distance from nought that the drawn line shows. It is better or worse
    only where the interval leaves out nought (or, without one, where p is below 0.05).
    """
    value, ends, p = (entry.get(key) for key in ("difference", "ci95", "p"))
    number, pair = finite(value), ends_of(ends)
    chance = finite(p)
    sure = pair[0] > 0 or pair[1] < 0 if pair else chance is not None and chance < 0.05
    tone = ""
    if sure and number:
        tone = "better" if (number > 0) == measure.higher_is_better else "worse"
    span = None
    if number is not None and pair and reach and measure.how != "sum":
        low, point, high = (_on_line(v, reach) for v in (pair[0], number, pair[1]))
        span = Span(low, point, high, nought=50)
    verdict = {"better": f"▲ {words[0]}", "worse": f"▼ {words[1]}", "": "no clear difference"}
    return [
        Cell(figure(value, measure.how, sign=True), number, tone=tone),
        Cell(interval(ends, measure.how, sign=True) or DASH, pair[0] if pair else None, span=span),
        Cell(probability(p), finite(p)),
        Cell(verdict[tone] if number is not None else DASH, verdict[tone], tone=tone or "none"),
    ]


def _on_line(value: float, reach: float) -> float:
    return round(min(100.0, max(0.0, 50 + 50 * value / reach)), 2)


def reach_of(entries: Iterable[Mapping[str, Any]]) -> float:
    """The greatest end of an interval among differences of shares, for a line common to all."""
    ends = [abs(v) for entry in entries for v in ends_of(entry.get("ci95")) or ()]
    small = [v for v in ends if v <= 1]
    return max(small, default=0.0) * 1.05


DIFFERENCE = (
    Column("Difference"),
    Column("95 % interval"),
    Column("p", "How often a difference as great would come by chance, were there none"),
    Column("Verdict", numeric=False),
)


def value_cell(measure: Measure, value: Any) -> Cell:  # noqa: ANN401 - JSON of any kind
    """A value in a table, with a bar where it is a share."""
    number = finite(value)
    share = measure.how != "sum" and number is not None and 0 <= number <= 1
    return Cell(figure(value, measure.how), number, bar=number if share else None)


def latency(summary: Mapping[str, Any]) -> Table | None:
    """Times by stage; the last row is the whole question."""
    times: Mapping[str, Any] = summary.get("latency_ms") or {}
    stages = {k: v for k, v in (times.get("stages") or {}).items() if k != "total"}
    if not times:
        return None
    keys = ("p50", "p95", "p99")
    rows = [
        [Cell(name, name), *(Cell(milliseconds(e.get(k)), finite(e.get(k))) for k in keys)]
        for name, e in {**stages, "total": times}.items()
    ]
    about = ("half of the questions took at most this", "19 of 20 did", "99 of 100 did")
    columns = [Column("Stage", numeric=False), *map(Column, keys, about)]
    return Table("Time by stage, in milliseconds", columns, rows)


def reliability(summary: Mapping[str, Any]) -> Table | None:
    """The bins of the reliability diagram that hold an answer."""
    bins = [b for b in summary.get("reliability") or () if b.get("count")]
    rows = [
        [
            Cell(f"{b['low']:.2f} to {b['high']:.2f}", finite(b["low"])),
            Cell(figure(b["count"], "sum"), finite(b["count"])),
            Cell(figure(b["confidence"]), finite(b["confidence"])),
            Cell(figure(b["accuracy"]), finite(b["accuracy"])),
        ]
        for b in bins
    ]
    columns = (Column("Confidence", numeric=False), Column("Questions"), Column("Mean confidence"))
    return (
        Table("Confidence and outcome", (*columns, Column("Observed share")), rows)
        if rows
        else None
    )
