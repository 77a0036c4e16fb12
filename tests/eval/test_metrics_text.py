"""Answers compared with accepted ones. Expected values are worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.text import exact_match, f1, holds, normalise, plain, text_language, tokens


@pytest.mark.parametrize(
    ("text", "accepted", "expected"),
    [
        ("共有33億美元。", "33亿", True),
        ("growth of 1,015.2 million", "1015.2", True),
        ("增長133億", "33億", False),  # the number goes on to the left
        ("33.5%", "33", True),  # a point may end a sentence
        ("335%", "33", False),
        ("1.33", "33", False),
        ("The  Macao\nForum", "macao forum", True),
        ("anything", "", False),
        ("anything", " , ", False),
    ],
)
def test_holds(text, accepted, expected):
    assert holds(text, accepted) is expected


def test_plain_folds_and_takes_out_space_and_commas():
    assert plain("１，０１５ 億\n元") == "1015亿元"


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["澳門特別行政區"], "zh"),
        (["2013年"], "zh"),
        (["由ω-force開發的遊戲"], "zh"),
        (["ω-force"], "other"),
        (["2013"], "other"),
        ([""], "other"),
        (["Fórum de Macau, criado em 2003"], "other"),
        (["The Forum (Chinese: 中葡論壇) is a body for trade and economic co-operation."], "other"),
        (["ω-force", "由光榮特庫摩開發"], "zh"),
    ],
)
def test_language(texts, language):
    assert text_language(*texts) == language


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The  Denver-Broncos, a TEAM!", "other", "denverbroncos team"),
        ("an answer", "other", "answer"),
        ("theatre and banana", "other", "theatre and banana"),
        ("$1,000.50", "other", "100050"),
        ("ＣＥＰＡ", "en", "cepa"),
        ("“quoted”", "en", "“quoted”"),  # the official script knows ASCII punctuation only
        ("o Fórum e a RAEM", "pt", "o fórum e raem"),
        ("《中葡論壇》 ， 第 3 屆", "zh-Hant", "中葡论坛第3届"),
        ("３．５％", "zh", "35"),
        ("A＋B＝C～^`", "zh", "abc"),
        ("約 $100", "zh", "约$100"),  # not among the symbols that CMRC drops
        ("a the 年", "zh", "athe年"),  # articles are a matter of English
        ("。、", "zh", ""),
    ],
)
def test_normalise(text, language, expected):
    assert normalise(text, language) == expected


def test_tokens():
    assert tokens("ω-force 2013年", "zh") == list("ωforce2013年")
    assert tokens("the Macao Forum, 2013", "en") == ["macao", "forum", "2013"]
    assert tokens("the", "en") == []


@pytest.mark.parametrize(
    ("answer", "golds", "language", "em", "score"),
    [
        ("The Macao Forum", ["macao forum."], "en", 1, 1),
        # 2 of 3 tokens given are right, 2 of 2 are found: 2 · 2/3 · 1 / (5/3)
        ("Macao Forum today", ["Macao Forum"], "en", 0, 0.8),
        # precision 1/2, recall 1/4: 2 · 1/8 / (3/4) = 1/3
        ("in 2003", ["October of year 2003"], "en", 0, 1 / 3),
        # a word counts as often as it stands on both sides: common 1 of 3 and 1
        ("ha ha ha", ["ha"], "en", 0, 0.5),
        ("no overlap", ["whatever"], "en", 0, 0),
        # the best of the accepted ones
        ("Macao", ["Hong Kong", "Macao SAR", "Macao"], "en", 1, 1),
        ("Macao", ["Hong Kong", "Macao SAR"], "en", 0, 2 / 3),
        # "a" is an article of the English script: a RAEM = RAEM; "o" is a word
        ("a RAEM", ["RAEM"], "pt", 1, 1),
        ("o Fórum", ["Fórum"], "pt", 0, 2 / 3),
        # characters: 3 common of 5 given and 3 accepted: 6/8
        ("2013年底", ["2013年"], "zh", 0, 10 / 11),
        ("澳門特區", ["澳门"], "zh", 0, 2 / 3),
        ("《澳門》", ["澳门"], "zh", 1, 1),
        ("ω-force", ["Ω-Force社"], "zh", 0, 12 / 13),
        ("門澳", ["澳門"], "zh", 0, 1),  # a bag of characters has no order
        # no answer
        ("", [], "en", 1, 1),
        ("", [""], "zh", 1, 1),
        ("Macao", [], "en", 0, 0),
        ("澳門", [], "zh", 0, 0),
        ("", ["Macao"], "en", 0, 0),
        ("the", [], "en", 1, 1),  # nothing is left of it, as in the official script
        (".", ["."], "en", 1, 1),
        ("", ["Macao", "."], "en", 0, 0),  # accepted answers of which nothing is left do not count
    ],
)
def test_exact_match_and_f1(answer, golds, language, em, score):
    assert exact_match(answer, golds, language) == em
    assert f1(answer, golds, language) == pytest.approx(score)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["zh", "other"]))
def test_f1_is_symmetric_and_bounded(a, b, language):
    score = f1(a, [b], language)
    assert 0 <= score <= 1
    assert f1(a, [a], language) == 1
    assert score == f1(b, [a], language)
    assert score == 1 or not exact_match(a, [b], language)
