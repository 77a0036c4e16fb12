"""The checker of question sets: the shipped sets are sound, and every fault is told."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.load import load_folder
from corpus.records import LANGUAGES, Turn
from corpus.settings import BUNDLED_SOURCES
from eval.cli import app
from eval.datasets.check import check_overlap, check_questions, examine, totals
from eval.datasets.evidence import Source, stands
from eval.datasets.policy import Question, read_questions
from eval.datasets.shipped import SHIPPED as NAMES
from eval.datasets.shipped import question_file

SHIPPED = tuple(map(question_file, NAMES))
DOCUMENTS = load_folder(BUNDLED_SOURCES).documents
SOURCES = {document.doc_id: Source(document) for document in DOCUMENTS}
WEB, PLAN = SOURCES["regional-cooperation"], SOURCES["belt-and-road-2023"]
DEV = {q.id: q for q in read_questions(SHIPPED[0])}

GOOD = Question(
    id="x1",
    lang="en",
    kind="figure",
    question="How much trade was there between Macao and the mainland in 2022?",
    answerable=True,
    answers=("MOP43.76 billion",),
    source="regional-cooperation",
    passage="2022年兩地貿易總額437.6億澳門元",
    group="x",
)
NONE = replace(GOOD, kind="unanswerable", answerable=False, answers=(), source="", passage="")
NONE = replace(NONE, question="How much was it in 1999?", trap="wrong_year")


def said(*questions: Question, notes: bool = False) -> list[str]:
    found = check_questions(questions, DOCUMENTS)
    return [p.what for p in found if p.note == notes]


# --- the shipped sets


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sets_have_no_problems(path):
    (part,) = examine([path], BUNDLED_SOURCES)
    assert part["problems"] == []
    assert all("missing twin" in note["what"] for note in part["notes"])
    assert part["questions"] == part["totals"]["all"]["questions"] == len(read_questions(path))


def test_the_development_set_is_large_and_varied():
    questions = tuple(DEV.values())
    counts = totals(questions)
    assert counts["all"]["questions"] >= 240
    assert counts["all"]["multi-turn"] >= 30
    assert counts["all"]["groups in all languages"] >= 60
    assert min(counts["language"][lang] for lang in LANGUAGES) >= 60
    kinds = "figure date list name comparison yesno definition measure place followup unanswerable"
    assert set(counts["kind"]) == set(kinds.split())
    treacherous = ("wrong_year", "wrong_entity", "wrong_quantity", "absent", "false_premise")
    assert sum(counts["trap"][trap] for trap in treacherous) >= 60
    assert all(counts["trap"][trap] >= 10 for trap in treacherous)
    for lang in LANGUAGES:
        mine = [q for q in questions if q.lang == lang]
        assert {q.kind for q in mine} == set(kinds.split())
        assert sum(bool(q.history) for q in mine) >= 8
        assert sum(not q.answerable for q in mine) >= 20


def test_totals_are_counted():
    questions = [
        replace(GOOD, lang=lang, id=lang, history=(Turn("user", "?"),)[: lang == "pt"])
        for lang in LANGUAGES
    ]
    counts = totals(
        [*questions, replace(NONE, id="n", group="n"), replace(NONE, group="m", trap="")]
    )
    assert counts == {
        "all": {
            "questions": 6,
            "answerable": 4,
            "unanswerable": 2,
            "multi-turn": 1,
            "groups": 3,
            "groups in all languages": 1,
        },
        "language": {"zh-Hant": 1, "zh-Hans": 1, "en": 3, "pt": 1},
        "kind": {"figure": 4, "unanswerable": 2},
        "trap": {"-": 1, "wrong_year": 1},
    }


# --- each fault


def test_sound_questions_have_no_problems():
    assert check_questions([GOOD], DOCUMENTS) == ()
    assert check_questions([NONE], DOCUMENTS) == ()
    assert said(replace(GOOD, source="regional-cooperation.zh-Hant.md")) == []


FAULTS = [
    (GOOD, {"answers": ()}, "has no accepted answer"),
    (GOOD, {"passage": ""}, "names no passage"),
    (GOOD, {"trap": "absent"}, "is answerable, but has a trap"),
    (GOOD, {"source": ""}, "names no source; known: belt-and-road-2023, regional-cooperation"),
    (GOOD, {"source": "regional"}, "there is no document 'regional'; known: belt"),
    (GOOD, {"passage": "2021年兩地貿易總額437.6億澳門元"}, "its passage stands nowhere"),
    (GOOD, {"source": "belt-and-road-2023"}, "its passage stands nowhere in belt-and-road-2023"),
    (GOOD, {"answers": ("MOP43.77 billion", "437.7億")}, "none of its 2 accepted answers stands"),
    # That figure stands in another paragraph of the document.
    (GOOD, {"answers": ("MOP46.02 billion",)}, "stands in the paragraph of its passage"),
    (GOOD, {"must_include": ("28.5%", "29.5%")}, "item 2 of must_include does not stand under"),
    (NONE, {"answers": ("x",)}, "is unanswerable, but has accepted answers"),
    (NONE, {"trap": ""}, "is unanswerable, but has no trap"),
    (NONE, {"source": "elsewhere"}, "there is no document 'elsewhere'"),
    (NONE, {"lang": "zh-Hant", "question": "去年贸易額是多少？"}, "Simplified characters 贸"),
    (NONE, {"lang": "zh-Hans", "question": "去年貿易额是多少？"}, "Traditional characters 貿"),
    (
        NONE,
        {"lang": "zh-Hans", "question": "多少？", "history": (Turn("user", "貿易？"),)},
        "is in zh-Hans, but has the Traditional characters 貿",
    ),
]


@pytest.mark.parametrize(("sound", "change", "what"), FAULTS, ids=range(len(FAULTS)))
def test_each_fault_is_told(sound, change, what):
    (problem,) = [p for p in said(replace(sound, **change)) if what in p]
    assert problem
    assert len(said(replace(sound, **change))) == 1


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("zh-Hant", "澳門駐里斯本辦事處的平台喺邊？周年活動、回歸後、皇后、台灣、乾燥、着想、裡面"),
        ("zh-Hant", "衞生局同中葡平臺嘅綫上服務"),
        (
            "zh-Hans",
            "澳门驻里斯本办事处的平台在哪？周年活动、回归后、皇后、台湾、干燥、乾隆、着想、著名",
        ),
    ],
)
def test_characters_of_both_scripts_are_no_problem(lang, question):
    assert said(replace(NONE, lang=lang, question=question)) == []


def test_ids_and_questions_stand_once():
    assert sum("its id stands there more" in p for p in said(GOOD, NONE)) == 2
    again = replace(GOOD, id="x2", group="y", question=" how much TRADE was there between Macao"
                    " and the mainland in 2022?")  # fmt: skip
    assert said(GOOD, again) == ["asks the same as x1 in the same language; take one out"]
    followed = replace(again, history=(Turn("user", "Trade?"), Turn("assistant", "Yes.")))
    assert said(GOOD, followed) == []
    assert said(GOOD, followed, replace(followed, id="x3", group="z")) == [
        "asks the same as x2 in the same language; take one out"
    ]
    chinese = replace(NONE, lang="zh-Hant", question="1999年有幾多？")
    assert (
        said(
            chinese, replace(chinese, id="x2", lang="zh-Hans", group="y", question="1999年有几多？")
        )
        == []
    )


def test_a_question_of_one_set_in_another_is_told():
    other = replace(GOOD, id="other", group="o")
    (problem,) = check_overlap({"a": [GOOD, NONE], "b": [replace(NONE, question="?"), other]})
    assert problem.id == "other"
    assert problem.what == "in b asks the same as x1 in a; take one out"
    assert check_overlap({"a": [GOOD, other], "b": [NONE]}) == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"answerable": False, "answers": (), "trap": "absent"}, "answerable is not that of x1"),
        ({"kind": "name"}, "kind is not that of x1, of the same group x"),
        ({"passage": "2022年兩地貿易總額"}, "passage is not that of x1"),
        ({"lang": "en", "question": "Trade?"}, "another of the group x is in en too"),
    ],
)
def test_twins_that_differ_are_told(change, what):
    twin = replace(GOOD, id="x2", lang="pt", question="Qual foi o valor das trocas em 2022?")
    twin = replace(
        twin, passage="2022年两地贸易总额 437.6亿澳门元"
    )  # the other script is no matter
    assert said(GOOD, twin) == []
    assert any(what in p for p in said(GOOD, replace(twin, **change)))


def test_a_missing_twin_and_another_language_are_notes():
    twin = replace(GOOD, id="x2", lang="pt", question="Qual foi o valor das trocas em 2022?")
    assert said(GOOD, twin, notes=True) == [
        "the group x has no question in zh-Hant, zh-Hans (missing twin)"
    ]
    assert said(GOOD, notes=True) == []
    odd = replace(GOOD, question="Qual foi o valor das trocas em 2022?")
    assert said(odd) == []
    assert said(odd, notes=True) == ["lang is en, but the program takes it for pt"]


# --- where an answer may stand


def test_figures_may_be_written_otherwise():
    for answer in ("MOP43.76 billion", "43,760 million", "437.6億", "437.6亿", "43.76 billion"):
        assert said(replace(GOOD, answers=(answer,))) == []
    for answer in ("43.76 million", "43.8 billion", "437.6", "MOP 3.76 billion"):
        found = said(replace(GOOD, answers=(answer,)))
        assert found == [] if answer == "437.6" else len(found) == 1


def test_figures_are_read_in_the_language_of_the_question_or_of_the_document():
    question = replace(GOOD, lang="pt", question="Qual foi o valor das trocas em 2022?")
    assert said(replace(question, answers=("43.760 milhões",))) == []
    assert said(replace(question, answers=("43,760百萬",))) == []
    assert len(said(replace(question, answers=("43,76 milhões",)))) == 1


def test_an_answer_may_stand_in_the_rendition_only():
    question = replace(DEV["pd-176"], answers=("Pequim",))
    assert said(question) == []
    # There is no such rendition for a question in another language.
    assert len(said(replace(question, lang="en"))) == 1


def test_lists_may_follow_their_introduction_and_comparisons_need_two_passages():
    countries = DEV["pd-107"]
    assert said(countries) == []
    assert len(said(replace(countries, kind="name"))) == 1
    trade = DEV["pd-117"]
    assert "437.6" in trade.must_include
    assert said(trade) == []
    assert said(replace(trade, kind="figure")) == [
        "item 2 of must_include does not stand under the heading of its passage; mend it"
    ]
    headings = next(q for q in read_questions(SHIPPED[1]) if q.id == "pe-019")
    assert said(headings) == []
    assert said(replace(headings, must_include=(*headings.must_include, "Lisbon"))) != []


def test_yes_or_no_needs_no_such_word_in_the_document():
    question = replace(DEV["pd-123"], answers=("Yes",))
    assert said(question) == []
    assert len(said(replace(question, kind="name"))) == 1
    assert len(said(replace(question, answers=("Yes", "five core cities")))) == 1


def test_passages_are_found_across_line_ends_script_and_marks():
    for passage in (
        "推进中山与澳门合作专责小组",  # broken over two lines in the file
        "分別與廣州、珠海、中山和深圳建立",
        "1992年簽訂的貿易及合作協議",  # with bold figures in the file
        "一小時生活圈",
        "佛得角\n幾內亞比紹",
    ):
        assert WEB.find(passage), passage
    assert PLAN.find("善用“中国与葡语国家商贸合作服务平台综合体”良好硬件设施")
    assert WEB.find("1. 貨物貿易：《") and WEB.find("貨物貿易：《")
    assert WEB.find("") == WEB.find("没有这句话") == ()


def test_sections_end_at_headings():
    blocks = WEB.document.blocks
    text = WEB.document.text
    section = WEB.section(WEB.find("人口逾8,600萬"))
    words = [text[blocks[i].start : blocks[i].end] for i in section]
    assert words[0] == "粵港澳大灣區"
    assert any("港澳合作高層會議制度" in w for w in words)
    assert not any("歐盟" in w for w in words)


def test_every_passage_of_the_development_set_lies_on_the_blocks_that_are_found():
    lengths = Counter()
    for question in DEV.values():
        if question.answerable:
            source = SOURCES[question.source]
            blocks = source.find(question.passage)
            lengths[len(blocks)] += 1
            ((text, _), *_) = source.texts(blocks, question.lang)
            assert stands(question.passage, [(text, source.document.language)], "zh-Hant")
    assert lengths[1] > 0.9 * lengths.total()


# --- the command


def main(argv):
    """Run `ponte eval check`; what it prints goes where it would."""
    result = CliRunner().invoke(app, ["eval", "check", *argv])
    sys.stdout.write(result.stdout)
    sys.stderr.write(result.stderr)
    return result.exit_code


def copy(path: Path, *rows: dict) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_command_on_the_shipped_sets(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert f"{SHIPPED[0]}: {len(DEV)} questions, 0 problems" in out
    assert "language: zh-Hant 104, zh-Hans 104, en 105, pt 104" in out
    assert "unanswerable 108" in out


def test_the_command_tells_problems_without_repeating_the_questions(tmp_path, capsys):
    rows = rows_of(SHIPPED[0])
    for row in rows:  # every row is spoilt
        row["source"] = {"regional-cooperation": "belt-and-road-2023"}.get(row["source"], "gone")
        row["must_include"] = ["nowhere in it"]
    path = copy(tmp_path / "bad.jsonl", *rows)
    assert main([str(path), "--json"]) == 1
    (part,) = json.loads(capsys.readouterr().out)["sets"]
    assert {p["id"] for p in part["problems"]} == {row["id"] for row in rows}
    whats = "\n".join(p["what"] for p in part["problems"])
    for row in rows:
        assert row["question"] not in whats
        assert not row["passage"] or row["passage"] not in whats
    assert main([str(path)]) == 1
    assert "problem pd-001: its passage stands nowhere in belt-and-road" in capsys.readouterr().out


def test_the_command_finds_a_question_in_two_files(tmp_path, capsys):
    row = rows_of(SHIPPED[0])[0]
    one, two = copy(tmp_path / "1.jsonl", row), copy(tmp_path / "2.jsonl", row | {"id": "n"})
    assert main([str(one), str(two)]) == 1
    out = capsys.readouterr().out
    assert f"problem n: in {two} asks the same as pd-001 in {one}" in out
    assert f"{one}: 1 questions, 0 problems" in out


def test_the_command_with_other_documents(tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "note.en.md").write_text(
        "# Note\n\nThe fee is MOP 300.\n", encoding="utf-8"
    )
    row = {"id": 1, "lang": "en", "question": "What is the fee?", "answers": ["300 patacas"]}
    row |= {"source": "note", "passage": "the fee is MOP300", "answerable": True}
    path = copy(tmp_path / "q.jsonl", row)
    assert main([str(path), "--sources", str(tmp_path / "docs")]) == 0
    assert main([str(path)]) == 1
    assert "there is no document 'note'" in capsys.readouterr().out


def test_the_command_with_files_that_are_none(tmp_path, capsys):
    assert main([str(tmp_path / "absent.jsonl")]) == 2
    assert main([str(SHIPPED[0]), "--sources", str(tmp_path / "absent")]) == 2
    err = capsys.readouterr().err
    assert "absent.jsonl cannot be read" in err
    assert "is not a folder" in err
    assert "Traceback" not in err
