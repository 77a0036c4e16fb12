"""The files that evaluators measure on: what is read from them, and what is said of bad ones."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.records import LANGUAGES, Turn
from eval.datasets.beir import read_beir
from eval.datasets.policy import Question, read_questions
from eval.datasets.squad import ReadingItem, read_squad

ROOT = Path(__file__).parents[2]
DATA = ROOT / "eval" / "data"
READING = ROOT.parent / "shared" / "data" / "reading"

ROW = {
    "id": "q1",
    "lang": "en",
    "question": "When?",
    "answers": ["2004"],
    "source": "regional-cooperation",
    "answerable": True,
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def fails(reader, path: Path, *parts: str) -> None:
    with pytest.raises(InputError) as caught:
        reader(path)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


# --- question sets, JSON Lines


@pytest.mark.parametrize("name", ["dev", "hard", "check"])
def test_shipped_sets_are_read(name):
    path = DATA / f"policy-{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    questions = read_questions(path)
    assert [q.id for q in questions] == [row["id"] for row in rows]
    assert {q.lang for q in questions} == set(LANGUAGES)
    for question, row in zip(questions, rows, strict=True):
        assert question.question == row["question"]
        assert list(question.answers) == row["answers"]
        assert [t.content for t in question.history] == [
            t["content"] for t in row.get("history", [])
        ]


def test_a_minimal_row_is_enough(tmp_path):
    (question,) = read_questions(write(tmp_path / "q.jsonl", ROW))
    assert question == Question(
        id="q1",
        lang="en",
        kind="",
        question="When?",
        answerable=True,
        answers=("2004",),
        source="regional-cooperation",
        group="q1",
    )


def test_everything_a_row_may_have(tmp_path):
    turns = [{"role": "user", "content": "CEPA?"}, {"role": "assistant", "content": "Yes."}]
    row = ROW | {
        "id": 7,
        "lang": "auto",
        "question": "Quando foi assinado o acordo?",
        "history": turns,
        "must_include": ["a", "b"],
        "group": 3,
        "trap": None,
        "remark": {"left": "alone"},
    }
    (question,) = read_questions(write(tmp_path / "q.jsonl", row))
    assert question.id == "7"
    assert question.group == "3"
    assert question.lang == "pt"
    assert question.trap == ""
    assert question.must_include == ("a", "b")
    assert question.history == (Turn("user", "CEPA?"), Turn("assistant", "Yes."))


def test_byte_order_mark_line_ends_and_separators_within_a_text(tmp_path):
    path = tmp_path / "q.jsonl"
    text = json.dumps(ROW | {"question": "one\u2028two\x85three"}, ensure_ascii=False)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")
    assert read_questions(path)[0].question == "one\u2028two\x85three"


WRONG = [
    ({"id": None}, "the key 'id' is missing"),
    ({"id": True}, "id is True"),
    ({"id": " "}, "id is empty"),
    ({"id": 1.5}, "id is 1.5"),
    ({"lang": None}, "the key 'lang' is missing"),
    ({"lang": "fr"}, "lang is 'fr'"),
    ({"question": None}, "the key 'question' is missing"),
    ({"question": " "}, "question is empty"),
    ({"question": ["When?"]}, "question is ['When?']"),
    ({"answerable": None}, "the key 'answerable' is missing"),
    ({"answerable": "true"}, "answerable is 'true'; it must be true or false"),
    ({"answerable": 1}, "answerable is 1"),
    ({"answers": []}, "at least one accepted answer"),
    ({"answers": None}, "at least one accepted answer"),
    ({"answers": "2004"}, "answers is '2004'; it must be a list"),
    ({"answers": ["2004", 2004]}, "answers holds 2004"),
    ({"answers": [""]}, "answers holds ''"),
    ({"source": 3}, "source is 3"),
    ({"must_include": {}}, "must_include is {}"),
    ({"history": "before"}, "history is no list"),
    ({"history": [{"role": "system", "content": "x"}]}, "role (user or assistant)"),
    ({"history": [{"role": "user"}]}, "history, turn 1"),
    ({"question": "\ud800"}, "question is not valid Unicode"),
    ({"answers": ["\udfff"]}, "answers is not valid Unicode"),
    ({"history": [{"role": "user", "content": "\ud800"}]}, "not valid Unicode"),
]


@pytest.mark.parametrize(("change", "what"), WRONG)
def test_a_wrong_row_is_named_with_its_line(tmp_path, change, what):
    path = write(tmp_path / "q.jsonl", ROW, ROW | {"id": "q2"} | change)
    fails(read_questions, path, f"{path}, line 2: ", what)


LINES = [
    (b'{"id": 1,}', "is not JSON"),
    (b'{"id": 1', "is not JSON"),
    (b"[1, 2]", "must be a JSON object"),
    (b'"text"', "must be a JSON object"),
    (b"null", "must be a JSON object"),
    (b'{"id": NaN}', "NaN is no JSON number"),
    (b'{"id": -Infinity}', "-Infinity is no JSON number"),
    (b'{"id": 1, "lang": "en", "id": 2}', "the key 'id' stands there twice"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'{"id": ' + b"9" * 5000 + b"}", "is not JSON"),
    (b'{"id": "\xff"}', "not in UTF-8"),
    (b"\xed\xa0\x80", "not in UTF-8"),
]


@pytest.mark.parametrize(("line", "what"), LINES, ids=range(len(LINES)))
def test_a_line_that_is_no_object_is_named(tmp_path, line, what):
    path = tmp_path / "q.jsonl"
    path.write_bytes(json.dumps(ROW).encode() + b"\n\n" + line + b"\n")
    fails(read_questions, path, f"{path}, line 3", what)


def test_ids_stand_once(tmp_path):
    path = write(tmp_path / "q.jsonl", ROW | {"id": 5}, ROW | {"id": "5"})
    fails(read_questions, path, "line 2", "the id '5' stands there twice")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".json"])
def test_files_that_cannot_be_read(tmp_path, suffix):
    reader = read_squad if suffix == ".json" else read_questions
    fails(reader, tmp_path / f"absent{suffix}", "cannot be read", "check the name")
    (tmp_path / f"folder{suffix}").mkdir()
    fails(reader, tmp_path / f"folder{suffix}", "cannot be read", "directory")
    fails(reader, tmp_path / f"nul\0{suffix}", "cannot be read")
    for content in (b"", b"\xef\xbb\xbf", b"\n \n"):
        (tmp_path / f"empty{suffix}").write_bytes(content)
        fails(reader, tmp_path / f"empty{suffix}", "line 1", "empty")
    (tmp_path / f"latin{suffix}").write_bytes(b"id\nquest\xe3o\n")
    fails(reader, tmp_path / f"latin{suffix}", "line 2: not in UTF-8; save the file as UTF-8")


# --- question sets, CSV

HEADER = "id,lang,question,answers,answerable,source,passage,kind,group,trap\n"


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_csv_gives_what_json_lines_give(tmp_path):
    rows = [q for q in read_questions(DATA / "policy-dev.jsonl") if not q.history]
    assert len(rows) > 300

    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"'

    text = HEADER.replace("trap", "trap,must_include")
    for q in rows:
        values = [q.id, q.lang, q.question, " | ".join(q.answers), str(q.answerable).lower()]
        values += [q.source, q.passage, q.kind, q.group, q.trap, " | ".join(q.must_include)]
        text += ",".join(map(cell, values)) + "\r\n"
    assert list(read_questions(table(tmp_path / "q.CSV", text))) == rows


def test_csv_language_is_guessed_where_it_is_empty(tmp_path):
    text = HEADER + "".join(
        f"{i},,{question},x,TRUE,,,,,\n"
        for i, question in enumerate(
            [
                "澳門幾時簽署協議？",
                "澳门什么时候签署协议？",
                "When was it signed?",
                "Quando foi assinado?",
            ]
        )
    )
    questions = read_questions(table(tmp_path / "q.csv", text))
    assert [q.lang for q in questions] == ["zh-Hant", "zh-Hans", "en", "pt"]
    assert [q.group for q in questions] == ["0", "1", "2", "3"]


def test_csv_columns_may_be_few_elsewhere_and_separated_by_semicolons(tmp_path):
    text = (
        "\ufeffanswerable;note;question;id;answers\r\nfalse;n;Quem?;a;\r\ntrue;;Quando?;b;x|y |\r\n"
    )
    one, two = read_questions(table(tmp_path / "q.csv", text))
    assert (one.id, one.answerable, one.answers) == ("a", False, ())
    assert (two.id, two.answerable, two.answers) == ("b", True, ("x", "y"))


BAD_TABLES = [
    ("id,question\n1,When?\n", 1, "the header lacks answerable"),
    ("id,question,answerable,id\n1,When?,true,1\n", 1, "two columns are named 'id'"),
    (HEADER, 1, "there is no question"),
    (HEADER + "1,en,When?,x,maybe,,,,,\n", 2, "answerable is 'maybe'"),
    (HEADER + "1,en,When?,x,true,,,,,\n2,en,Why, really?,x,true,,,,,\n", 3, "11 cells"),
    (HEADER + "1,en,When?,x,true\n", 2, "5 cells"),
    (HEADER + '1,en,"one\ntwo\nthree",x,true,,,,,\n\n2,xx,When?,x,true,,,,,\n', 6, "lang is 'xx'"),
    (HEADER + '1,en,"one\r\ntwo",,true,,,,,\r\n', 2, "at least one accepted answer"),
    (HEADER + '1,en,"When?,x,true,,,,,\n', 2, "not CSV"),
    (HEADER + '1,en,"When"?,x,true,,,,,\n', 2, "not CSV"),
    (HEADER + "1,en," + "x" * 200_000 + ",x,true,,,,,\n", 2, "not CSV: field larger"),
    (HEADER + "1,en,a,x,true,,,,,\n1,en,b,x,true,,,,,\n", 3, "the id '1' stands there twice"),
    ("id,question,answerable,answers,history\n1,a,true,x,[]\n", 2, "write the set as JSON Lines"),
]


@pytest.mark.parametrize(("text", "line", "what"), BAD_TABLES, ids=range(len(BAD_TABLES)))
def test_a_wrong_table_is_named_with_its_line(tmp_path, text, line, what):
    path = table(tmp_path / "q.csv", text)
    fails(read_questions, path, f"{path}, line {line}: ", what)


# --- reading sets


def squad(
    *qas: object, context: str = "Macao is a city. Macao is small.", title: str = "M"
) -> dict:
    return {"data": [{"title": title, "paragraphs": [{"context": context, "qas": list(qas)}]}]}


def qa(name: object = "a", *answers: tuple[str, int], **more: object) -> dict:
    given = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": name, "question": "What?", "answers": given} | more


def read_one(path: Path, value: object, **how: object) -> tuple[ReadingItem, ...]:
    path.write_text(json.dumps(value, **how), encoding="utf-8")
    return read_squad(path)


def test_squad_of_both_versions(tmp_path):
    value = squad(
        qa("a", ("city", 11)),
        qa("b", is_impossible=True, plausible_answers=[{"text": "x", "answer_start": 0}]),
        qa("c"),
        qa(4, ("small", 26), ("small", 26), ("Macao", 17), is_impossible=False),
        {"id": "e", "question": "", "is_impossible": True},
    )
    a, b, c, d, e = read_one(tmp_path / "s.json", value)
    assert a == ReadingItem(
        "a", "What?", "Macao is a city. Macao is small.", ("city",), (11,), True, "M"
    )
    assert (b.answerable, b.answers, b.starts) == (False, (), ())
    assert not c.answerable
    assert (d.id, d.answers, d.starts) == ("4", ("small", "Macao"), (26, 17))
    assert not e.answerable
    untitled = squad(qa())
    del untitled["data"][0]["title"]
    assert read_one(tmp_path / "s.json", untitled)[0].title == ""


@pytest.mark.parametrize(
    ("start", "found"), [(0, 0), (3, 0), (10, 17), (17, 17), (9_999, 17), (-1, 0), (-15, 0)]
)
def test_an_offset_that_is_off_gives_way_to_the_nearest_place(tmp_path, start, found):
    (item,) = read_one(tmp_path / "s.json", squad(qa("a", ("Macao", start))))
    assert item.starts == (found,)


BAD_SQUADS = [
    ([], "must be a JSON object"),
    ({}, "the key 'data' is missing"),
    ({"data": {}}, "data is {}; it must be a list"),
    ({"data": []}, "data holds no question"),
    ({"data": [3]}, "data[0] is 3"),
    ({"data": [{"title": 1, "paragraphs": []}]}, "data[0]: title is 1"),
    ({"data": [{"paragraphs": [{"qas": []}]}]}, "data[0].paragraphs[0]: the key 'context'"),
    (squad(qa(), context=" "), "data[0].paragraphs[0] (article 'M'): context is empty"),
    (squad("a"), "data[0].paragraphs[0].qas[0] (article 'M') is 'a'"),
    (squad({"question": "x"}), "data[0].paragraphs[0].qas[0] (article 'M'): the key 'id'"),
    (squad(qa("a"), qa("a")), "qas[1] (article 'M') (id a): the id stands there twice"),
    (squad(qa(question=None)), "(id a): the key 'question' is missing"),
    (squad(qa(is_impossible="no")), "(id a): is_impossible is 'no'"),
    (squad(qa(answers=None)), "(id a): the key 'answers' is missing"),
    (squad(qa(answers=["x"])), "(id a).answers[0] is 'x'"),
    (squad(qa(answers=[{"text": "city"}])), "(id a).answers[0]: the key 'answer_start'"),
    (squad(qa(answers=[{"text": "city", "answer_start": "11"}])), "must be a whole number"),
    (squad(qa(answers=[{"text": "city", "answer_start": True}])), "must be a whole number"),
    (squad(qa("a", ("", 0))), "(id a).answers[0]: text is empty"),
    (squad(qa("z", ("town", 11))), "(id z).answers[0]: the answer 'town' stands nowhere"),
    (squad(qa("a", ("CITY", 11))), "the answer 'CITY' stands nowhere"),
    (squad(qa("\ud800")), "id is not valid Unicode"),
    (squad(qa(), context="\ud800"), "context is not valid Unicode"),
]


@pytest.mark.parametrize(("value", "what"), BAD_SQUADS, ids=range(len(BAD_SQUADS)))
@pytest.mark.parametrize("indent", [None, 1])
def test_a_wrong_squad_is_named_with_its_place(tmp_path, value, what, indent):
    path = tmp_path / "s.json"
    with pytest.raises(InputError) as caught:
        read_one(path, value, indent=indent)
    assert str(caught.value).startswith(str(path))
    assert what in str(caught.value), str(caught.value)


@pytest.mark.parametrize("name", ["b", 'quote " and \\', "編號", 12])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_line_of_a_wrong_question_is_told(tmp_path, name, ascii_only):
    path = tmp_path / "s.json"
    value = squad(qa("a", ("city", 11)), qa(name, ("town", 3)), qa("c"))
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only)
    path.write_text(text, encoding="utf-8")
    written = f'"id": {json.dumps(name, ensure_ascii=ascii_only)}'
    line = next(n for n, row in enumerate(text.split("\n"), 1) if written in row)
    fails(read_squad, path, f"{path}, line {line}: data[0].paragraphs[0].qas[1]", f"(id {name})")
    path.write_text("{\n\n", encoding="utf-8")
    fails(read_squad, path, f"{path}, line 3 is not JSON")


SETS = {
    "drcd_dev": (3524, 0),
    "cmrc2018_dev": (3219, 0),
    "cmrc2018_trial": (1002, 0),
    "faquad": (900, 0),
    "squad2_en": (4823, 2519),
    "squad2_zh": (6638, 3980),
    "squad2_pt": (7781, 3965),
}


@pytest.mark.skipif(not READING.is_dir(), reason=f"the public reading sets are not at {READING}")
@pytest.mark.parametrize("name", SETS)
def test_public_reading_sets_are_read(name):
    items = read_squad(READING / f"{name}.json")
    assert (len(items), sum(not item.answerable for item in items)) == SETS[name]
    for item in items:
        assert len(item.answers) == len(item.starts)
        assert item.answerable == bool(item.answers)
        for answer, start in zip(item.answers, item.starts, strict=True):
            assert item.context[start : start + len(answer)] == answer


# --- retrieval sets


def beir(folder: Path, qrels: str | None = None, corpus: list | None = None) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    passages = [{"_id": "p1", "title": "T", "text": "one"}, {"_id": 2, "text": "two"}]
    write(folder / "corpus.jsonl", *(passages if corpus is None else corpus))
    write(folder / "queries.jsonl", {"_id": "q1", "text": "?"}, {"_id": "q2", "text": "??"})
    text = "query-id\tcorpus-id\tscore\nq1\tp1\t1\nq1\t2\t0\nq2\t2\t0\n" if qrels is None else qrels
    (folder / "qrels" / "test.tsv").write_text(text, encoding="utf-8")
    return folder


def test_a_beir_folder(tmp_path):
    found = read_beir(beir(tmp_path / "mine"))
    assert found.name == "mine"
    assert found.passages == {"p1": ("T", "one"), "2": ("", "two")}
    assert found.queries == {"q1": "?"}
    assert found.qrels == {"q1": {"p1": 1, "2": 0}}


@pytest.mark.parametrize(
    "text",
    [
        "q1\tp1\t2\nq2\t2\t1\n",
        "query-id\tcorpus-id\tscore\r\nq1\tp1\t2\r\n\r\nq2\t2\t1\r\n",
        "\ufeffq1\tp1\t2\nq2\t2\t1",
        "q1 0 p1 2\nq2 0 2 1\n",
        "q1\tQ0\tp1\t2\nq2\tQ0\t2\t1\n",
        "qid\titer\tdocno\trel\nq1\t0\tp1\t2\nq2\t0\t2\t1\nq2\t0\tp1\t-2\n",
    ],
)
def test_judgements_in_every_form(tmp_path, text):
    found = read_beir(beir(tmp_path, text))
    grades = {q: {p: g for p, g in judged.items() if g > 0} for q, judged in found.qrels.items()}
    assert grades == {"q1": {"p1": 2}, "q2": {"2": 1}}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no query has a positive grade"),
        ("query-id\tcorpus-id\tscore\n", "no query has a positive grade"),
        ("q1\tp1\t0\n", "no query has a positive grade"),
        ("q9\tp1\t1\n", "line 1: queries.jsonl has no query 'q9'"),
        ("q1\tp1\t1\nq1\tp9\t1\n", "line 2: corpus.jsonl has no passage 'p9'"),
        ("q1\tp1\t1.5\n", "line 1: the score is '1.5'"),
        ("q1\tp1\thigh\n", "line 1: the score is 'high'"),
        ("q1\tp1\t²\n", "line 1: the score is '²'"),
        ("query-id\tcorpus-id\tscore\nquery-id\tcorpus-id\tscore\n", "line 2: the score is"),
        ("q1\tp1\t1\nq1\tp1\n", "line 2: 2 columns"),
        ("q1\tp1\t1\nq1\t0\tp1\t1\n", "line 2: 4 columns"),
        ("q1\tp1\t1\nq1\tp1\t2\n", "line 2: that passage has two different grades"),
    ],
)
def test_wrong_judgements_are_named(tmp_path, text, what):
    fails(read_beir, beir(tmp_path, text), str(tmp_path / "qrels" / "test.tsv"), what)


def test_a_beir_folder_that_is_not_one(tmp_path):
    fails(read_beir, tmp_path / "absent", "corpus.jsonl is missing; it must hold one {")
    fails(read_beir, tmp_path / "a\0b", "corpus.jsonl is missing")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        folder = beir(tmp_path / name.replace("/", "-"))
        (folder / name).unlink()
        fails(read_beir, folder, f"{folder / name} is missing; it must hold")
    twice = [{"_id": "p1", "text": "a"}, {"_id": "p1", "text": "b"}]
    fails(read_beir, beir(tmp_path / "x", corpus=twice), "corpus.jsonl, line 2: the _id 'p1'")
    no_text = [{"_id": "p1", "title": "a"}]
    fails(read_beir, beir(tmp_path / "y", corpus=no_text), "line 1: the key 'text' is missing")


def test_a_hundred_thousand_passages_take_seconds(tmp_path):
    folder = beir(tmp_path)
    text = "澳門與葡語國家的商貿合作 trade and co-operation " * 8
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for n in range(100_000):
            file.write(json.dumps({"_id": f"p{n}", "title": "t", "text": text}) + "\n")
    with (folder / "qrels" / "test.tsv").open("w", encoding="utf-8") as file:
        file.writelines(f"q{n % 2 + 1}\tp{n}\t{n % 3}\n" for n in range(100_000))
    start = time.process_time()
    found = read_beir(folder)
    assert time.process_time() - start < 15
    assert len(found.passages) == 100_000
    assert Counter(len(grades) for grades in found.qrels.values()) == {50_000: 2}


# --- the reference


def test_the_examples_and_counts_of_the_reference_are_right(tmp_path):
    text = (ROOT / "docs" / "question-sets.md").read_text(encoding="utf-8")
    rows, sheet, reading = re.findall(r"```(?:json|csv)\n(.*?)```", text, re.DOTALL)
    first, second = read_questions(table(tmp_path / "q.jsonl", rows))
    assert first.answerable and len(second.history) == 2
    first, second = read_questions(table(tmp_path / "q.csv", sheet))
    assert len(first.answers) == 2 and second.lang == "zh-Hant"
    assert [i.answers for i in read_squad(table(tmp_path / "s.json", reading))] == [("a city",), ()]
    for field in Question.__dataclass_fields__:
        assert f"\n| `{field}` |" in text
    for path in sorted(DATA.glob("policy-*.jsonl")):
        questions = read_questions(path)
        unanswerable = sum(not q.answerable for q in questions)
        talks = sum(bool(q.history) for q in questions)
        line = next(row for row in text.splitlines() if row.startswith(f"| `{path.name}`"))
        assert f"| {len(questions)} | {unanswerable} | {talks} |" in line


# --- whatever a file holds

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["en", "zh-Hant", "a", "\ud800", "user", "2004"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id lang question answers answerable history role content group data paragraphs "
                "context qas text answer_start is_impossible title _id must_include".split()
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=24,
)
LINE = st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode())
FILE = st.lists(LINE, max_size=4).map(b"\n".join)
MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


def result_or_input_error(reader, path: Path, where: Path | None = None):
    try:
        return reader(path)
    except InputError as error:
        assert str(where or path) in str(error)
        assert str(error).encode()  # can be written out
        return None


@MANY
@given(FILE)
@example(b'{"id": ' + b"[" * 985 + b"]" * 985 + b"}")
@example(
    b'{"id":1,"question":"a","answerable":false,"lang":"en","history":' + b"[" * 900 + b"]" * 901
)
def test_any_bytes_as_questions(folder, data):
    path = folder / "any.jsonl"
    path.write_bytes(data)
    questions = result_or_input_error(read_questions, path)
    assert questions is None or (all(isinstance(q, Question) for q in questions) and questions)


@MANY
@given(
    st.binary(max_size=200)
    | st.text(alphabet='a,;\t"\r\n |true', max_size=120).map(lambda t: (HEADER + t).encode())
    | st.text(alphabet='a,"\r\n\0', max_size=60).map(
        lambda t: b"id,question,answerable\n" + t.encode()
    )
)
def test_any_bytes_as_csv(folder, data):
    path = folder / "any.csv"
    path.write_bytes(data)
    questions = result_or_input_error(read_questions, path)
    assert questions is None or questions


@MANY
@given(
    st.binary(max_size=200)
    | VALUES.map(lambda value: json.dumps(value, indent=1).encode())
    | st.lists(VALUES, max_size=2).map(lambda qas: json.dumps(squad(*qas)).encode())
)
def test_any_bytes_as_squad(folder, data):
    path = folder / "any.json"
    path.write_bytes(data)
    for item in result_or_input_error(read_squad, path) or ():
        assert all(
            item.context.startswith(answer, start)
            for answer, start in zip(item.answers, item.starts, strict=True)
        )


@MANY
@given(
    st.sampled_from(["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"]),
    FILE | st.text(alphabet="qp12\t \n0-", max_size=60).map(str.encode),
)
def test_any_bytes_as_beir(folder, name, data):
    beir(folder / "beir")
    (folder / "beir" / name).write_bytes(data)
    found = result_or_input_error(read_beir, folder / "beir", folder / "beir" / "")
    assert found is None or set(found.queries) == set(found.qrels)


@MANY
@given(
    st.lists(
        st.builds(
            lambda n, q, a, ok: {
                "id": n,
                "lang": "en",
                "question": q,
                "answers": a,
                "answerable": ok,
            },
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
            st.lists(
                st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
                min_size=1,
            ),
            st.booleans(),
        ),
        min_size=1,
        unique_by=lambda row: row["id"],
    ),
    st.booleans(),
)
def test_good_rows_come_back_as_written(folder, rows, ascii_only):
    path = folder / "good.jsonl"
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    path.write_text(text, encoding="utf-8", newline="")
    assert [
        {"id": q.id, "lang": q.lang, "question": q.question}
        | {"answers": list(q.answers), "answerable": q.answerable}
        for q in read_questions(path)
    ] == rows
