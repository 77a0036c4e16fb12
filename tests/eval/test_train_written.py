"""The invented documents: each question finds its passage, its answer and its training item."""

from random import Random

import pytest

from chatbot.reading.windows import PairTokenizer
from eval.datasets.policy import read_questions
from eval.train.augment import Maker
from eval.train.data import Collection
from eval.train.written import INVENTED, add_written
from index.weights import bundled_model

FILES = sorted(INVENTED.glob("*/*.jsonl"))


@pytest.fixture(scope="module")
def collection():
    collection = Collection()
    add_written(collection)
    return collection


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_answers_and_near_misses_stand_in_the_document(file):
    text = file.with_suffix(".md").read_text(encoding="utf-8")
    rows = read_questions(file)
    assert len(rows) >= 120
    for row in rows:
        if row.answerable:
            assert row.passage in text, row.id
            assert all(part in row.passage for part in (row.answers[0], *row.must_include)), row.id
        else:
            assert row.near in text and row.near, row.id
            assert row.trap, row.id


def test_nearly_all_questions_find_their_place(collection):
    asked = sum(len(read_questions(file)) for file in FILES)
    assert 0.93 * asked < len(collection.questions) < asked
    for q in collection.questions:
        for a, b in (*q.answers, *q.spans):
            assert 0 <= a < b <= len(q.passage.text)


def test_an_answer_is_the_accepted_one_in_its_passage(collection):
    rows = {row.id: row for file in FILES for row in read_questions(file)}
    assert len(rows) == sum(len(read_questions(file)) for file in FILES)
    for q in collection.questions:
        row = rows[q.id]
        assert bool(q.answers) == row.answerable
        if q.answers:
            ((start, end),) = q.answers
            assert q.passage.text[start:end] == row.answers[0]
            assert [q.passage.text[a:b] for a, b in q.spans] == list(row.must_include)


def test_what_the_decision_is_fitted_on_is_never_trained_on(collection):
    held = {p.article for p in collection.passages if p.held_back}
    own = {f"written/{file.stem}" for file in INVENTED.glob("decision/*.md")}
    assert held == own and len(own) >= 5
    assert not held & {p.article for p in collection.passages if not p.held_back}


def test_items_can_be_made_of_them(collection, cache):
    tokenizer = PairTokenizer(bundled_model(cache) / "tokenizer.json")
    questions = [q for q in collection.questions if not q.held_back][::40]
    maker = Maker(tokenizer, collection.passages, {}, questions)
    for q in questions:
        kind = "positive" if q.answers else "treachery"
        item = maker.make(kind, q, Random(q.id), 208)
        assert item is not None and item.answer == int(bool(q.answers))
        if q.answers:
            assert 0 < item.first <= item.last < len(item)
