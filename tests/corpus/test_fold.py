"""Folding: one form for what a reader takes for the same text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.fold import converter, fold, fold_with_offsets, unify
from corpus.load import load_folder
from corpus.settings import BUNDLED_SOURCES

SAME = [
    ("ＣＥＰＡ", "cepa"),
    ("澳門與葡語國家", "澳门与葡语国家"),
    ("２０２２年", "2022年"),
    ("⾦融⼀⺠", "金融一民"),
    ("更\uf901", "更更"),
    ("Cooperação", "COOPERAC\u0327A\u0303O"),
    ("１,０１５．２億", "1,015.2亿"),
    ("㎏", "kg"),
    ("①", "1"),
    ("ﬁm", "FIM"),
    ("徵調", "征调"),  # OpenCC alone turns the phrase into one that is Traditional itself
    ("打壞", "打坏"),
    ("衞生", "卫生"),  # as Hong Kong and Macao write it
    ("衛生", "卫生"),
    ("敍述", "叙述"),
    ("裏面", "裡面"),
    ("羣島", "群岛"),
    ("瞭解", "了解"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_these_are_the_same(a, b):
    assert fold(a) == fold(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("澳門", "奧門"),
        ("2022", "2023"),
        ("10億", "10萬"),
        ("é", "e"),
        ("US", "UE"),
    ],
)
def test_these_are_not(a, b):
    assert fold(a) != fold(b)


def test_every_character_folds_to_one_form():
    chars = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000 and c != 10]
    once = fold("\n".join(chars))
    twice = fold(once)
    rows = zip(once.split("\n"), twice.split("\n"), strict=True)
    assert [a for a, b in rows if a != b] == []
    assert once.count("\n") == len(chars) - 1


def words():
    """The words of jieba's dictionary, all 349,000 in Simplified characters."""
    text = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8")
    return [line.split()[0] for line in text.splitlines()]


def test_folding_a_folded_word_changes_nothing():
    traditional = converter("s2t").convert("\n".join(words()))
    once = fold(traditional)
    assert fold(once) == once
    assert len(once) == len(traditional)


def test_both_scripts_of_a_word_meet():
    simplified = [w for w in words() if converter("t2s").convert(w) == w]
    folded = fold("\n".join(simplified)).split("\n")
    met = fold(converter("s2t").convert("\n".join(simplified))).split("\n")
    apart = [w for w, a, b in zip(simplified, folded, met, strict=True) if a != b]
    # What is left is rare words that OpenCC does not lead back (想像 and 想象 are two words).
    assert len(simplified) > 340_000
    assert len(apart) < 250
    assert not {"合作", "经贸", "发展", "干部", "后来", "征收", "里程", "台湾", "复杂"} & set(apart)


def test_both_scripts_of_a_document_meet():
    for document in load_folder(BUNDLED_SOURCES).documents:
        for name in ("s2t", "t2s", "s2hk"):
            assert fold(converter(name).convert(document.text)) == fold(document.text)


def test_unify_mends_code_points_and_nothing_else():
    assert unify("⽤⼾⾯⺠⻓⻔") == "用户面民长门" or unify("⽤⼾⾯⺠⻓⻔") == "用戶面民长门"
    assert unify("\uf90a\uf9e7") == "金裏"
    for text in ("ＣＥＰＡ（澳門）＂", "①㎏", "Cooperação", "澳門澳门"):
        assert unify(text) == text


@given(st.text())
def test_unify_is_nfc_apart_from_radicals(text):
    assert unify(unify(text)) == unify(text)
    if not any(0x2E80 <= ord(c) <= 0x2FDF for c in text):
        assert unify(text) == unicodedata.normalize("NFC", text)


_MIXED = st.text("澳門內地经贸衞徵調⼀⺠\uf901ＡＢ１①㎏ﬁéE\u0301İßΣ“”＂ -.x", max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | _MIXED)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | _MIXED, st.data())
def test_spans_lead_back_to_their_origin(text, data):
    folded = fold_with_offsets(text)
    assert len(folded.origin) == len(folded.text) + 1
    assert list(folded.origin) == sorted(folded.origin)
    assert folded.origin[-1] == len(text)
    for i, char in enumerate(folded.text):
        start, end = folded.span(i, i + 1)
        assert end == start + 1
        # The character comes from there: alone, or with what is around it where a phrase differs.
        alone = fold(text[start:end])
        assert char in alone or char in fold(text)
        if len(text) != len(fold(text)):
            assert char in alone
    a = data.draw(st.integers(0, len(folded.text)))
    b = data.draw(st.integers(a, len(folded.text)))
    start, end = folded.span(a, b)
    assert 0 <= start <= end <= len(text)
    assert (start == end) == (a == b)


def test_growth_and_shrinkage_do_not_cancel_out():
    text = "㎏ e\u0301 澳門"
    folded = fold_with_offsets(text)
    at = folded.text.index("澳门")
    assert text[slice(*folded.span(at, at + 2))] == "澳門"
    start = folded.text.index("g")
    assert text[slice(*folded.span(start, start + 1))] == "㎏"


def test_a_span_of_a_long_text():
    text = "２０２２年，ﬁm：" + "澳門與歐盟" * 50
    folded = fold_with_offsets(text)
    at = folded.text.index("欧盟")
    assert text[slice(*folded.span(at, at + 2))] == "歐盟"
    assert text[slice(*folded.span(0, 4))] == "２０２２"
    assert folded.span(at, at) == (folded.origin[at],) * 2
