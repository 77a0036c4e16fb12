"""Quality of rankings, query by query, by `ir_measures` (which asks trec_eval's own code).

The ranking is made here, not by the measures: their providers break ties in different ways
(trec_eval by descending id, MS MARCO's reciprocal rank by ascending id), and trec_eval reads scores
in single precision. They are given whole-number scores without ties instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import ir_measures
from ir_measures import RR, R, nDCG

from corpus.errors import InputError

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]

_MEASURES = {
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@100": R @ 100,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
}
_NAMES = {measure: name for name, measure in _MEASURES.items()}
RANKING_MEASURES = tuple(_MEASURES)
_DEPTH = 100  # the deepest cut-off of the measures


def evaluate_rankings(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Judge a run: `{query id: {measure: value in 0..1}}`, for every query of `qrels` in its order.

    `qrels` holds the grade of each judged passage by query, `run` the score of each passage found;
    the higher, the better. A passage is relevant from grade 1 on. Queries without a relevant
    passage are left out, as no ranking could be right or wrong; queries that the run misses, or
    for which it found nothing, count 0; queries of the run alone are ignored.

    Recall@k is the share of the relevant passages among the first k; MRR@10 the reciprocal of the
    first relevant one's rank, 0 beyond 10; nDCG@10 takes the grade itself as the gain (linear, not
    2^grade - 1) and discounts by log2(rank + 1), as trec_eval and BEIR do (Järvelin and Kekäläinen
    2002). Passages of the same score are ranked by descending id, which is trec_eval's rule, so
    that equal runs have equal figures.

    Raises:
        InputError: a score is not a number.
    """
    judged = {
        # trec_eval's gains do not know negative grades (TREC's mark for spam); they are worth 0.
        query: {passage: max(0, grade) for passage, grade in grades.items()}
        for query, grades in qrels.items()
        if any(grade > 0 for grade in grades.values())
    }
    out = {query: dict.fromkeys(RANKING_MEASURES, 0.0) for query in judged}
    ranked = {query: _ranked(query, run[query]) for query in judged if run.get(query)}
    if not ranked:
        return out
    for metric in ir_measures.iter_calc(list(_MEASURES.values()), judged, ranked):
        out[metric.query_id][_NAMES[metric.measure]] = float(metric.value)
    return out


def _ranked(query: str, scores: Mapping[str, float]) -> dict[str, float]:
    """The first passages of a query with whole-number scores that fall by one a rank."""
    bad = next((passage for passage, score in scores.items() if math.isnan(score)), None)
    if bad is not None:
        raise InputError(
            f"query {query!r}: the score of passage {bad!r} is not a number; leave it out"
        )
    order = sorted(scores.items(), key=lambda item: (item[1], item[0]), reverse=True)[:_DEPTH]
    return {passage: float(_DEPTH - rank) for rank, (passage, _) in enumerate(order)}
