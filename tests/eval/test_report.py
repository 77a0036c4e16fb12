"""The report of a run and the comparison of runs: their figures are those of the summaries."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil

import pytest
from make_run import NASTY_ANSWER, NASTY_QUESTION, make_run, read_json, write_pair
from page_reader import Page, data_of, same

from corpus.errors import InputError
from eval.report import plots, write_comparison, write_report
from eval.report.numbers import duration, figure, interval, label, milliseconds, probability
from eval.report.rows import CUT, SHORT_CUT, Compactor, embedded
from eval.report.tables import Measure, difference_cells
from eval.runs import read_run

MANY = 10_000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("answers"), nasty=True)


@pytest.fixture(scope="module")
def report(run):
    return write_report(run)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    root = tmp_path_factory.mktemp("pair")
    runs, comparison = write_pair(root, 120, nasty=True)
    return write_comparison(runs, root / "out" / "comparison.html", comparison), runs, comparison


def test_the_head_figures_are_those_of_the_summary(run, report):
    assert report == run / "report.html"
    page, summary = Page(report.read_text(encoding="utf-8")), read_json(run / "summary.json")
    found = page.all("div", **{"class": "card"})
    shown = {attributes["data-measure"]: " ".join(text.split()) for _, attributes, text in found}
    assert list(shown) == list(summary["metrics"])
    for measure in summary["measures"]:
        text, name = shown[measure["name"]], measure["name"]
        assert measure["about"] in text
        assert ("lower is better" in text) == (not measure["higher_is_better"])
        value, low, high = re.search(
            r"([\d.]+)(?: lower is better)? 95 % (\S+) to (\S+)", text
        ).groups()
        assert same(value, summary["metrics"][name])
        assert all(map(same, (low, high), summary["ci95"][name]))


@pytest.mark.parametrize(
    ("caption", "part"),
    [("By language", "by_language"), ("By kind of question", "by_kind"), ("By trap", "by_trap")],
)
def test_the_groups_are_those_of_the_summary(run, report, caption, part):
    summary, rows = read_json(run / "summary.json"), read_run(run).rows
    head, *lines = Page(report.read_text(encoding="utf-8")).table(caption)
    groups = summary[part]
    used = [m for m in summary["metrics"] if any(g[m] is not None for g in groups.values())]
    assert [text for text, _ in head[3:]] == [label(name) for name in used]
    assert len(lines) == len(groups) > 1
    field = {"by_language": "lang"}.get(part, part[3:])
    for line, (key, group) in zip(lines, groups.items(), strict=True):
        assert key in line[0][0]
        failed = sum(row["failed"] for row in rows if row[field] == key)
        assert [text for text, _ in line[1:3]] == [str(group["questions"]), str(failed)]
        for (text, sort), name in zip(line[3:], used, strict=True):
            assert same(text, group[name])
            assert (None if sort is None else float(sort)) == group[name]


def test_times_reliability_and_consistency_are_those_of_the_summary(run, report):
    page, summary = Page(report.read_text(encoding="utf-8")), read_json(run / "summary.json")
    _, *lines = page.table("Time by stage, in milliseconds")
    times = {**summary["latency_ms"]["stages"], "total": summary["latency_ms"]}
    assert [line[0][0] for line in lines] == list(times)
    for line in lines:
        for (text, _), key in zip(line[1:], ("p50", "p95", "p99"), strict=True):
            assert same(text, times[line[0][0]][key])
    _, *lines = page.table("Confidence and outcome")
    bins = [b for b in summary["reliability"] if b["count"]]
    for line, b in zip(lines, bins, strict=True):
        assert all(
            same(line[n][0], b[k]) for n, k in enumerate(("count", "confidence", "accuracy"), 1)
        )
    _, *lines = page.table("The same question in two forms")
    found = summary["consistency"]
    for line, key in zip(lines, ("script", "languages"), strict=True):
        assert all(
            same(line[n][0], found[key][k]) for n, k in enumerate(("pairs", "same", "share"), 1)
        )
    assert f"cite different passages ({len(found['differing'])})" in report.read_text("utf-8")


def test_each_variant_is_set_against_the_clean_questions(tmp_path):
    run = make_run(tmp_path, "robustness", 80)
    summary = read_json(run / "summary.json")
    page = Page(write_report(run).read_text(encoding="utf-8"))
    _, *lines = page.table("Each variant against the clean questions")
    entries = [(v, m, e) for v, es in summary["loss"].items() for m, e in es.items()]
    for line, (variant, measure, entry) in zip(lines, entries, strict=True):
        texts = [text for text, _ in line]
        assert texts[:2] == [variant, label(measure)]
        for text, key in zip(texts[2:6], ("n", "a", "b", "difference"), strict=True):
            assert same(text, entry[key])
        if entry["ci95"]:
            assert all(map(same, texts[6].split(" to "), entry["ci95"]))
            if "better" in texts[8] or "worse" in texts[8]:
                assert entry["ci95"][0] > 0 or entry["ci95"][1] < 0
    assert "asked" in page.all("p", **{"class": "facts"})[0][2]
    heads = [line[0][0] for line in page.table("By variant")[1:]]
    assert heads == list(summary["by_variant"])
    hrefs = {e[2]: e[1]["href"] for e in page.all("a")}
    assert hrefs["clean"] == "#variant=clean&show=all" and hrefs["typos"].startswith(
        "#variant=typos"
    )


@pytest.mark.parametrize("kind", ["reading", "retrieval"])
def test_what_a_kind_of_run_lacks_is_left_out(tmp_path, kind):
    run = make_run(tmp_path, kind, 60)
    html = write_report(run).read_text(encoding="utf-8")
    page = Page(html)
    assert ("Reliability" in html) == (kind == "reading")
    assert "Consistency" not in html and "Loss by variant" not in html
    assert len(data_of(page)["rows"]) == 60
    assert page.all("div", **{"class": "card"})


def test_a_summary_with_nothing_but_its_figures_is_enough(tmp_path):
    run = make_run(tmp_path, questions=3)
    summary = {"dataset": "d", "questions": 1, "metrics": {"x": None, "y": 1.5}}
    (run / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (run / "rows.jsonl").write_text('{"id": "1"}\n', encoding="utf-8")
    (run / "config.json").write_text("{}", encoding="utf-8")
    page = Page(write_report(run).read_text(encoding="utf-8"))
    texts = [" ".join(e[2].split()) for e in page.all("div", **{"class": "card"})]
    assert texts == ["X –", "Y 1.500"]


def test_the_page_holds_all_rows_and_nothing_of_them_is_markup(run, report):
    html = report.read_text(encoding="utf-8")
    data = data_of(Page(html))
    rows = read_run(run).rows
    assert [r["id"] for r in data["rows"]] == [r["id"] for r in rows]
    for shown, row in zip(data["rows"], rows, strict=True):
        assert shown["question"] == row["question"]
        assert shown["failed"] == row["failed"]
        assert shown["given"].get("answer", "") == row["given"]["answer"]
        hits = shown["given"]["hits"]
        assert [data["texts"][h[2]][0] for h in hits] == [h["text"] for h in row["given"]["hits"]]
        right = [h[0] for h in hits if h[6]]
        assert right == ([row["rank"]] if row["rank"] else [])
    assert data["rows"][0]["given"]["answer"] == NASTY_ANSWER
    assert NASTY_QUESTION not in html and NASTY_ANSWER not in html
    assert "alert(1)</script>" not in html


def test_the_policy_allows_this_style_and_this_script_alone(report, pair):
    for html in (report.read_text(encoding="utf-8"), pair[0].read_text(encoding="utf-8")):
        page = Page(html)
        (policy,) = (e[1]["content"] for e in page.all("meta") if "http-equiv" in e[1])
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        *_, script = page.all("script")
        (style,) = page.all("style")
        for rule, element in (("script-src", script), ("style-src", style)):
            digest = base64.b64encode(hashlib.sha256(element[2].encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"
        names = {name for e in page.elements for name in e[1]}
        assert not names & {"style", "src", "onclick", "onload", "onerror"}
        assert not {e[0] for e in page.elements} & {"link", "img", "iframe", "object", "base"}
        assert all(e[1]["href"].startswith("#") for e in page.elements if "href" in e[1])
        ids = [e[1]["id"] for e in page.elements if "id" in e[1]]
        assert len(ids) == len(set(ids))


def test_a_report_is_written_whole_and_the_same_again(run, report):
    assert report.read_bytes() == write_report(run).read_bytes()
    assert not [p.name for p in run.iterdir() if p.name.endswith(".tmp")]


def test_the_differences_are_those_of_the_comparison(pair):
    out, runs, comparison = pair
    page = Page(out.read_text(encoding="utf-8"))
    _, *lines = page.table("Every measure, run beside run")
    assert len(lines) == len(comparison["metrics"])
    for line, (name, entry) in zip(lines, comparison["metrics"].items(), strict=True):
        texts = [text for text, _ in line]
        assert texts[0].startswith(label(name))
        for text, run in zip(texts[1:3], runs, strict=True):
            assert same(text.split()[0], read_json(run / "summary.json")["metrics"][name])
        assert same(texts[3], entry["difference"])
        if entry["ci95"]:
            assert all(map(same, texts[4].split(" to "), entry["ci95"]))
        assert texts[5] == ("<0.001" if entry["p"] < 0.001 else texts[5])
    data = data_of(page)
    for change in ("better", "worse"):
        ids = [row["a"]["id"] for row in data["rows"] if row["change"] == change]
        assert ids == [p["id"] for p in comparison[change]] != []
    changed = page.table("What was configured differently")
    assert ["snapshot", "20260114-093000-4be1f0", "20260201-120000-9c22aa"] in [
        [text for text, _ in line] for line in changed
    ]


def test_runs_of_different_sets_are_said_to_be_such(tmp_path, pair):
    other = make_run(tmp_path, "retrieval", 40)
    config = read_json(other / "config.json") | {"dataset_sha256": "e1" * 32, "dataset": "other"}
    (other / "config.json").write_text(json.dumps(config), encoding="utf-8")
    warning = "did not ask the same question set"
    assert warning not in pair[0].read_text(encoding="utf-8")
    out = write_comparison([*pair[1], other], tmp_path / "three.html")
    html = out.read_text(encoding="utf-8")
    assert warning in html
    assert [text for text, _ in Page(html).table("Every measure, run beside run")[0]] == [
        "Measure", "A", "B", "C",
    ]  # fmt: skip


def test_what_is_no_finished_run_is_refused(tmp_path, run, pair):
    with pytest.raises(InputError, match="is no run"):
        write_report(tmp_path)
    unfinished = shutil.copytree(run, tmp_path / "unfinished")
    (unfinished / "summary.json").unlink()
    with pytest.raises(InputError, match="not finished"):
        write_report(unfinished)
    with pytest.raises(InputError, match="exactly two runs; 3"):
        write_comparison([*pair[1], run], tmp_path / "x.html", {"metrics": {}})
    with pytest.raises(InputError, match="no run to compare"):
        write_comparison([], tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_figures_as_text():
    assert [label(n) for n in ("no_answer_auroc", "recall@5", "mrr@10", "em", "answerable_f1")] == [
        "No answer AUROC", "Recall@5", "MRR@10", "EM", "Answerable F1",
    ]  # fmt: skip
    assert figure(0.12345) == "0.123" and figure(None) == figure(float("nan")) == "–"
    assert figure(-0.5, sign=True) == "−0.500" and figure(0.5, sign=True) == "+0.500"
    assert figure(-0.0001, sign=True) == "0.000" and figure(1234.0, "sum") == "1,234"
    assert interval([0.1, 0.25]) == "0.100 to 0.250" and interval([None, 1]) == interval(None) == ""
    assert probability(0.0004) == "<0.001" and probability(0.0456) == "0.046"
    assert [milliseconds(v) for v in (0.4234, 18.26, 1240.4)] == ["0.42", "18.3", "1,240"]
    assert [duration(v) for v in (4.26, 425, 8040)] == ["4.3 s", "7 min 5 s", "2 h 14 min"]


@pytest.mark.parametrize(
    ("entry", "higher", "tone"),
    [
        ({"difference": 0.1, "ci95": [0.02, 0.2]}, True, "better"),
        ({"difference": 0.1, "ci95": [0.02, 0.2]}, False, "worse"),
        ({"difference": -0.1, "ci95": [-0.2, -0.02]}, True, "worse"),
        ({"difference": 0.1, "ci95": [-0.01, 0.2], "p": 0.04}, True, ""),
        ({"difference": 0.1, "ci95": None, "p": 0.04}, True, "better"),
        ({"difference": 0.0, "ci95": [0.0, 0.0]}, True, ""),
        ({"difference": None, "ci95": None, "p": None}, True, ""),
    ],
)
def test_a_verdict_needs_an_interval_without_nought(entry, higher, tone):
    cells = difference_cells(entry, Measure("m", "mean", higher), 0.5, ("better", "worse"))
    assert cells[0].tone == tone
    assert cells[3].text == {"better": "▲ better", "worse": "▼ worse"}.get(
        tone, "–" if entry["difference"] is None else "no clear difference"
    )


def test_plots_need_no_style_and_no_font_for_chinese():
    drawn = plots.stages({"p50": 1.0, "p95": 2.0, "p99": 3.0,
                          "stages": {"檢索": {"p50": 0.1, "p95": 0.2, "p99": 0.3}}})  # fmt: skip
    assert drawn.startswith("<svg") and "<title" in drawn
    assert "style" not in drawn and "<text" not in drawn and "var(--ink)" in drawn
    assert plots.stages({}) == plots.reliability([]) == ""
    svg, beyond = plots.totals([10.0] * 200 + [5000.0], {"p50": 10.0})
    assert svg and beyond.startswith("1 question took longer than 12.5 ms")


def test_json_in_a_page_cannot_end_its_element():
    text = embedded({"a": "</script><!--\u2028&", "b": float("nan"), "c": [1.5, None]})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == {"a": "</script><!--\u2028&", "b": None, "c": [1.5, None]}


def test_passages_are_kept_once_and_cut_where_there_are_many():
    hit = {"rank": 1, "passage_id": "p", "text": "字" * 1000, "score": 0.123456789}
    rows = [{"id": str(n), "given": {"hits": [hit] * 20}, "rank": 20} for n in range(2)]
    for count, cut in ((10, CUT), (MANY, SHORT_CUT)):
        compactor = Compactor(count)
        shown = [compactor.row(row) for row in rows]
        assert [len(text) for text, _ in compactor.texts] == [cut + 1]
        assert len(shown[0]["given"]["hits"]) < 20
        assert shown[0]["given"]["hits"][0][3] == 0.12346
