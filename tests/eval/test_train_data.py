"""Splits keep articles whole, negatives do not answer, invented texts hold their answers."""

import json
from pathlib import Path
from random import Random

import pytest

from chatbot.reading.windows import PairTokenizer
from corpus.errors import InputError
from corpus.fold import fold
from eval.train.augment import Maker, sentences, shared_name, swap, tag_row, without_answer
from eval.train.data import held_back, load
from eval.train.policy import generate
from index.weights import bundled_model

READING = Path(__file__).parents[3] / "shared" / "data" / "reading"


@pytest.fixture(scope="module")
def tokenizer(cache):
    return PairTokenizer(bundled_model(cache) / "tokenizer.json")


def squad(title, context, *qas):
    rows = [
        {
            "id": f"{title}{i}",
            "question": question,
            "is_impossible": answer is None,
            "answers": []
            if answer is None
            else [{"text": answer, "answer_start": context.index(answer)}],
        }
        for i, (question, answer) in enumerate(qas)
    ]
    return {"title": title, "paragraphs": [{"context": context, "qas": rows}]}


ARTICLES = [
    squad(
        "橋",
        "大橋於2018年10月24日通車。全長55公里，連接香港、珠海和澳門。由三地政府共同出資建設，"
        "主橋長29.6公里。人工島共有四座，分別建於海中。收費由三地協商決定，貨車每次115元。"
        "大橋管理局設於珠海，負責日常營運和維修保養工作。",
        ("大橋2018年哪天通車？", "2018年10月24日"),
        ("大橋全長多少公里？", "55公里"),
        ("大橋管理局設於哪裏？", "珠海"),
        ("大橋何時拆除？", None),
    ),
    squad("島", "小島面積5.2平方公里，人口約三千人。", ("小島面積多大？", "5.2平方公里")),
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"data": ARTICLES}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.skipif(not READING.is_dir(), reason="needs ../shared/data/reading")
def test_no_article_is_on_both_sides():
    collection = load(sorted(READING.glob("*.json")), 4)
    sides: dict[str, set[bool]] = {}
    texts: dict[str, set[bool]] = {}
    for q in (*collection.questions, *collection.crossed):
        sides.setdefault(q.passage.article, set()).add(q.held_back)
        texts.setdefault(q.passage.key, set()).add(q.held_back)
    assert all(len(side) == 1 for side in sides.values())
    assert all(len(side) == 1 for side in texts.values())
    for name in {q.set for q in collection.questions}:
        held = [q.held_back for q in collection.questions if q.set == name]
        assert 0.09 < sum(held) / len(held) < 0.2, name
    # The translations of a question are on one side, too.
    by_id: dict[str, set[bool]] = {}
    for q in collection.questions:
        if q.set in ("squad2_zh", "squad2_pt"):
            by_id.setdefault(q.id, set()).add(q.held_back)
    assert all(len(side) == 1 for side in by_id.values())
    assert len(collection.crossed) > 5000


def test_a_wrong_offset_is_told(tmp_path):
    bad = json.loads(json.dumps(ARTICLES))
    bad[0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] += 1
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(bad), encoding="utf-8")
    with pytest.raises(InputError, match="2018年10月24日"):
        load([path], 1)


def test_what_is_no_squad_file_is_told(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{"data": [{"title": "x"}]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.json"):
        load([path], 1)


def test_sentences_are_the_whole_text():
    text = ARTICLES[0]["paragraphs"][0]["context"] + "完"
    assert "".join(text[a:b] for a, b in sentences(text, "zh")) == text
    latin = "In 2018, 3.5 million came. Why? Nobody knows"
    parts = [latin[a:b] for a, b in sentences(latin, "en")]
    assert parts == ["In 2018, 3.5 million came. ", "Why? ", "Nobody knows"]


def test_each_kind_is_what_it_says(file, tokenizer):
    questions = load([file], 1).questions
    maker = Maker(tokenizer, [q.passage for q in questions], {}, questions)
    rng = Random(5)
    date, length, _, false = questions[:4]
    for _ in range(20):
        item = maker.make("positive", date, rng, 80)
        assert item is not None and len(item) <= 80
        shown = maker.tokenizer._tokenizer.decode(item.ids[item.first : item.last + 1].tolist())
        assert shown.replace(" ", "") == "2018年10月24日"
        assert tag_row(item).sum() == item.last - item.first + 1
        assert (item.answer, item.relevant) == (1, 1)
    removed = maker.make("removed", length, rng, 200)
    assert removed is not None and (removed.answer, removed.relevant) == (0, 1)
    assert "55" not in maker.tokenizer._tokenizer.decode(removed.ids.tolist())
    assert maker.make("positive", false, rng, 200) is None
    treachery = maker.make("treachery", false, rng, 200)
    assert treachery is not None and (treachery.answer, treachery.relevant) == (0, 1)
    wrong = maker.make("nearest", length, rng, 200)
    assert wrong is not None and (wrong.answer, wrong.relevant) == (0, 0)
    assert wrong.kinds.sum() == len(maker.pieces(questions[4].passage.text))


def test_removing_the_answer_removes_it(file):
    for q in load([file], 1).questions:
        rest = without_answer(q)
        if rest is not None:
            assert all(q.passage.text[a:b] not in rest for a, b in q.answers)
            assert len(rest) < len(q.passage.text)


def test_a_swap_asks_for_what_is_not_told(file):
    q = load([file], 1).questions[0]
    names = ["珠海大学城"]
    for seed in range(30):
        changed = swap(q, names, Random(seed))
        if changed is not None:
            assert changed != fold(q.text)
            assert "2018" not in changed or "珠海大学城" in changed


def test_shared_names():
    question, passage = "横琴口岸何时启用?", "横琴口岸旅检区域于2020年启用。"
    assert shared_name(question, passage, "zh") == "横琴口岸"
    assert shared_name("何时?", passage, "zh") is None


def test_invented_texts_hold_their_answers():
    passages, questions = generate(150, 1, 4)
    again, _ = generate(150, 1, 4)
    assert [p.text for p in passages] == [p.text for p in again]
    languages = {q.language for q in questions}
    assert languages == {"zh", "en", "pt"}
    assert 0.1 < sum(not q.answers for q in questions) / len(questions) < 0.35
    listed = [q for q in questions if q.spans]
    assert len(listed) > 50
    for q in listed:
        ((start, end),) = q.answers
        assert q.spans[0][0] == start and q.spans[-1][1] == end
        assert all(q.passage.text[a:b].strip("、和及以") != "" for a, b in q.spans)
    for q in questions:
        assert "{" not in q.text
        assert q.held_back == held_back(q.passage.article, 4)
