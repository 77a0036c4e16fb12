"""Tokens keep their places, windows cover everything, the best span is the best one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.reading.windows import (
    PairTokenizer,
    best_spans,
    cover,
    join,
    pad,
    tagged_runs,
    windows,
)
from corpus.fold import fold
from index.weights import bundled_model

TRADITIONAL = "截至2022年底，內地對澳門外來直接投資存量1,015.2億澳門元，佔總數的２８.５％。"
SIMPLIFIED = "截至2022年底，内地对澳门外来直接投资存量1,015.2亿澳门元，占总数的28.5%。"


@pytest.fixture(scope="module")
def tokenizer(cache):
    return PairTokenizer(bundled_model(cache) / "tokenizer.json")


def test_places_are_those_of_the_original(tokenizer):
    text = TRADITIONAL + " ㎏ ﬁnance São Tomé"
    pieces = tokenizer.passage(text)
    covered = "".join(text[a:b] for a, b in zip(pieces.starts, pieces.ends, strict=True))
    # ㎏ and ﬁ unfold to two characters each and may be told by one token or by two.
    assert fold(covered).replace("kgkg", "kg").replace("fifi", "fi").replace(" ", "") == fold(
        text
    ).replace(" ", "")
    assert (np.diff(pieces.starts) >= 0).all()
    assert (pieces.ends > pieces.starts).all()


@pytest.mark.parametrize("answer", ["2022年", "1,015.2億澳門元", "澳門", "２８.５％", "總數"])
def test_an_answer_is_located_exactly(tokenizer, answer):
    start = TRADITIONAL.index(answer)
    pieces = tokenizer.passage(TRADITIONAL)
    first, last = pieces.locate(start, start + len(answer))
    assert TRADITIONAL[pieces.starts[first] : pieces.ends[last]] == answer


def test_function_words_glued_by_the_vocabulary_are_cut_off(tokenizer):
    text = "他是日本戰國時代的歷史學者，1997年開始在美國任教。"
    pieces = tokenizer.passage(text)
    for answer in ("戰國時代", "1997年", "美國"):
        start = text.index(answer)
        first, last = pieces.locate(start, start + len(answer))
        assert text[pieces.starts[first] : pieces.ends[last]] == answer


def test_traditional_and_simplified_are_the_same_input(tokenizer):
    assert tokenizer.passage(TRADITIONAL).ids.tolist() == tokenizer.passage(SIMPLIFIED).ids.tolist()
    assert (
        tokenizer.question("橫琴的面積多大？").tolist()
        == tokenizer.question("横琴的面积多大?").tolist()
    )


def test_a_text_of_white_space_has_no_tokens(tokenizer):
    assert len(tokenizer.passage(" \n　")) == 0


@given(st.integers(0, 3000), st.integers(60, 500), st.integers(0, 50))
def test_ranges_cover_everything_and_overlap(count, room, stride):
    ranges = cover(count, room, stride)
    assert ranges[0][0] == 0 and ranges[-1][1] == count
    assert all(b - a <= room for a, b in ranges)
    for (_, end), (start, _) in itertools.pairwise(ranges):
        assert end - start >= stride


def test_windows_hold_question_and_part(tokenizer):
    question = tokenizer.question("貿易總額是多少？")
    passage = tokenizer.passage(TRADITIONAL * 12).ids
    parts = windows(tokenizer, question, passage, limit=96, stride=32)
    assert len(parts) > 3
    seen = set()
    for w in parts:
        assert len(w.ids) <= 96
        assert w.ids[0] == tokenizer.bos and w.ids[-1] == tokenizer.eos
        assert w.ids[1 : 1 + len(question)].tolist() == question.tolist()
        inside = np.flatnonzero(w.kinds)
        assert inside[0] == w.offset
        assert w.ids[inside].tolist() == passage[w.first : w.last].tolist()
        seen.update(range(w.first, w.last))
    assert seen == set(range(len(passage)))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=12))
def test_best_spans_are_what_trying_all_finds(logits):
    start = np.array([a for a, _ in logits], np.float32)
    end = np.array([b for _, b in logits], np.float32)
    n, longest = len(logits), 4
    taken: list[tuple[int, int]] = []
    found = best_spans(start, end, longest, 3)
    for span in found:
        options = [
            float(start[i] + end[j])
            for i in range(n)
            for j in range(i, min(n, i + longest))
            if not any(i <= b and a <= j for a, b in taken)
        ]
        assert span.score == max(options)
        assert 0 <= span.last - span.first < longest
        assert not any(span.first <= b and a <= span.last for a, b in taken)
        taken.append((span.first, span.last))


def test_runs_of_tags():
    scores = np.array([1, 2, -1, -1, 0, 3, -2], np.float32)
    assert tagged_runs(scores) == [(0, 1), (4, 5)]
    assert tagged_runs(np.full(3, -1, np.float32)) == []


def test_padding_comes_behind():
    rows = [np.array([1, 2, 3], np.int32), np.array([4], np.int32)]
    assert pad(rows, 9).tolist() == [[1, 2, 3], [4, 9, 9]]


def test_join_is_the_whole_passage_where_it_fits(tokenizer):
    question = tokenizer.question("Quando?")
    passage = tokenizer.passage("Em 6 de março de 2011.").ids
    (only,) = windows(tokenizer, question, passage)
    assert only.ids.tolist() == join(tokenizer, question, passage, 0, len(passage)).ids.tolist()
