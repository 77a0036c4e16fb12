"""The gate: has a figure fallen below what was committed by more than it may?

The baseline is a TOML file with one table for each set, `[answers.policy-dev]`: the `command` that
made it and, under `metrics`, `name = {value = 0.93, tolerance = 0.02}`. Of a run of robustness,
`"typos/answer_hit"` is the figure of one variant.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from eval.metrics.aggregate import Measure
from eval.runs import Finished

BASELINE = Path(__file__).parent / "baseline.toml"
TOLERANCE = 0.02
VARIANT_MEASURES = ("answer_hit", "refusal_recall", "false_refusal", "ungrounded_figures")


@dataclass(frozen=True, slots=True)
class Check:
    """One measure against the baseline. `worse` is by how much it fell short; below 0: better."""

    name: str
    expected: float
    tolerance: float
    value: float | None
    worse: float

    @property
    def ok(self) -> bool:
        """Whether it fell by no more than its tolerance."""
        return self.value is not None and self.worse <= self.tolerance + 1e-9


def check(run: Finished, baseline: Path = BASELINE) -> tuple[Check, ...]:
    """Hold a run against the baseline of its kind and set.

    Raises:
        InputError: the file cannot be read, or has nothing for this run.
    """
    table = _read(baseline)
    kind, dataset = run.config["kind"], run.config["dataset"]
    section = table.get(kind, {}).get(dataset)
    if not isinstance(section, Mapping) or not isinstance(section.get("metrics"), Mapping):
        raise InputError(
            f"{baseline} has no [{kind}.{dataset}.metrics]; write one from `ponte eval {kind}`"
        )
    measures = {m["name"]: Measure(**m) for m in run.summary["measures"]}
    out: list[Check] = []
    for name, wanted in section["metrics"].items():
        expected, tolerance = _numbers(baseline, f"{kind}.{dataset}", name, wanted)
        variant, _, measure = name.rpartition("/")
        figures = run.summary["by_variant"].get(variant, {}) if variant else run.summary["metrics"]
        value = figures.get(measure)
        if measure not in measures:
            raise InputError(f"{baseline}: {kind}.{dataset} names {name!r}, which is not measured")
        fall = 0.0 if value is None else expected - value
        out.append(
            Check(name, expected, tolerance, value,
                  fall if measures[measure].higher_is_better else -fall)
        )  # fmt: skip
    return tuple(out)


def baseline_toml(runs: Sequence[Finished], baseline: Path = BASELINE) -> str:
    """The baseline with the figures of these runs in place of its own; tolerances stay.

    Measures of a set that the baseline does not know yet get `TOLERANCE`, sums none.
    """
    table = _read(baseline) if baseline.exists() else {}
    for run in runs:
        kind, dataset = run.config["kind"], run.config["dataset"]
        old = table.get(kind, {}).get(dataset, {}).get("metrics", {})
        sums = {m["name"] for m in run.summary["measures"] if m["how"] == "sum"}
        figures = dict(run.summary["metrics"])
        for variant, values in run.summary.get("by_variant", {}).items():
            if variant != "clean":
                figures |= {f"{variant}/{name}": values[name] for name in VARIANT_MEASURES}
        table.setdefault(kind, {})[dataset] = {
            "command": f"ponte eval {kind} {dataset}",
            "metrics": {
                name: {
                    "value": value,
                    "tolerance": old.get(name, {}).get(
                        "tolerance", 0.0 if name.rpartition("/")[2] in sums else TOLERANCE
                    ),
                }
                for name, value in figures.items()
                if value is not None
            },
        }
    lines = ["# Expected figures, made by the command of each set; written by `ponte eval gate "
             "RUN... --update`."]  # fmt: skip
    for kind, sets in table.items():
        for dataset, section in sets.items():
            lines += ["", f"[{kind}.{dataset}]", f"command = {json.dumps(section['command'])}"]
            lines += [f"[{kind}.{dataset}.metrics]"]
            for name, wanted in section["metrics"].items():
                value, tolerance = _numbers(baseline, f"{kind}.{dataset}", name, wanted)
                figures_ = f"{{value = {value:.4f}, tolerance = {tolerance:g}}}"
                lines.append(f"{json.dumps(name)} = {figures_}")
    return "\n".join(lines) + "\n"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from error


def _numbers(path: Path, section: str, name: str, wanted: object) -> tuple[float, float]:
    if isinstance(wanted, Mapping):
        value, tolerance = wanted.get("value"), wanted.get("tolerance", 0.0)
        if all(isinstance(x, int | float) and not isinstance(x, bool) for x in (value, tolerance)):
            return float(value), float(tolerance)  # type: ignore[arg-type]
    raise InputError(f"{path}: {section}.{name} is {wanted!r}; write {{value = …, tolerance = …}}")
