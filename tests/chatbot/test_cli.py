"""The command line: the contract's shapes and exit codes, and what people see."""

from __future__ import annotations

import json
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys

import pytest
from program import QUESTION, ROOT, environment, run, start
from typer.testing import CliRunner

from chatbot.console import visible
from eval.cli import app

ANSWER = {
    "id", "question", "standalone_question", "language", "status", "answer", "short_answer",
    "citations", "confidence", "refusal", "snapshot", "timings_ms",
}  # fmt: skip
CITATION = {
    "n", "doc_id", "title", "section", "revision", "quote", "start", "end", "locator", "as_of",
    "url", "passage_id", "rendition",
}  # fmt: skip
HIT = {
    "rank", "doc_id", "passage_id", "section", "text", "start", "end", "score", "dense_rank",
    "lexical_rank", "locator",
}  # fmt: skip
REFUSED = "Who is the mayor of Lisbon?"


@pytest.fixture
def ponte(settings, monkeypatch):
    """Runs a command in this process: as the program does, but without its start."""
    for name, value in environment(settings).items():
        if name.startswith("PONTE_"):
            monkeypatch.setenv(name, value)

    def invoke(*args, text=None):
        return CliRunner().invoke(app, [str(arg) for arg in args], input=text)

    return invoke


def as_json(result):
    """The one JSON object on standard output."""
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def texts_of(ponte):
    rows = as_json(ponte("docs", "--json"))["documents"]
    return {row["doc_id"]: as_json(ponte("docs", "show", row["doc_id"], "--json")) for row in rows}


def batch_file(tmp_path, *rows):
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


# Shapes


def test_batch_gives_one_answer_a_row_in_order(ponte, tmp_path):
    history = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "460.2", "metadata": None},
    ]
    rows = [
        {"id": "a", "question": QUESTION},
        {"id": 2, "question": REFUSED, "lang": "auto"},
        {"id": "c", "question": QUESTION, "lang": "pt", "other": [1]},
        {"id": "d", "question": "那葡語國家呢？", "history": history},
        {"id": "e", "question": ""},
    ]
    result = ponte("ask", "--batch", batch_file(tmp_path, *rows), "--exit-code")
    assert result.exit_code == 3, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 2, "c", "d", "e"]
    assert [answer["question"] for answer in answers] == [row["question"] for row in rows]
    assert [answer["language"] for answer in answers[:3]] == ["zh-Hant", "en", "pt"]
    assert answers[3]["standalone_question"] != "那葡語國家呢？"
    assert "貿易" in result.stdout  # unescaped

    texts = texts_of(ponte)
    snapshot = as_json(ponte("docs", "--json"))["snapshot"]
    cited = 0
    for answer in answers:
        assert set(answer) >= ANSWER
        assert answer["snapshot"] == snapshot
        assert answer["timings_ms"]["total"] >= 0
        assert (answer["status"] == "refused") == (answer["refusal"] is not None)
        for n, citation in enumerate(answer["citations"], 1):
            document = texts[citation["doc_id"]]
            assert set(citation) >= CITATION
            assert citation["n"] == n and f"[{n}]" in answer["answer"]
            assert citation["revision"] == document["revision"]
            assert citation["quote"] == document["text"][citation["start"] : citation["end"]]
            assert citation["locator"]["line"] > 0
            cited += 1
    assert cited >= 2
    assert answers[0]["status"] == answers[2]["status"] == "answered"
    assert answers[0]["citations"][0]["as_of"] == "2022-12-31"
    assert answers[1]["refusal"]["nearest"][0].keys() >= {"doc_id", "section", "text"}
    assert answers[4]["refusal"]["reason"] == "empty_question"


def test_refusal_has_its_own_exit_code_where_asked_for(ponte):
    refused = ponte("ask", REFUSED, "--exit-code", "--json")
    assert refused.exit_code == 3
    assert json.loads(refused.stdout)["status"] == "refused"


def test_search_gives_hits(ponte):
    found = as_json(ponte("search", "CEPA", "-k", "3", "--mode", "dense", "--json"))
    assert found["query"] == "CEPA"
    dense = found["hits"]
    assert [hit["rank"] for hit in dense] == [hit["dense_rank"] for hit in dense] == [1, 2, 3]
    texts = texts_of(ponte)
    for hit in dense:
        assert set(hit) >= HIT
        assert hit["text"] == texts[hit["doc_id"]]["text"][hit["start"] : hit["end"]]
    assert {hit["lexical_rank"] for hit in dense} == {None}
    words = as_json(ponte("search", "CEPA", "--mode", "lexical", "--json"))["hits"]
    assert [hit["lexical_rank"] for hit in words] == list(range(1, len(words) + 1))
    assert {hit["dense_rank"] for hit in words} == {None}


def test_words_alone_are_found_as_the_engine_finds_them(ponte, engine):
    from chatbot.search import search

    shown = as_json(ponte("search", "橫琴 澳資企業", "--mode", "lexical", "--json"))["hits"]
    hits = search(engine.resources(), "橫琴 澳資企業", 10, "lexical").hits
    assert [(h["passage_id"], h["score"]) for h in shown] == [
        (h.passage.passage_id, h.score) for h in hits
    ]


def test_documents_are_listed(ponte):
    rows = as_json(ponte("docs", "--json"))["documents"]
    keys = {"doc_id", "title", "language", "revision", "passages", "source"}
    assert {row["doc_id"] for row in rows} >= {"regional-cooperation", "belt-and-road-2023"}
    assert all(set(row) >= keys and row["passages"] > 0 for row in rows)
    shown = as_json(ponte("docs", "--json", "show", "regional-cooperation"))
    assert set(shown) >= {"doc_id", "title", "revision", "text"}


def test_build_reports(ponte, tmp_path):
    (tmp_path / "note.md").write_text("# Note\n\nThe bridge opened in 2018.\n", encoding="utf-8")
    (tmp_path / "table.bin").write_bytes(b"\0")
    index = tmp_path / "index"
    report = as_json(ponte("build", "--sources", tmp_path, "--index", index, "--json"))
    assert report["documents"] == 1 and report["passages"] == report["embedded"] == 1
    assert report["reused"] == 0 and report["seconds"] > 0
    assert [entry["path"] for entry in report["skipped"]] == [str(tmp_path / "table.bin")]
    assert (index / "snapshots" / report["snapshot"]).is_dir()


# Wrong usage


BAD_ROWS = {
    "{": "not JSON",
    "[]": "no JSON object",
    '{"question": "x"}': "id is None",
    '{"id": true, "question": "x"}': "id is True",
    '{"id": 1}': "question is None",
    '{"id": 1, "question": ["x"]}': "question is ['x']",
    '{"id": 1, "question": "x", "lang": "fr"}': "lang is 'fr'",
    '{"id": 1, "question": "x", "history": {"role": "user"}}': "history is no list",
    '{"id": 1, "question": "x", "history": [{"role": "cat", "content": "x"}]}': "turn 1",
    '{"id": 1, "question": "\\ud800"}': "not valid Unicode",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_bad_row_is_named_before_anything_is_asked(ponte, tmp_path, row):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": 1, "question": "CEPA?"}\n\n' + row + "\n", encoding="utf-8")
    index = tmp_path / "none"
    result = ponte("ask", "--batch", file, "--index", index)
    assert result.exit_code == 2
    assert f"{file}, line 3" in result.stderr and BAD_ROWS[row] in result.stderr
    assert result.stdout == "" and not index.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no question"), (b"\n \n", "no question"), (b'\n{"id": "\xff"}', "line 2 is not in")],
)
def test_bad_batch_from_standard_input(ponte, content, message):
    result = ponte("ask", "--batch", "-", text=content)
    assert result.exit_code == 2
    assert "standard input" in result.stderr and message in result.stderr


@pytest.mark.parametrize(
    "content", [b"{}", b"nonsense", b"\xff\xfe", b'[{"role": "user"}]', b'["hello"]']
)
def test_bad_history(ponte, tmp_path, content):
    file = tmp_path / "history.json"
    file.write_bytes(content)
    result = ponte("ask", "CEPA?", "--history", file)
    assert result.exit_code == 2 and str(file) in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["ask"],
        ["ask", "x", "--batch", "-"],
        ["ask", "--batch", "-", "--history", "h.json"],
        ["ask", "--batch", "/nowhere/rows.jsonl"],
        ["ask", "x", "--history", "/nowhere/history.json"],
        ["ask", "x", "--lang", "fr"],
        ["ask", "\udcff"],
        ["search", ""],
        ["search", " ?! "],
        ["search", "x", "-k", "0"],
        ["search", "x", "-k", "101"],
        ["search", "x", "--mode", "magic"],
        ["docs", "show", "no-such-document"],
        ["build", "--sources", "/nowhere"],
        ["build", "--index", "/dev/null/index"],
        ["serve", "--port", "70000"],
        ["nonsense"],
        ["build", "--nonsense"],
    ],
)
def test_wrong_usage(ponte, args):
    result = ponte(*args)
    assert result.exit_code == 2
    assert result.stdout == "" and result.stderr != "" and "Traceback" not in result.stderr


def test_unknown_document_names_those_there_are(ponte):
    assert "regional-cooperation" in ponte("docs", "show", "no-such-document").stderr


def test_bad_setting(ponte, monkeypatch):
    monkeypatch.setenv("PONTE_PORT", "many")
    result = ponte("docs")
    assert result.exit_code == 2 and "PONTE_PORT is 'many'" in result.stderr


# The index


def test_missing_index_names_the_command_that_mends_it(ponte, tmp_path):
    index = tmp_path / "my index"
    result = ponte("docs", "--index", index)
    assert result.exit_code == 4
    assert f"`ponte build --index {shlex.quote(str(index))}`" in result.stderr
    assert not index.exists()


def test_damaged_index(ponte, settings, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    (passages,) = index.glob("snapshots/*/passages.jsonl")
    passages.write_bytes(passages.read_bytes()[:-2])
    for command in (["docs"], ["search", "CEPA", "--mode", "lexical"], ["ask", "CEPA?"]):
        result = ponte(*command, "--index", index)
        assert result.exit_code == 4 and result.stdout == ""
        assert "passages.jsonl" in result.stderr and "ponte build" in result.stderr


def test_index_of_another_model(ponte, monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PONTE_MODEL", str(tmp_path))
    result = ponte("ask", "CEPA?")
    assert result.exit_code == 4 and "was built with the model" in result.stderr


# What people see


def test_answer_for_people(ponte):
    result = ponte("ask", QUESTION)
    assert result.exit_code == 0
    short, text, _, head, source, quote = result.stdout.splitlines()[:6]
    assert "460.2" in short and text.endswith("[1]")
    assert (head, source[:4], quote[:4]) == ("出處", "[1] ", "    ")
    assert "區域合作 › " in source and "所述時間2022-12-31" in source
    assert "\x1b" not in result.stdout


def test_markup_and_controls_are_shown_not_obeyed(ponte, tmp_path):
    question = "[/] [red]mayor[/red] of \x1b[31mLisbon\x07?"
    result = ponte("ask", question)
    assert result.exit_code == 0 and result.stdout.startswith("✗ No answer")
    (tmp_path / "a.md").write_text("# A\n\nBridge [/red] [bold]opened[/] 2018.\n", encoding="utf-8")
    title = r'title = "\u001b]0;owned\u0007 [link=x]T \u202e"'
    (tmp_path / "a.toml").write_text(title + "\n", encoding="utf-8")
    index = tmp_path / "index"
    assert ponte("build", "--sources", tmp_path, "--index", index).exit_code == 0
    for args in (["docs"], ["search", "bridge", "--mode", "lexical"], ["docs", "show", "a"]):
        shown = ponte(*args, "--index", index)
        assert shown.exit_code == 0, shown.stderr
        assert not {"\x1b", "\x07", "\u202e"} & set(shown.stdout + result.stdout)
    assert r"\x1b]0;owned\x07 [link=x]T \u202e" in ponte("docs", "--index", index).stdout
    assert "[/red] [bold]opened[/]" in ponte("docs", "show", "a", "--index", index).stdout
    drawn = in_terminal(["docs", "--index", str(index)], environment_of(ponte))
    assert r"\x1b]0;owned" in drawn and "\x1b]0;owned" not in drawn
    drawn = in_terminal(["search", "bridge", "--mode", "lexical", "--index", str(index)],
                        environment_of(ponte))  # fmt: skip
    assert "\x1b[" in drawn and "[bold]opened[/]" in drawn


def environment_of(ponte):
    """The environment that the fixture has set, for a process of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("NO_COLOR")}
    return own | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "200"}


def in_terminal(args, env):
    """What the program writes to a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "eval.cli", *args], env=env,
                               stdin=follower, stdout=follower, stderr=follower)  # fmt: skip
    os.close(follower)
    out = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not piece:
            break
        out += piece
    os.close(leader)
    assert process.wait(60) == 0
    return out.decode("utf-8")


def test_visible_keeps_text_and_shows_controls():
    assert visible("澳門　CEPA\n\té 👩‍💻") == "澳門　CEPA\n\té 👩‍💻"
    assert visible("a\x1b[2J\r\x9b\u2028\u202e\ud800") == r"a\x1b[2J\x0d\x9b\u2028\u202e\ud800"


# The program as a process


def test_start_is_light(settings):
    env = environment(settings)
    code = "import sys; from eval.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    for args in (["--help"], ["ask", "--help"], ["docs"], ["--version"]):
        ended = subprocess.run([sys.executable, "-c", code, *args], env=env, capture_output=True,
                               text=True, check=True)  # fmt: skip
        loaded = set(ended.stdout.splitlines()[-1].split())
        assert "eval.cli" in loaded
        heavy = {"torch", "gradio", "langchain_core", "transformers", "sentence_transformers"}
        assert not heavy & loaded
        if args != ["docs"]:
            assert not {"numpy", "faiss", "jieba", "opencc"} & loaded


def test_help_shows_examples(ponte):
    for command in ("build", "ask", "search", "docs", "serve", "doctor"):
        shown = ponte(command, "--help")
        assert shown.exit_code == 0
        assert "--index" in shown.stdout and "--json" in shown.stdout
        assert f"\n    ponte {command}" in shown.stdout


def test_streams(settings):
    """Lines come as they are answered, in UTF-8 whatever the locale; one start for all of it."""
    env = environment(settings, PYTHONIOENCODING="latin-1", PYTHONUTF8="0", LC_ALL="C")
    rows = "".join(json.dumps({"id": n, "question": QUESTION}) + "\n" for n in range(12))
    process = start(["ask", "--batch", "-"], env, stdin=subprocess.PIPE)
    process.stdin.write(rows.encode())
    process.stdin.close()
    first = json.loads(process.stdout.readline().decode("utf-8"))
    assert process.poll() is None
    assert first["id"] == 0 and first["question"] == QUESTION
    assert first["refusal"] is None
    # The reader goes away: the program ends quietly, without asking the rest.
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(120) == 0


def test_reader_that_goes_away_at_once(settings):
    process = start(["docs", "show", "regional-cooperation"], environment(settings))
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


def test_interrupt_ends_quietly(settings, tmp_path):
    # A background job of a shell ignores the signal, and what it starts would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start(["build", "--index", str(tmp_path / "index")], environment(settings))
    signal.signal(signal.SIGINT, before)
    assert b"Building the index" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_bug_is_short_unless_debugged(ponte, monkeypatch):
    def broken(root):
        raise KeyError("what no one thought of")

    monkeypatch.setattr("index.snapshot.open_current", broken)
    result = ponte("docs")
    assert result.exit_code == 1
    assert "what no one thought of" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.stderr
    debugged = ponte("docs", "--debug")
    assert debugged.exit_code == 1 and "in broken" in debugged.stderr


def test_version(settings):
    shown = run(["--version"], environment(settings))
    assert (shown.code, shown.out.split()[0]) == (0, "ponte")
    assert shown.out.split()[1][0].isdigit()
