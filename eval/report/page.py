"""The HTML report of a run and the comparison of several: one file each, nothing from elsewhere.

The page holds its style, its scripts, its plots and its data. A content policy allows these by
their hashes and nothing else, so that whatever stands in the data can only ever be text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpus.errors import InputError
from corpus.language import document_language
from eval.report import beside, groups, plots, tables
from eval.report.numbers import duration, figure, finite, instant, label
from eval.report.rows import HITS, MANY, Compactor, embedded
from eval.runs import Finished, read_run
from index.files import write_atomically

HERE = Path(__file__).parent
SCRIPTS = ("dom.js", "tables.js", "detail.js", "export.js", "report.js")
KINDS = {
    "answers": ("Answers", "Each question was asked of the index; the answer, its quotes and each "
                "refusal are judged by the accepted answers."),
    "reading": ("Reading", "The reader was given each question together with its paragraph; its "
                "answer is compared with the accepted ones."),
    "retrieval": ("Retrieval", "Each query was put to the search over the collection; the ranks of "
                  "the relevant passages are judged."),
    "robustness": ("Robustness", "Each question was asked as it stands and in altered forms; the "
                   "altered forms are compared with the clean ones, question by question. The "
                   "head figures are those of the clean questions."),
}  # fmt: skip

CALIBRATED = {
    "answers": "How often a question was answered rightly, or rightly refused, by confidence.",
    "reading": "How often a paragraph holds an answer, by the reader’s probability of one.",
}


def write_report(run_dir: Path) -> Path:
    """Write `report.html` into the folder of a finished run, and return its path.

    Raises:
        InputError: the run is not finished, or a file of it is missing or damaged.
    """
    run = read_run(run_dir)
    compactor = Compactor(len(run.rows))
    rows = [compactor.row(row) for row in run.rows]
    measures = tables.measures_of(run.summary)
    times = run.summary.get("latency_ms") or {}
    each = [finite((row.get("timings_ms") or {}).get("total")) for row in run.rows]
    drawn, beyond = plots.totals([time for time in each if time is not None], times)
    data = {"mode": "run", "measures": _described(measures), "texts": compactor.texts, "rows": rows}
    html = _render(
        "report.html.j2",
        data,
        run=run,
        kind=_kind(run),
        dataset=str(run.config.get("dataset", "")),
        cards=tables.cards(run.summary),
        failed=sum(bool(row.get("failed")) for row in run.rows),
        breakdowns=_breakdowns(run),
        losses=groups.losses(run),
        reliability=(
            plots.reliability(run.summary.get("reliability") or ()),
            tables.reliability(run.summary),
        ),
        calibrated=CALIBRATED.get(str(run.config.get("kind")), CALIBRATED["answers"]),
        stages=plots.stages(times),
        totals=drawn,
        beyond=beyond,
        latency=tables.latency(run.summary),
        consistency=beside.consistency(run.summary),
        configuration=beside.configuration(run),
        cut=compactor.cut,
        hits=HITS,
        many=len(rows) > MANY,
    )
    return _write(run_dir / "report.html", html)


def write_comparison(
    run_dirs: Sequence[Path], out: Path, comparison: Mapping[str, Any] | None = None
) -> Path:
    """Write a page that sets several runs side by side to `out`, and return its path.

    Args:
        run_dirs: folders of finished runs, one or more.
        out: the HTML file.
        comparison: for two runs, `{"metrics": {measure: {"a", "b", "difference", "ci95", "p"}},
            "better": [{"id", "question", "a", "b"}], "worse": [...]}`, as
            `eval.compare.comparison_shape` gives it. A difference is b less a; `a` and `b` of a
            question are its rows in the two runs.

    Raises:
        InputError: a folder is not that of a finished run; or there is none, or a comparison
            comes with more or fewer runs than two.
    """
    runs = [read_run(folder) for folder in run_dirs]
    if not runs:
        raise InputError("no run to compare; name the folders of at least two runs")
    if comparison is not None and len(runs) != 2:
        raise InputError(f"a comparison of questions needs exactly two runs; {len(runs)} are given")
    measures = beside.common_measures(runs)
    changed = {change: (comparison or {}).get(change) or () for change in ("better", "worse")}
    compactor = Compactor(sum(map(len, changed.values())))
    rows = [
        {"change": change, "a": compactor.row(pair["a"]), "b": compactor.row(pair["b"])}
        for change, pairs in changed.items()
        for pair in pairs
    ]
    data = {"mode": "pairs", "measures": _described(measures), "texts": compactor.texts,
            "rows": rows}  # fmt: skip
    shares = [m.name for m in measures if m.how != "sum"]
    letters = beside.letters(len(runs))
    html = _render(
        "comparison.html.j2",
        data,
        runs=list(zip(letters, runs, strict=True)),
        kinds=sorted({_kind(run)[0].lower() for run in runs}),
        datasets=sorted({str(run.config.get("dataset", "")) for run in runs}),
        alike=beside.same_questions(runs),
        metrics=beside.metrics(runs, comparison),
        plot=plots.metrics([r.summary for r in runs], shares, letters),
        breakdowns=beside.breakdowns(runs),
        latency=beside.latency(runs),
        differing=beside.differing(runs),
        configurations=[beside.configuration(run) for run in runs],
        compared=comparison is not None,
        common=(comparison or {}).get("questions"),
        alone=[(comparison or {}).get(key) or 0 for key in ("only_a", "only_b")],
        better=len(changed["better"]),
        worse=len(changed["worse"]),
        cut=compactor.cut,
        hits=HITS,
        many=False,
    )
    return _write(out, html)


def _kind(run: Finished) -> tuple[str, str]:
    """What a run measured: its name, and a sentence on how."""
    kind = str(run.config.get("kind", ""))
    return KINDS.get(kind, (kind.capitalize() or "Run", ""))


def _breakdowns(run: Finished) -> list[tables.Table]:
    parts = (
        ("by_language", "lang", "Language", "By language"),
        ("by_kind", "kind", "Kind", "By kind of question"),
        ("by_trap", "trap", "Trap", "By trap"),
        ("by_variant", "variant", "Variant", "By variant"),
    )
    return [table for part in parts if (table := groups.breakdown(run, *part))]


def _described(measures: Sequence[tables.Measure]) -> list[list[str]]:
    return [[m.name, label(m.name), m.how] for m in measures]


def _write(path: Path, html: str) -> Path:
    # A lone surrogate in the data has no UTF-8.
    write_atomically(path, html.encode("utf-8", "replace"))
    return path


def _render(template: str, data: Mapping[str, Any], **values: Any) -> str:  # noqa: ANN401
    style = (HERE / "report.css").read_text(encoding="utf-8")
    script = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return _templates().get_template(template).render(
        policy=policy,
        style=Markup(style),  # ours, without a "</style" in it
        script=Markup(script),
        data=Markup(embedded(data)),
        **values,
    )  # fmt: skip


def _hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


@lru_cache(1)
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "duration": duration,
        "instant": instant,
        "figure": figure,
        "svg": Markup,  # only ever drawings of eval.report.plots
        "plain": _plain,
        "tongue": document_language,
    }
    return templates


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """A value of a configuration as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
