"""Rankings: by hand, and against ranx, which shares no code with what is used."""

from __future__ import annotations

import math
import random

import pytest

from corpus.errors import InputError
from eval.metrics.ranking import RANKING_MEASURES, evaluate_rankings


def only(qrels, run):
    return evaluate_rankings({"q": qrels}, {"q": run})["q"]


def test_by_hand():
    # grades 3, 1, 2; ranking: x (unjudged), b (1), a (3), then nothing of c
    values = only({"a": 3, "b": 1, "c": 2}, {"a": 0.5, "b": 0.7, "x": 0.9})
    assert values["recall@1"] == 0
    assert values["recall@5"] == values["recall@10"] == values["recall@100"] == pytest.approx(2 / 3)
    assert values["mrr@10"] == 0.5
    gained = 1 / math.log2(3) + 3 / math.log2(4)
    ideal = 3 + 2 / math.log2(3) + 1 / math.log2(4)
    assert values["ndcg@10"] == pytest.approx(gained / ideal)
    assert tuple(values) == RANKING_MEASURES


def test_cut_offs():
    run = {f"d{i:03}": -i for i in range(150)}
    assert only({"d000": 1}, run)["recall@1"] == 1
    assert only({"d010": 1}, run)["mrr@10"] == 0  # rank 11
    assert only({"d009": 1}, run)["mrr@10"] == pytest.approx(0.1)
    assert only({"d099": 1}, run)["recall@100"] == 1
    assert only({"d100": 1}, run)["recall@100"] == 0


def test_ties_go_by_descending_id_whatever_the_order_of_the_run():
    for run in ({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 1.0}):
        assert only({"b": 1}, run)["mrr@10"] == only({"b": 1}, run)["recall@1"] == 1
        assert only({"a": 1}, run)["mrr@10"] == 0.5
    # Apart by less than single precision holds: no tie.
    assert only({"a": 1}, {"a": 0.1 + 1e-12, "b": 0.1})["recall@1"] == 1


def test_queries_without_ranking_or_relevant_passage():
    qrels = {"lost": {"a": 1}, "empty": {"a": 1}, "moot": {"a": 0}, "spam": {"a": -2, "b": 1}}
    run = {"empty": {}, "moot": {"a": 1}, "spam": {"a": 2, "b": 1}, "other": {"a": 1}}
    values = evaluate_rankings(qrels, run)
    assert list(values) == ["lost", "empty", "spam"]
    assert set(values["lost"].values()) == set(values["empty"].values()) == {0.0}
    assert values["spam"]["mrr@10"] == 0.5
    assert values["spam"]["ndcg@10"] == pytest.approx(1 / math.log2(3))
    assert evaluate_rankings(qrels, {})["spam"]["recall@100"] == 0
    assert evaluate_rankings({}, run) == {}


def test_a_score_must_be_a_number():
    with pytest.raises(InputError, match="query 'q': the score of passage 'a'"):
        only({"a": 1}, {"a": math.nan})


def test_agrees_with_ranx():
    from ranx import Qrels, Run, evaluate

    rng = random.Random(7)
    qrels = {
        f"q{q}": {f"d{rng.randrange(300)}": rng.choice([1, 1, 2, 3]) for _ in range(8)}
        for q in range(80)
    }
    run = {
        # A few scores for many passages: most are tied.
        q: {f"d{rng.randrange(300)}": rng.randrange(20) / 7 for _ in range(120)}
        for q in qrels
        if q not in ("q3", "q11")
    }
    ours = evaluate_rankings(qrels, run)
    # ranx leaves ties to its sort, so it is told the ranking that our rule gives.
    untied = {}
    for q, scores in run.items():
        order = sorted(sorted(scores, reverse=True), key=lambda d: -scores[d])
        untied[q] = {d: 1.0 / (rank + 1) for rank, d in enumerate(order)}
    theirs = Run(untied)
    evaluate(Qrels(qrels), theirs, list(RANKING_MEASURES), make_comparable=True, return_mean=False)
    for name in RANKING_MEASURES:
        expected = theirs.scores[name]
        assert {q: v[name] for q, v in ours.items()} == pytest.approx(
            {q: float(expected.get(q, 0.0)) for q in qrels}
        ), name
