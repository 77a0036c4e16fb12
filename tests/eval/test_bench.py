"""`ponte eval` from end to end: real index, real model, figures checked by hand from the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import environment, run

from corpus.settings import Settings
from eval.runs import read_run

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "reading"

TEXTS = {
    "fish": "漁港每年六月開放，漁船須先向海事部門登記，登記費為三百元。",
    "tea": "茶園位於北坡，海拔九百米，春茶在清明前採摘。",
    "bridge": "大橋全長五十五公里，二零一八年十月通車，由三地共同管理。",
    "museum": "博物館星期一休館，六十五歲以上長者免費入場。",
    "train": "輕軌一期共有十一個車站，票價按車站數目計算。",
}
QUERIES = {
    "q1": ("渔港几月开放？", {"fish": 1}),
    "q2": ("春茶什麼時候採摘？", {"tea": 2, "fish": 0}),
    "q3": ("大橋有多長？", {"bridge": 1}),
    "q4": ("長者入場要付錢嗎？", {"museum": 1}),
    "q5": ("How many stations does the light rail have?", {"train": 1}),
    "q6": ("誰負責管理大橋和輕軌？", {"bridge": 1, "train": 1}),
}
SQUAD = [
    ("s1", TEXTS["bridge"], "大橋全長多少公里？", ["五十五公里"]),
    ("s2", TEXTS["bridge"], "大橋何時通車？", ["二零一八年十月"]),
    ("s3", TEXTS["museum"], "輕軌一期有多少個車站？", []),
    ("s4", TEXTS["fish"], "2031年的人口是多少？", []),
]


@pytest.fixture(scope="module")
def beir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beir") / "harbour"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": key, "title": "", "text": text} for key, text in TEXTS.items()]
    asked = [{"_id": key, "text": text} for key, (text, _) in QUERIES.items()]
    for name, some in (("corpus", rows), ("queries", asked)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    judged = [f"{q}\t{p}\t{grade}" for q, (_, ps) in QUERIES.items() for p, grade in ps.items()]
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(head + "\n".join(judged), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def squad(tmp_path_factory):
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": key,
                    "question": question,
                    "is_impossible": not golds,
                    "answers": [{"text": g, "answer_start": context.index(g)} for g in golds],
                }
            ],
        }
        for key, context, question, golds in SQUAD
    ]
    file = tmp_path_factory.mktemp("squad") / "harbour.json"
    content = {"version": "2.0", "data": [{"title": "港", "paragraphs": paragraphs}]}
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def rows_in(out):
    return {row["id"]: row for row in read_run(Path(out["run_dir"])).rows}


@pytest.fixture(scope="module")
def retrieved(ponte_eval, beir):
    return {
        mode: ponte_eval("retrieval", beir, "--mode", mode)
        for mode in ("dense", "lexical", "hybrid")
    }


def test_retrieval_by_the_contract(retrieved):
    for mode, (code, out, _) in retrieved.items():
        assert code == 0
        assert (out["dataset"], out["mode"]) == ("harbour", mode)
        assert (out["queries"], out["passages"]) == (6, 5)
        names = {"recall@1", "recall@5", "recall@10", "recall@100", "mrr@10", "ndcg@10"}
        assert set(out["metrics"]) == set(out["ci95"]) == names
        assert all(low <= out["metrics"][n] <= high for n, (low, high) in out["ci95"].items())
        assert {"p50", "p95", "p99"} <= set(out["latency_ms"])
        assert out["index_seconds"] >= 0
        assert (Path(out["run_dir"]) / "report.html").stat().st_size > 10_000


def test_retrieval_figures_are_those_of_the_rankings(retrieved):
    for _, out, _ in retrieved.values():
        rows = rows_in(out)
        first, reciprocal = [], []
        for key, (_, grades) in QUERIES.items():
            relevant = {p for p, grade in grades.items() if grade > 0}
            found = [hit["passage_id"] for hit in rows[key]["given"]["hits"]]
            assert len(found) == len(set(found))
            first.append(len(relevant & set(found[:1])) / len(relevant))
            rank = next((r for r, p in enumerate(found, 1) if p in relevant), None)
            assert rows[key]["rank"] == rank
            reciprocal.append(1 / rank if rank else 0)
        assert out["metrics"]["recall@1"] == pytest.approx(sum(first) / 6, abs=1e-6)
        assert out["metrics"]["mrr@10"] == pytest.approx(sum(reciprocal) / 6, abs=1e-6)
    assert retrieved["hybrid"][1]["metrics"]["recall@1"] > 0.8
    assert rows_in(retrieved["lexical"][1])["q1"]["rank"] == 1  # asked in the other script


def test_the_next_mode_embeds_nothing_anew(retrieved):
    assert retrieved["lexical"][1]["embedded"] == retrieved["hybrid"][1]["embedded"] == 0


def test_the_reader_puts_what_was_found_in_its_own_order(ponte_eval, beir, retrieved):
    code, out, _ = ponte_eval("retrieval", beir, "--rerank")
    assert (code, out["rerank"], retrieved["hybrid"][1]["rerank"]) == (0, True, False)
    before, after = rows_in(retrieved["hybrid"][1]), rows_in(out)
    for key in QUERIES:
        found = [{h["passage_id"] for h in rows[key]["given"]["hits"]} for rows in (before, after)]
        assert found[0] == found[1]
    assert out["metrics"]["recall@1"] > 0.8


def test_limit(ponte_eval, beir, squad):
    assert ponte_eval("retrieval", beir, "--limit", 2)[1]["queries"] == 2
    assert ponte_eval("reading", squad, "--limit", 3)[1]["questions"] == 3


def test_reading_by_the_contract(ponte_eval, squad):
    code, out, _ = ponte_eval("reading", squad)
    assert (code, out["questions"]) == (0, 4)
    wanted = {"em", "f1", "answerable_em", "answerable_f1", "no_answer_auroc",
              "no_answer_precision", "no_answer_recall", "sentence_hit"}  # fmt: skip
    assert wanted <= set(out["metrics"])
    rows = rows_in(out)
    said = {
        k: r["given"]["answer"] if r["given"]["status"] == "answered" else ""
        for k, r in rows.items()
    }
    exact = [
        said["s1"] == "五十五公里",
        said["s2"] == "二零一八年十月",
        not said["s3"],
        not said["s4"],
    ]
    assert out["metrics"]["em"] == pytest.approx(sum(exact) / 4)
    assert out["metrics"]["no_answer_recall"] == pytest.approx(sum(exact[2:]) / 2)
    yes = [1 - r["given"]["confidence"] if r["given"]["status"] == "refused" else
           r["given"]["confidence"] for r in rows.values()]  # fmt: skip
    wins = [(a > b) + (a == b) / 2 for a in yes[:2] for b in yes[2:]]
    assert out["metrics"]["no_answer_auroc"] == pytest.approx(sum(wins) / 4)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public reading sets are not here")
def test_reading_a_public_set(ponte_eval):
    code, out, _ = ponte_eval("reading", SHARED / "squad2_zh.json", "--limit", 60)
    assert (code, out["questions"]) == (0, 60)
    rows = rows_in(out)
    refused = [r for r in rows.values() if r["given"]["status"] == "refused"]
    right = sum(not r["expected"]["answerable"] for r in refused)
    assert refused and out["metrics"]["no_answer_precision"] == pytest.approx(
        right / len(refused), abs=1e-6
    )


def test_everything_that_ships_passes_the_gate(settings, tmp_path):
    """The real program, as a user calls it: the short form of `make eval`."""
    ended = run(
        ["eval", "all", "--short", "--runs", str(tmp_path), "--json"], environment(settings)
    )
    assert "Traceback" not in ended.err
    checks = json.loads(ended.out)["checks"]
    assert [c for c in checks if not c["ok"]] == []
    assert ended.code == 0
    (path,) = tmp_path.iterdir()
    done = read_run(path)
    summary = done.summary
    assert summary["questions"] == len(done.rows) > 240
    assert summary["metrics"]["ungrounded_figures"] == 0
    assert set(summary["by_language"]) == {"zh-Hant", "zh-Hans", "en", "pt"}
    assert {"retrieve", "read"} <= set(summary["latency_ms"]["stages"])
    assert 100 < summary["memory_mib"]["peak"] < 8_000
    assert sum(b["count"] for b in summary["reliability"]) == summary["questions"]
    script = summary["consistency"]["script"]
    assert script["pairs"] > 50 and script["share"] > 0.8
    refused = [r for r in done.rows if r["given"]["status"] == "refused"]
    unanswerable = [r for r in done.rows if not r["expected"]["answerable"]]
    both = [r for r in refused if r in unanswerable]
    metrics = summary["metrics"]
    assert metrics["refusal_precision"] == pytest.approx(len(both) / len(refused), abs=1e-6)
    assert metrics["refusal_recall"] == pytest.approx(len(both) / len(unanswerable), abs=1e-6)


@pytest.fixture(scope="module")
def shaken(ponte_eval):
    return ponte_eval(
        "robustness", "policy-dev", "--limit", 16, "--variant", "other_script", "--variant",
        "irrelevant_first", "--distractors", 40,
    )  # fmt: skip


def test_robustness_tells_the_loss_of_each_variant(shaken):
    code, out, _ = shaken
    assert code == 0
    assert out["questions"] == 16
    assert set(out["by_variant"]) == {"clean", "other_script", "irrelevant_first", "distractors-40"}
    assert out["by_variant"]["distractors-40"]["questions"] == 16
    rows = list(rows_in(out).values())
    assert len(rows) == out["asked"]
    clean = {r["base"]: r for r in rows if r["variant"] == "clean"}
    for name, loss in out["loss"].items():
        changed = [r for r in rows if r["variant"] == name]
        pairs = [
            (clean[r["base"]]["values"]["answer_hit"], r["values"]["answer_hit"]) for r in changed
        ]
        pairs = [(a, b) for a, b in pairs if a is not None]
        fall = sum(b - a for a, b in pairs) / len(pairs)
        assert loss["answer_hit"]["difference"] == pytest.approx(fall, abs=1e-6)
    # The foreign passages really were in the index: they push others down in its lists.
    ranks = [
        [(h["passage_id"], h["dense_rank"], h["lexical_rank"]) for h in r["given"]["hits"]]
        for r in rows
        if r["variant"] in ("clean", "distractors-40")
    ]
    assert len(ranks) == 32 and ranks[:16] != ranks[16:]


def test_comparing_two_runs(ponte_eval, retrieved, tmp_path):
    a, b = (retrieved[mode][1]["run_dir"] for mode in ("lexical", "hybrid"))
    page = tmp_path / "page.html"
    code, out, _ = ponte_eval("compare", a, b, "--out", page, measures=False)
    assert (code, out["questions"]) == (0, 6)
    for name, d in out["metrics"].items():
        left, right = (retrieved[mode][1]["metrics"][name] for mode in ("lexical", "hybrid"))
        assert d["difference"] == pytest.approx(right - left, abs=1e-5)
        assert d["ci95"][0] <= d["difference"] <= d["ci95"][1] and 0 < d["p"] <= 1
    rows_a, rows_b = rows_in(retrieved["lexical"][1]), rows_in(retrieved["hybrid"][1])
    better = [k for k in rows_a if rows_a[k]["failed"] and not rows_b[k]["failed"]]
    worse = [k for k in rows_a if rows_b[k]["failed"] and not rows_a[k]["failed"]]
    assert [c["id"] for c in out["better"]] == better
    assert [c["id"] for c in out["worse"]] == worse
    assert any("options.mode: lexical / hybrid" in note for note in out["notes"])
    assert "better" in page.read_text(encoding="utf-8").lower()


def test_a_report_of_several_runs(ponte_eval, retrieved, tmp_path):
    dirs = [out["run_dir"] for _, out, _ in retrieved.values()]
    code, out, _ = ponte_eval("report", *dirs, "--out", tmp_path / "r.html", measures=False)
    assert code == 0
    text = Path(out["report"]).read_text(encoding="utf-8")
    assert all(Path(d).name in text for d in dirs)


def test_the_gate(ponte_eval, retrieved, tmp_path):
    done = retrieved["hybrid"][1]
    baseline = tmp_path / "baseline.toml"
    call = ("gate", done["run_dir"], "--baseline", baseline)
    assert ponte_eval(*call, "--update", measures=False)[0] == 0
    code, out, _ = ponte_eval(*call, measures=False)
    assert code == 0 and out["ok"] and len(out["checks"]) == 6
    value = done["metrics"]["mrr@10"]
    table = "[retrieval.harbour.metrics]\n'mrr@10' = {{value = {}, tolerance = 0.05}}\n"
    baseline.write_text(table.format(value + 0.04))
    assert ponte_eval(*call, measures=False)[0] == 0
    baseline.write_text(table.format(value + 0.06))
    code, out, _ = ponte_eval(*call, measures=False)
    assert code == 1 and not out["ok"]
    for text, said in (("", "has no [retrieval.harbour.metrics]"), ("a = ", "not valid TOML"),
                       ("[retrieval.harbour.metrics]\nspeed = 3\n", "speed")):  # fmt: skip
        baseline.write_text(text)
        code, _, err = ponte_eval(*call, measures=False)
        assert code == 2 and said in err


def test_the_gate_knows_which_way_is_worse(ponte_eval, shaken, tmp_path):
    baseline = tmp_path / "b.toml"
    call = ("gate", shaken[1]["run_dir"], "--baseline", baseline)
    table = "[robustness.policy-dev.metrics]\n{}\n"
    for line, code in (
        ("false_refusal = {value = -0.2, tolerance = 0.1}", 1),
        ("false_refusal = {value = 0.9, tolerance = 0.0}", 0),
        ('"other_script/answer_hit" = {value = 2.0, tolerance = 0.5}', 1),
        ('"other_script/answer_hit" = {value = 0.0, tolerance = 0.0}', 0),
        ('"gone/answer_hit" = {value = 0.0, tolerance = 0.0}', 1),
    ):
        baseline.write_text(table.format(line))
        assert ponte_eval(*call, measures=False)[0] == code, line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 1}', "line 1"),
        ('{"id": 1, "lang": "en", "question": "Q?", "answerable": false}\n{', "line 2"),
        ("", "the file is empty"),
    ],
)
def test_bad_sets_are_told_with_file_and_line(ponte_eval, tmp_path, content, said):
    file = tmp_path / "set.jsonl"
    file.write_text(content)
    for command in ("answers", "robustness"):
        code, out, err = ponte_eval(command, file)
        assert (code, out) == (2, None)
        assert str(file) in err and said in err
    assert ponte_eval("reading", file)[0] == 2
    assert ponte_eval("retrieval", tmp_path)[0] == 2


def test_unknown_variants_and_numbers(ponte_eval):
    assert "typos" in ponte_eval("robustness", "policy-dev", "--variant", "shouting")[2]
    assert ponte_eval("robustness", "policy-dev", "--distractors", 0)[0] == 2


def test_an_index_that_is_missing_is_built(cache, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "note.md").write_text("# 港口\n\n" + TEXTS["fish"], encoding="utf-8")
    own = Settings(index=tmp_path / "index", cache=cache, precision="float32")
    args = ["eval", "answers", "policy-dev", "--limit", "4", "--runs", str(tmp_path), "--json"]
    ended = run(args, environment(own, PONTE_SOURCES=str(tmp_path / "docs")))
    assert ended.code == 0
    assert json.loads(ended.out)["questions"] == 4
