"""One contract for every index: the real engines and the plain ones pass the same tests."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_indexes import PlainDense, PlainLexical

from corpus.errors import IndexUnavailable
from index.dense import FaissIndex
from index.lexical import TantivyIndex

DENSE = {
    "faiss-flat": FaissIndex.build,
    "faiss-graph": lambda vectors: FaissIndex.build(vectors, flat_rows=10),
    "plain": PlainDense.build,
}
LEXICAL = {"tantivy": TantivyIndex, "plain": PlainLexical}


def unit(rng, rows, dim=24):
    vectors = rng.standard_normal((rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(params=DENSE)
def build_dense(request):
    return DENSE[request.param]


@pytest.fixture(params=LEXICAL)
def lexical(request):
    return LEXICAL[request.param]


class TestDense:
    def test_finds_the_greatest_inner_products_in_order(self, build_dense, rng):
        vectors, queries = unit(rng, 400), unit(rng, 20)
        index = build_dense(vectors)
        assert len(index) == 400
        for query in queries:
            rows, scores = index.search(query, 10)
            expected = np.argsort(-(vectors @ query), kind="stable")[:10]
            assert rows.tolist() == expected.tolist()
            np.testing.assert_allclose(scores, (vectors @ query)[expected], atol=1e-5)
            assert rows.dtype == np.int64 and scores.dtype == np.float32

    def test_equal_scores_come_in_the_order_of_the_rows(self, build_dense, rng):
        vectors = unit(rng, 120)
        vectors[30:90] = vectors[30]
        rows, scores = build_dense(vectors).search(vectors[30], 7)
        assert rows.tolist() == list(range(30, 37))
        assert len(set(scores.tolist())) == 1

    @pytest.mark.parametrize("kept", [0, 1, 3, 60, 200, 300])
    def test_a_mask_keeps_everything_else_out(self, build_dense, rng, kept):
        vectors, (query,) = unit(rng, 300), unit(rng, 1)
        allowed = np.zeros(300, np.bool_)
        allowed[rng.permutation(300)[:kept]] = True
        rows, _ = build_dense(vectors).search(query, 10, allowed)
        order = np.argsort(-(vectors @ query), kind="stable")
        assert rows.tolist() == [row for row in order if allowed[row]][:10]

    def test_asking_for_more_than_there_is_gives_all(self, build_dense, rng):
        vectors = unit(rng, 12)
        rows, _ = build_dense(vectors).search(vectors[0], 100)
        assert sorted(rows.tolist()) == list(range(12))

    def test_asking_for_none_gives_none(self, build_dense, rng):
        vectors = unit(rng, 12)
        rows, scores = build_dense(vectors).search(vectors[0], 0)
        assert rows.shape == scores.shape == (0,)

    def test_an_empty_index_answers_nothing(self, build_dense):
        index = build_dense(np.empty((0, 24), np.float32))
        rows, scores = index.search(np.ones(24, np.float32), 5)
        assert len(index) == rows.size == scores.size == 0

    def test_survives_a_file(self, build_dense, rng, tmp_path):
        vectors, (query,) = unit(rng, 200), unit(rng, 1)
        index = build_dense(vectors)
        index.save(tmp_path / "index")
        again = type(index).load(tmp_path / "index")
        assert len(again) == 200
        for one, other in zip(index.search(query, 9), again.search(query, 9), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_serves_many_threads(self, build_dense, rng):
        vectors = unit(rng, 300)
        index = build_dense(vectors)
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda row: index.search(vectors[row], 1)[0].tolist(), range(300))
            assert list(found) == [[row] for row in range(300)]


def test_a_damaged_dense_file_is_refused(tmp_path):
    (tmp_path / "index").write_bytes(b"nothing that FAISS knows")
    with pytest.raises(IndexUnavailable, match="ponte build"):
        FaissIndex.load(tmp_path / "index")


def test_the_graph_finds_nearly_all_that_the_exact_search_finds(rng):
    vectors, queries = unit(rng, 6000, 48), unit(rng, 50, 48)
    graph = FaissIndex.build(vectors, flat_rows=100)
    exact = FaissIndex.build(vectors)
    shared = [len(set(graph.search(q, 10)[0]) & set(exact.search(q, 10)[0])) / 10 for q in queries]
    assert np.mean(shared) > 0.9


def test_a_search_leaves_other_libraries_their_threads(rng):
    import torch

    before = torch.get_num_threads()
    FaissIndex.build(unit(rng, 50)).search(unit(rng, 1)[0], 3)
    assert torch.get_num_threads() == before


ROWS = [
    ["澳门", "合作", "区"],
    ["横琴", "合作", "区", "合作"],
    ["论坛"],
    [],
    ["澳门", "论坛", "153"],
    ["合作"],
]


class TestLexical:
    def test_orders_by_bm25(self, lexical, tmp_path):
        index = lexical.build(ROWS, tmp_path / "index")
        rows, scores = index.search(["澳门", "论坛"], 10)
        assert rows.tolist()[0] == 4
        assert sorted(rows.tolist()) == [0, 2, 4]
        assert (np.diff(scores) <= 0).all()
        assert len(index) == len(ROWS)
        assert rows.dtype == np.int64 and scores.dtype == np.float32

    def test_weighs_by_hand_written_arithmetic(self, lexical, tmp_path):
        index = lexical.build([["a", "b"], ["a", "a", "c", "d"]], tmp_path / "index")
        rows, scores = index.search(["b"], 5)
        # N = 2, n = 1, tf = 1, length 2, mean 3: ln(1 + 1.5 / 1.5) * 2.2 / (1 + 1.2 * 0.75)
        assert rows.tolist() == [0]
        assert scores[0] == pytest.approx(0.693147 * 2.2 / 1.9, rel=1e-4)

    def test_a_token_asked_twice_counts_twice(self, lexical, tmp_path):
        index = lexical.build(ROWS, tmp_path / "index")
        (_, once), (_, twice) = index.search(["横琴"], 1), index.search(["横琴", "横琴"], 1)
        assert twice[0] == pytest.approx(2 * once[0], rel=1e-5)

    def test_equal_scores_come_in_the_order_of_the_rows(self, lexical, tmp_path):
        index = lexical.build([["x", "y"]] * 70 + [["z"]], tmp_path / "index")
        assert index.search(["x"], 9)[0].tolist() == list(range(9))

    @pytest.mark.parametrize("kept", [0, 1, 4, 30, 150, 200])
    def test_a_mask_keeps_everything_else_out_and_changes_no_score(
        self, lexical, rng, tmp_path, kept
    ):
        lists = [[f"t{n}" for n in rng.integers(0, 12, 8)] for _ in range(200)]
        index = lexical.build(lists, tmp_path / "index")
        allowed = np.zeros(200, np.bool_)
        allowed[rng.permutation(200)[:kept]] = True
        rows, scores = index.search(["t1", "t2"], 200)
        expected = allowed[rows]
        got, got_scores = index.search(["t1", "t2"], 10, allowed)
        assert got.tolist() == rows[expected][:10].tolist()
        np.testing.assert_allclose(got_scores, scores[expected][:10], rtol=1e-5)

    @pytest.mark.parametrize(
        "query",
        ['"', "AND", "body:x", "(", "*", "row:[0 TO 9]", "~2 ^ -", "\\", "a" * 70_000, "😀"],
    )
    def test_no_query_is_a_syntax_error(self, lexical, tmp_path, query):
        index = lexical.build(ROWS, tmp_path / "index")
        assert index.search([query], 5)[0].size == 0

    def test_special_characters_are_found_as_written(self, lexical, tmp_path):
        index = lexical.build([["AND"], ["r&d"], ['"']], tmp_path / "index")
        for row, token in enumerate(["AND", "r&d", '"']):
            assert index.search([token], 5)[0].tolist() == [row]

    def test_white_space_parts_a_token(self, lexical, tmp_path):
        index = lexical.build([["one two"], ["three"]], tmp_path / "index")
        assert index.search(["two"], 5)[0].tolist() == [0]
        assert sorted(index.search(["three one"], 5)[0].tolist()) == [0, 1]

    def test_nothing_asked_or_wanted_gives_nothing(self, lexical, tmp_path):
        index = lexical.build(ROWS, tmp_path / "index")
        for tokens, k in (([], 5), ([" "], 5), (["合作"], 0), (["unknown"], 5)):
            rows, scores = index.search(tokens, k)
            assert rows.shape == scores.shape == (0,)

    def test_an_empty_index_answers_nothing(self, lexical, tmp_path):
        index = lexical.build([], tmp_path / "index")
        assert len(index) == index.search(["a"], 5)[0].size == 0

    def test_survives_being_opened_again(self, lexical, tmp_path):
        index = lexical.build(ROWS, tmp_path / "index")
        again = lexical.load(tmp_path / "index")
        for one, other in zip(index.search(["合作"], 9), again.search(["合作"], 9), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_serves_many_threads(self, lexical, tmp_path):
        index = lexical.build([[f"t{n}"] for n in range(100)], tmp_path / "index")
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda n: index.search([f"t{n}"], 3)[0].tolist(), range(100))
            assert list(found) == [[n] for n in range(100)]


def test_a_missing_lexical_folder_is_refused(tmp_path):
    with pytest.raises(IndexUnavailable, match="ponte build"):
        TantivyIndex.load(tmp_path / "nowhere")


token_lists = st.lists(st.lists(st.sampled_from("abcdef"), max_size=30), min_size=1, max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(token_lists, st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=5))
def test_tantivy_scores_as_the_plain_formula(lists, query):
    # Lengths up to 40 are kept exactly by tantivy, longer ones in steps.
    plain = PlainLexical(lists)
    with tempfile.TemporaryDirectory() as folder:
        rows, scores = TantivyIndex.build(lists, Path(folder) / "index").search(query, 25)
    expected_rows, expected = plain.search(query, 25)
    assert sorted(rows) == sorted(expected_rows)
    np.testing.assert_allclose(scores, expected, rtol=1e-4)
    by_row = dict(zip(expected_rows, expected, strict=True))
    np.testing.assert_allclose(scores, [by_row[row] for row in rows], rtol=1e-4)
