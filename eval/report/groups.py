"""Tables by group: language, kind, trap and variant; the loss of each variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from eval.report.numbers import LANGUAGES, figure, finite, label
from eval.report.tables import (
    DIFFERENCE,
    Cell,
    Column,
    Measure,
    Table,
    difference_cells,
    measures_of,
    reach_of,
    value_cell,
)
from eval.runs import Finished


def group_name(field: str, key: str) -> str:
    """What a group is called: languages by name, the clean variant as such."""
    if field == "lang":
        return LANGUAGES.get(key, key) or "not given"
    return key or {"variant": "clean", "trap": "no trap"}.get(field, "not given")


class Groups:
    """How many rows, and how many failed rows, a run has of each group of a field.

    Those of a run of robustness are of its clean questions, as the summary's figures are.
    """

    def __init__(self, run: Finished, field: str) -> None:
        """`field` is lang, kind, trap or variant."""
        self.field = field
        self._clean = {}
        rows = run.rows
        if field != "variant" and any(row.get("variant") == "clean" for row in rows):
            self._clean = {"variant": "clean"}
            rows = tuple(row for row in rows if row.get("variant") == "clean")
        keys = [(str(row.get(field) or ""), bool(row.get("failed"))) for row in rows]
        self.all = Counter(key for key, _ in keys)
        self.failed = Counter(key for key, failed in keys if failed)

    def key(self, name: str) -> str:
        """The rows' key for a group of the summary: clean questions bear no variant."""
        return "" if self.field == "variant" and name == "clean" and not self.all[name] else name

    def href(self, name: str, show: str) -> str:
        """The link that shows a group's questions; none where no row is in it."""
        key = self.key(name)
        state = {self.field: key, **self._clean, "show": show}
        return f"#{urlencode(state)}" if self.all[key] else ""


def breakdown(run: Finished, part: str, field: str, heading: str, caption: str) -> Table | None:
    """The table of one of the summary's `by_…` parts; None where the run does not have it."""
    groups: Mapping[str, Mapping[str, Any]] = run.summary.get(part) or {}
    if not groups or (len(groups) == 1 and not next(iter(groups))):
        return None
    here = [
        m
        for m in measures_of(run.summary)
        if any(group.get(m.name) is not None for group in groups.values())
    ]
    counts = Groups(run, field)
    rows = []
    for key, group in groups.items():
        bad = counts.failed[counts.key(key)]
        count = finite(group.get("questions"))
        row = [
            Cell(
                group_name(field, key),
                group_name(field, key),
                note=key if field == "lang" and key in LANGUAGES else "",
                href=counts.href(key, "all"),
            ),
            Cell(figure(count, "sum"), count),
            Cell(str(bad), bad, href=counts.href(key, "failed") if bad else ""),
        ]
        rows.append([*row, *(value_cell(m, group.get(m.name)) for m in here)])
    columns = [Column(heading, numeric=False), Column("Questions"), Column("Failed")]
    return Table(caption, [*columns, *(m.column for m in here)], rows)


def losses(run: Finished) -> Table | None:
    """Each variant against the clean questions: a difference is the variant less the clean."""
    loss: Mapping[str, Mapping[str, Mapping[str, Any]]] = run.summary.get("loss") or {}
    if not loss:
        return None
    known = {m.name: m for m in measures_of(run.summary)}
    groups = run.summary.get("by_variant") or {}
    clean = groups.get("") or groups.get("clean") or run.summary.get("metrics") or {}
    reach = reach_of(entry for entries in loss.values() for entry in entries.values())
    variants = Groups(run, "variant")
    rows = []
    for variant, entries in loss.items():
        for name, entry in entries.items():
            measure = known.get(name, Measure(name))
            # The figures of the same questions, where the summary has them.
            pair = (
                entry.get("a", clean.get(name)),
                entry.get("b", (groups.get(variant) or {}).get(name)),
            )
            count = finite(entry.get("n"))
            rows.append(
                [
                    Cell(variant, variant, href=variants.href(variant, "failed")),
                    Cell(label(name), name),
                    Cell(figure(count, "sum"), count),
                    *(Cell(figure(value, measure.how), finite(value)) for value in pair),
                    *difference_cells(entry, measure, reach, ("better", "worse")),
                ]
            )
    columns = (
        Column("Variant", numeric=False),
        Column("Measure", numeric=False),
        Column("Questions", "Questions asked in both forms to which the measure applies"),
        Column("Clean"),
        Column("Variant"),
        *DIFFERENCE,
    )
    return Table(
        "Each variant against the clean questions",
        columns,
        rows,
        "Both figures are of the questions that the variant changes. A difference is the variant "
        "less the clean questions, paired by question; it is called better or worse where its "
        "95 % interval leaves out nought.",
    )
