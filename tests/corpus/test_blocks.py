"""Blocks: the structure of a cleaned text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.blocks import read_blocks
from corpus.clean import clean
from corpus.settings import BUNDLED_SOURCES


def shown(text):
    return [(b.kind, b.level, b.marker, text[b.start : b.end]) for b in read_blocks(text)]


def test_each_kind_of_block():
    text = "# 題\n\n### 節\n\n段落，一句。\n\n標籤\n\n- 甲\n  1. 乙\n    （3） 丙\n\n"
    text += "① 丁\n\n巴西\n葡萄牙\n"
    assert shown(text) == [
        ("heading", 1, "#", "題"),
        ("heading", 3, "###", "節"),
        ("paragraph", 0, "", "段落，一句。"),
        ("link", 0, "", "標籤"),
        ("item", 0, "-", "甲"),
        ("item", 1, "1.", "乙"),
        ("item", 2, "（3）", "丙"),
        ("item", 0, "①", "丁"),
        ("line", 0, "", "巴西"),
        ("line", 0, "", "葡萄牙"),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("一句。\n二句。\n", ["paragraph", "paragraph"]),
        ("包括：\n巴西\n葡萄牙\n", ["paragraph", "line", "line"]),
        ("| 甲 | 乙 |\n| 1 | 2 |\n", ["line", "line"]),
        ("甲\n\n乙\n", ["link", "link"]),
        ("# 題\n甲\n- 乙\n", ["heading", "link", "item"]),
        ("2022年\n", ["paragraph"]),
        ("Macao is open.\n", ["paragraph"]),
        ("#題\n", ["link"]),
        ("1.5萬\n", ["paragraph"]),
        ("", []),
    ],
)
def test_kinds(text, kinds):
    assert [b.kind for b in read_blocks(text)] == kinds


def test_the_bundled_page():
    text = clean((BUNDLED_SOURCES / "regional-cooperation.zh-Hant.md").read_text("utf-8")).text
    blocks = read_blocks(text)
    count = {kind: sum(b.kind == kind for b in blocks) for kind in {b.kind for b in blocks}}
    assert count == {"heading": 8, "link": 2, "paragraph": 1, "item": 23, "line": 12}
    nested = [text[b.start : b.start + 5] for b in blocks if b.kind == "item" and b.level == 1]
    assert nested == ["隨着《泛珠", "進一步融入"]


def test_the_bundled_plan():
    text = clean((BUNDLED_SOURCES / "belt-and-road-2023.zh-Hans.txt").read_text("utf-8")).text
    blocks = read_blocks(text)
    assert [b.kind for b in blocks].count("heading") == 6
    assert [b.marker for b in blocks if b.kind == "item"] == [f"{n}." for n in range(1, 24)]
    assert len(blocks) == 29


@settings(max_examples=150, deadline=None)
@given(st.text("# -1.)（）\n澳門a，。：|", max_size=80).map(lambda text: clean(text)))
def test_blocks_cover_the_words_in_order(cleaned):
    blocks = read_blocks(cleaned.text)
    rows = [row for row in cleaned.text.split("\n") if row]
    assert len(blocks) == len(rows) == len(cleaned.lines)
    at = 0
    for block, row in zip(blocks, rows, strict=True):
        assert at <= block.start < block.end
        assert row.endswith(cleaned.text[block.start : block.end])
        mark = row[: len(row) - (block.end - block.start)]
        assert mark.strip() == block.marker
        at = block.end
