"""What training holds back is written as sets that the bench reads."""

import json

from eval.datasets.beir import read_beir
from eval.datasets.squad import read_squad
from eval.train.data import load
from eval.train.heldback import main
from eval.train.prepare import SPLIT_SEED


def test_held_back_questions_and_no_others(tmp_path, capsys):
    data = [
        {"title": f"篇{i}", "paragraphs": [{"context": f"第{i}號大橋全長{i}55公里。", "qas": [
            {"id": f"a{i}", "question": f"第{i}號大橋有多長？", "is_impossible": False,
             "answers": [{"text": f"{i}55公里", "answer_start": len(f"第{i}號大橋全長")}]},
            {"id": f"b{i}", "question": f"第{i}號大橋多寬？", "is_impossible": True, "answers": []},
        ]}]}
        for i in range(10, 60)
    ]  # fmt: skip
    file = tmp_path / "bridges_zh.json"
    file.write_text(json.dumps({"data": data}, ensure_ascii=False), encoding="utf-8")
    assert main(["--data", str(file), "--to", str(tmp_path / "out")]) == 0
    held = {q.id for q in load([file], SPLIT_SEED).questions if q.held_back}
    items = read_squad(tmp_path / "out" / "bridges_zh.json")
    assert {item.id for item in items} == held and 4 <= len(held) <= 40
    assert all(i.context[i.starts[0] :].startswith(i.answers[0]) for i in items if i.answerable)
    collection = read_beir(tmp_path / "out" / "bridges_zh")
    assert set(collection.queries) == {q for q in held if q.startswith("a")}
    assert len(collection.passages) == 50


def test_a_file_that_is_none_is_told(tmp_path, caplog):
    assert main(["--data", str(tmp_path / "no.json"), "--to", str(tmp_path)]) == 2
    assert "no.json" in caplog.text
