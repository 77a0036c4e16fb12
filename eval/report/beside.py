"""What a run was made with, how consistent its answers are, and runs side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.report.groups import group_name
from eval.report.numbers import DASH, duration, finite, instant, interval, label, milliseconds
from eval.report.numbers import figure as shown
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

LISTED = 300  # differing pairs that a page lists
_SHOWN = ("dataset", "kind", "questions", "queries", "finished", "seconds", "run_dir", "asked")


@dataclass(frozen=True, slots=True)
class Consistency:
    """Shares of pairs that cite the same, and the pairs that do not (`more` are left out)."""

    shares: Table
    differing: Sequence[Sequence[tuple[str, str, str]]]  # for each pair: id, question, cited
    more: int


def consistency(summary: Mapping[str, Any]) -> Consistency | None:
    """The consistency of a run; None where it was not measured."""
    found: Mapping[str, Any] = summary.get("consistency") or {}
    names = {
        "script": "Traditional and Simplified Chinese",
        "languages": "Any two of the languages",
    }
    rows = []
    for part, value in found.items():
        if not isinstance(value, Mapping):
            continue
        # A part is one share, or a share for each of several pairings.
        entries = {"": value} if "pairs" in value else value
        for key, entry in entries.items():
            name = " · ".join(filter(None, (names.get(part, label(part)), key)))
            pairs, same = finite(entry.get("pairs")), finite(entry.get("same"))
            counts = [Cell(shown(v, "sum"), v) for v in (pairs, same)]
            share = value_cell(Measure("share"), entry.get("share"))
            rows.append([Cell(name, name), *counts, share])
    if not rows:
        return None
    columns = (
        Column("Compared", numeric=False),
        Column("Pairs"),
        Column("Same passage cited first"),
    )
    table = Table("The same question in two forms", (*columns, Column("Share")), rows)
    differing = list(found.get("differing") or ())
    listed = [
        [
            (str(name), str(question), _cited(cited))
            for name, question, cited in zip(
                pair.get("ids") or (), pair.get("questions") or (), pair.get("cited") or (),
                strict=False,
            )
        ]
        for pair in differing[:LISTED]
    ]  # fmt: skip
    return Consistency(table, listed, len(differing) - len(listed))


def _cited(cited: Any) -> str:  # noqa: ANN401 - JSON of any kind
    if isinstance(cited, list | tuple):
        return ", ".join(map(str, cited)) or "nothing"
    return str(cited) if cited else "nothing"


def configuration(run: Finished) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What a run was made with, in parts: headings, and names with values."""
    config, summary = run.config, run.summary
    memory = finite((summary.get("memory_mib") or {}).get("peak"))
    file, digest = config.get("dataset_file"), config.get("dataset_sha256")
    whole = {
        "Command": config.get("command"),
        "Question set": file,
        "SHA-256 of the set": digest,
        "Questions": shown(summary.get("questions"), "sum"),
        "Snapshot": config.get("snapshot"),
        "Program": " · source ".join(
            str(config[key]) for key in ("program", "source") if config.get(key)
        ),
        "Started": instant(config.get("started")),
        "Finished": instant(summary.get("finished")),
        "Duration": duration(summary.get("seconds")),
        "Peak memory": f"{memory:,.0f} MiB" if memory is not None else None,
        "Run folder": str(run.path),
    }
    named = [(k, v) for k, v in whole.items() if v not in (None, "", DASH)]
    parts = [("Run", named)]
    for key in ("options", "settings", "machine", "versions"):
        if config.get(key):
            parts.append((key.capitalize(), list(flat(config[key]))))
    further = [
        (label(key), shown(value, "sum") if finite(value) is not None else value)
        for key, value in summary.items()
        if key not in _SHOWN and not isinstance(value, Mapping | list) and value is not None
    ]
    if further:
        parts.insert(1, ("Further figures", further))
    return parts


def flat(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The leaves of a nested configuration, each with its dotted name."""
    if not isinstance(values, Mapping):
        yield prefix or "value", values
        return
    for key, value in values.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, Mapping) and value:
            yield from flat(value, name)
        else:
            yield name, value


def letters(count: int) -> list[str]:
    """Names of runs on the page: A, B, C, … then A2, B2, …"""
    return [chr(65 + n % 26) + (str(n // 26 + 1) if n > 25 else "") for n in range(count)]


def common_measures(runs: Sequence[Finished]) -> list[Measure]:
    """The measures of all runs, each once, in the order of the first run that has it."""
    found = {m.name: m for run in reversed(runs) for m in measures_of(run.summary)}
    order = dict.fromkeys(m.name for run in runs for m in measures_of(run.summary))
    return [found[name] for name in order]


def same_questions(runs: Sequence[Finished]) -> bool:
    """Whether all runs asked the same question set."""
    return len({r.config.get("dataset_sha256") or r.config.get("dataset") for r in runs}) == 1


def metrics(runs: Sequence[Finished], comparison: Mapping[str, Any] | None) -> Table:
    """Every measure of every run; of two runs compared also the difference."""
    compared: Mapping[str, Mapping[str, Any]] = (comparison or {}).get("metrics") or {}
    reach = reach_of(compared.values())
    rows = []
    for m in common_measures(runs):
        about = m.about if m.higher_is_better else f"{m.about} (lower is better)".strip()
        row = [Cell(label(m.name), m.name, note=about)]
        for run in runs:
            cell = value_cell(m, (run.summary.get("metrics") or {}).get(m.name))
            ends = interval((run.summary.get("ci95") or {}).get(m.name), m.how)
            row.append(Cell(cell.text, cell.sort, note=ends))
        if compared:
            entry = compared.get(m.name) or {}
            row += difference_cells(entry, m, reach, ("B is better", "B is worse"))
        rows.append(row)
    columns = [Column("Measure", numeric=False), *map(Column, letters(len(runs)))]
    note = "Under each value stands its 95 % interval."
    if compared:
        note += (
            " A difference is B less A, paired by question; a verdict is given where its interval"
            " leaves out nought."
        )
    return Table(
        "Every measure, run beside run", [*columns, *(DIFFERENCE if compared else ())], rows, note
    )


def breakdowns(runs: Sequence[Finished]) -> list[Table]:
    """Every measure of every group of questions, run beside run."""
    out = []
    parts = {"language": "lang", "kind": "kind", "trap": "trap", "variant": "variant"}
    for part, field in parts.items():
        groups = [run.summary.get(f"by_{part}") or {} for run in runs]
        keys = dict.fromkeys(key for group in groups for key in group)
        if not keys or list(keys) == [""]:
            continue
        rows = []
        for key in keys:
            for m in common_measures(runs):
                values = [(group.get(key) or {}).get(m.name) for group in groups]
                if all(value is None for value in values):
                    continue
                name = group_name(field, key)
                cells = [value_cell(m, value) for value in values]
                rows.append([Cell(name, name), Cell(label(m.name), m.name), *cells])
                if len(runs) == 2:
                    a, b = map(finite, values)
                    change = None if a is None or b is None else b - a
                    rows[-1].append(Cell(shown(change, m.how, sign=True), change))
        columns = [Column(part.capitalize(), numeric=False), Column("Measure", numeric=False)]
        columns += map(Column, letters(len(runs)))
        if len(runs) == 2:
            columns.append(Column("B less A"))
        out.append(Table(f"By {part}", columns, rows))
    return out


def latency(runs: Sequence[Finished]) -> Table | None:
    """Times of whole questions, run by run."""
    times = [run.summary.get("latency_ms") or {} for run in runs]
    if not any(times):
        return None
    keys = ("p50", "p95", "p99")
    rows = [
        [Cell(letter, letter), *(Cell(milliseconds(t.get(k)), finite(t.get(k))) for k in keys)]
        for letter, t in zip(letters(len(runs)), times, strict=True)
    ]
    columns = [Column("Run", numeric=False), *map(Column, keys)]
    return Table("Time for a question, in milliseconds", columns, rows)


def differing(runs: Sequence[Finished]) -> Table | None:
    """What the runs' configurations do not have in common; None where all is common."""
    apart = ("command", "started", "fingerprint", "machine.load")
    found = [{name: value for name, value in flat(run.config) if name not in apart} for run in runs]
    names = dict.fromkeys(name for values in found for name in values)
    rows = []
    for name in names:
        values = [
            json.dumps(v[name], ensure_ascii=False)
            if name in v and not isinstance(v[name], str)
            else str(v.get(name, DASH))
            for v in found
        ]
        if len(set(values)) > 1:
            rows.append([Cell(name, name), *(Cell(value, value) for value in values)])
    columns = [Column("Setting", numeric=False)]
    columns += [Column(letter, numeric=False) for letter in letters(len(runs))]
    return Table("What was configured differently", columns, rows) if rows else None
