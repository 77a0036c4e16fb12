"""The segmenter: tokens of four languages, the same for documents and questions."""

from __future__ import annotations

import logging
import re

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fold import fold
from index.segment import Segmenter


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("共1,015.2億元", ["共", "1015.2", "亿元"]),
        ("１，０１５個", ["1015", "个"]),
        ("2022-12-31", ["2022", "12", "31"]),
        ("佔12.5%", ["占", "12.5"]),
        ("12,34", ["12", "34"]),
        ("5G COVID-19", ["5g", "covid19", "covid", "19"]),
        ("Regiões, região", ["regiao", "regiao"]),
        ("cooperações regionais", ["cooperacao", "regional"]),
        ("sociais mais reais", ["social", "mais", "reais"]),
        ("setores setor países país", ["setor", "setor", "pais", "pais"]),
        ("The cities' measures", ["the", "city", "measur"]),
        ("measure business status", ["measur", "business", "status"]),
        ("co-operation", ["cooperation", "co", "operation"]),
        ("", []),
        (" \n\t　，。！？「」…—😀", []),
        ("MACAO Macao ｍａｃａｏ", ["macao"] * 3),
    ],
)
def test_tokens(segmenter, text, tokens):
    assert segmenter.tokens(text) == tokens


def test_a_name_stays_whole_and_yields_its_parts(segmenter):
    tokens = segmenter.tokens("《粵澳合作框架協議》")
    assert tokens[0] == "粤澳合作框架协议"
    assert {"合作", "框架", "协议", "粤澳"} <= set(tokens)


def test_an_unknown_name_is_not_kept_whole(cache):
    assert "粤澳合作框架协议" not in Segmenter([], cache).tokens("粵澳合作框架協議")


def test_parts_inside_a_name_are_found_by_their_own_name(segmenter):
    asked = set(segmenter.tokens("框架協議"))
    assert asked & set(segmenter.tokens("粵澳合作框架協議"))


def test_scripts_give_the_same_tokens(segmenter):
    traditional, simplified = "橫琴粵澳深度合作區總體方案", "横琴粤澳深度合作区总体方案"
    assert segmenter.tokens(traditional) == segmenter.tokens(simplified)


def test_of_a_mixed_name_the_chinese_runs_count(cache):
    words = Segmenter(["「一帶一路」建設 Belt and Road", "CEPA", "澳"], cache).words
    assert words == ("一带一路", "建设")


def test_words_stay_with_their_segmenter(cache):
    Segmenter(["甲乙丙丁戊己"], cache)
    assert "甲乙丙丁戊己" not in Segmenter([], cache).tokens("甲乙丙丁戊己")
    assert "甲乙丙丁戊己" not in jieba.dt.FREQ


def test_the_fingerprint_tells_dictionaries_apart(cache):
    one = Segmenter(["粵澳合作", "葡語國家"], cache)
    assert one.fingerprint == Segmenter(["葡语国家", "粤澳合作"], cache).fingerprint
    assert one.fingerprint != Segmenter(["粵澳合作"], cache).fingerprint


def test_cached_and_fresh_dictionaries_agree(tmp_path):
    text = "澳門特別行政區政府推動區域合作"
    fresh = Segmenter([], tmp_path / "new")
    (file,) = (tmp_path / "new").iterdir()
    cached = Segmenter([], tmp_path / "new")
    assert fresh.tokens(text) == cached.tokens(text) == Segmenter([]).tokens(text)
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])  # cut short: made anew
    assert Segmenter([], tmp_path / "new").tokens(text) == fresh.tokens(text)
    assert file.stat().st_size == len(whole)


def test_logging_is_left_as_it_was(cache):
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.root.manager.disable)
    Segmenter(["甲乙丙"], cache)
    assert before == (root.level, list(root.handlers), logging.root.manager.disable)
    assert logging.getLogger("jieba").getEffectiveLevel() >= logging.WARNING


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_gives_clean_tokens_and_the_same_ones_again(segmenter, text):
    tokens = segmenter.tokens(text)
    assert tokens == segmenter.tokens(text)
    for token in tokens:
        # Ideographs newer than this Python's Unicode tables are no letters to it.
        assert re.fullmatch(r"(?:[^\W_]|[\U00020000-\U0003ffff])+(\.\d+)*", token)


@given(st.integers(0, 10**12))
def test_grouping_makes_no_difference(segmenter, number):
    assert segmenter.tokens(f"{number:,}") == segmenter.tokens(str(number)) == [str(number)]


@given(st.sampled_from(["澳門", "橫琴", "合作", "論壇", "，", "2022", "CEPA", " "]).map(str))
def test_folding_beforehand_makes_no_difference(segmenter, piece):
    assert segmenter.tokens(fold(piece)) == segmenter.tokens(piece)
