"""Retrieval: the fusion by hand, and the lists behind it."""

from __future__ import annotations

import pytest

from chatbot.question import read_question
from chatbot.retrieve import DENSE_WEIGHT, dense_text, fuse, retrieve, search_tokens


@pytest.fixture(scope="module")
def r(engine):
    return engine.resources()


@pytest.fixture(scope="module")
def read(r):
    return lambda text: read_question(text, r.lexicon, r.segmenter)


def numbers(snapshot, hits):
    at = {p.passage_id: n for n, p in enumerate(snapshot.passages)}
    return [at[h.passage.passage_id] for h in hits]


def test_fusion_by_hand(r):
    # dense: (0.90 - 0.80) / 0.10 = 1, 0.5, 0; lexical: 8/8 = 1, 4/8 = 0.5
    dense, lexical = [(5, 0.90), (6, 0.85), (7, 0.80)], [(7, 8.0), (8, 4.0)]
    hits = fuse(r.snapshot, dense, lexical, 10)
    assert DENSE_WEIGHT == 0.6
    assert numbers(r.snapshot, hits) == [5, 7, 6, 8]
    assert [h.score for h in hits] == pytest.approx([0.6, 0.4, 0.3, 0.2])
    assert [h.rank for h in hits] == [1, 2, 3, 4]
    assert [h.dense_rank for h in hits] == [1, 3, 2, None]
    assert [h.lexical_rank for h in hits] == [None, 1, None, 2]
    assert [h.dense_score for h in hits] == [0.90, 0.80, 0.85, None]
    assert [h.lexical_score for h in hits] == [None, 8.0, None, 4.0]


def test_one_list_alone_keeps_its_order(r):
    some = [(9, 0.9), (2, 0.8), (4, 0.5)]
    assert numbers(r.snapshot, fuse(r.snapshot, some, (), 10)) == [9, 2, 4]
    hits = fuse(r.snapshot, (), some, 10)
    assert numbers(r.snapshot, hits) == [9, 2, 4]
    assert hits[0].score == pytest.approx(1.0)
    assert fuse(r.snapshot, (), (), 10) == ()


def test_equal_scores_divide_by_nothing(r):
    hits = fuse(r.snapshot, [(3, 0.5), (1, 0.5)], [(1, 0.0)], 10)
    assert [h.score for h in hits] == pytest.approx([0.6, 0.6])
    assert numbers(r.snapshot, hits) == [1, 3]


def test_only_k_come_back(r):
    some = [(n, 1 - n / 10) for n in range(8)]
    assert numbers(r.snapshot, fuse(r.snapshot, some, some, 3)) == [0, 1, 2]


def test_items_of_the_number_asked_for_come_first(r):
    of = [p.number for p in r.snapshot.passages]
    third, other = of.index(3), of.index(None)
    hits = fuse(r.snapshot, [(other, 0.9), (third, 0.5)], (), 2, ordinal=3)
    assert numbers(r.snapshot, hits) == [third, other]


@pytest.mark.parametrize("text", ["第19項講什麼？", "第十九条讲什么？", "What does measure 19 say?",
                                  "O que diz a medida n.º 19?"])  # fmt: skip
def test_questions_for_an_item_find_it(r, read, text):
    hits = retrieve(r.snapshot, r.encoder, r.segmenter, read(text), 5)
    assert hits[0].passage.number == 19
    assert "传统医学" in hits[0].passage.text


def test_names_carry_a_question_into_the_language_of_the_documents(r, read):
    tokens = search_tokens(read("What is the European Union's share?"), r.segmenter)
    assert "欧盟" in tokens or "欧洲联盟" in tokens


@pytest.mark.parametrize("text", ["торговля с Европой", "πόσο είναι το εμπόριο", "무역 총액"])
def test_a_script_that_the_documents_lack_leaves_the_dense_order(r, read, text):
    query = read(text)
    assert r.snapshot.lexical_search(search_tokens(query, r.segmenter), 10) == []
    both = retrieve(r.snapshot, r.encoder, r.segmenter, query, 10)
    dense = retrieve(r.snapshot, r.encoder, r.segmenter, query, 10, "dense")
    assert len(both) == 10
    assert [h.passage for h in both] == [h.passage for h in dense]
    assert all(h.lexical_rank is None for h in both)


def test_the_modes_use_their_own_list(r, read):
    query = read("2022年澳門與歐盟的貿易總額是多少？")
    dense = retrieve(r.snapshot, r.encoder, r.segmenter, query, 5, "dense")
    lexical = retrieve(r.snapshot, r.encoder, r.segmenter, query, 5, "lexical")
    hybrid = retrieve(r.snapshot, r.encoder, r.segmenter, query, 5)
    assert all(h.dense_rank and not h.lexical_rank for h in dense)
    assert all(h.lexical_rank and not h.dense_rank for h in lexical)
    assert "460.2" in hybrid[0].passage.text
    assert hybrid[0].dense_rank and hybrid[0].lexical_rank


def test_a_foreign_question_is_embedded_with_the_chinese_forms_of_its_terms(read):
    for question in ("Macao's trade with the EU", "comércio entre Macau e a União Europeia"):
        text = dense_text(read(question))
        assert text.startswith(f"{question} ") and "欧洲联盟" in text and "澳门" in text
    unknown = "Which of the painters whom my grandmother so admired had ever been to Macao?"
    assert dense_text(read(unknown)) == unknown
    assert dense_text(read("2022年澳門與歐盟的貿易總額")) == "2022年澳門與歐盟的貿易總額"
