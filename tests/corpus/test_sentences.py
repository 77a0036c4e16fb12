"""Sentences and clauses."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.load import load_folder
from corpus.sentences import clauses, sentences
from corpus.settings import BUNDLED_SOURCES

# A bar parts the sentences.
SENTENCES = [
    "內地是第二大貿易夥伴，2022年貿易總額437.6億澳門元。|歐盟是第一大！|真的？！|好……|是",
    "他說：“好。”|然後走了。|（見附件。）|完",
    "佔28.5%，逾8,600萬；經濟總量約13.0萬億。",
    "Macao grew by 4.5 per cent. |In 2022 it held 23 meetings. |The end.",
    "Mr. Ho and Dr. Sun met the U.S. Government, e.g. Commerce. |They left.",
    "No. A of St. Lawrence, see art. 5.º and n.º 3. |O Governo decidiu. |“Sim.” |Não!",
    "A Sra. Costa e o Sr. Lopes vieram. |Água é vida. |Último",
    "It is worth US$1.5 billion. |(In 2022.) |No end",
    "The choice was Macao's. |Then it changed.",
    "巴西\n|葡萄牙\n|",
    "First line\n|second line",
    "version 2.0.1 is out",
]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences(marked):
    expected = [part.strip() for part in marked.split("|") if part.strip()]
    text = marked.replace("|", "")
    assert [text[a:b] for a, b in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲，乙；丙：丁。戊", ["甲，", "乙；", "丙：", "丁。", "戊"]),
        ("逾1,015.2億，增長", ["逾1,015.2億，", "增長"]),
        ("in 2022, trade rose; it fell", ["in 2022,", "trade rose;", "it fell"]),
        ("at 10:30 sharp", ["at 10:30 sharp"]),
        ("", []),
    ],
)
def test_clauses(text, expected):
    assert [text[a:b] for a, b in clauses(text)] == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000"])
def test_nothing(text):
    assert sentences(text) == []
    assert clauses(text) == []


@given(st.text() | st.text("澳門aB .。！“”）)\n,，;12", max_size=60))
def test_spans_keep_every_character_but_white_space(text):
    for cut in (sentences, clauses):
        spans = cut(text)
        assert all(a < b for a, b in spans)
        assert all(b <= a for (_, b), (a, _) in pairwise(spans))
        joined = "".join(text[a:b] for a, b in spans)
        assert "".join(joined.split()) == "".join(text.split())
        assert all(text[a:b] == text[a:b].strip() for a, b in spans)


def test_the_renditions_have_the_sentences_of_their_originals():
    different = []
    for document in load_folder(BUNDLED_SOURCES).documents:
        for i, block in enumerate(document.blocks):
            if block.kind == "heading":  # II. parts from what it numbers
                continue
            own = len(sentences(document.text[block.start : block.end]))
            for language, texts in document.renditions.items():
                if len(sentences(texts[i])) != own:
                    different.append((document.doc_id, language, i))
    assert different == []
