"""The program never reaches for the network: not on its first call, not later."""

from __future__ import annotations

import json
import subprocess
import sys

from program import QUESTION, guarded, run


def attempts_of(file):
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_guard_notices_and_refuses(fresh, tmp_path):
    attempts = tmp_path / "attempts"
    code = "import urllib.request; urllib.request.urlopen('http://example.org', timeout=5)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=guarded(fresh[0], attempts), capture_output=True
    )
    assert b"the guard refused" in ended.stderr
    assert "example.org" in attempts_of(attempts)


def test_first_question_builds_and_answers(fresh):
    settings, ended, attempts = fresh
    assert ended.code == 0, ended.err
    answer = json.loads(ended.out)
    assert (answer["status"], answer["question"]) == ("answered", QUESTION)
    assert "460.2" in answer["short_answer"]
    assert "building it" in ended.err
    assert (settings.index / "CURRENT").is_file()
    assert attempts_of(attempts) == ""


def test_build_search_and_doctor(fresh):
    settings, _, attempts = fresh
    env = guarded(settings, attempts)
    built = run(["build", "--json"], env)
    assert built.code == 0, built.err
    report = json.loads(built.out)
    assert (report["embedded"], report["reused"]) == (0, report["passages"])
    found = run(["search", "trade with the EU", "--json"], env)
    assert found.code == 0, found.err
    hits = json.loads(found.out)["hits"]
    assert len(hits) == 10
    assert any(hit["dense_rank"] for hit in hits) and any(hit["lexical_rank"] for hit in hits)
    checked = run(["doctor", "--json"], env)
    assert json.loads(checked.out)["ok"], checked.out
    assert attempts_of(attempts) == ""
