"""Cleaning: no word is lost or moved, and a cleaned text stays as it is."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.clean import clean
from corpus.settings import BUNDLED_SOURCES

PAGE = BUNDLED_SOURCES / "regional-cooperation.zh-Hant.md"
PLAN = BUNDLED_SOURCES / "belt-and-road-2023.zh-Hans.txt"
RENDITIONS = sorted(BUNDLED_SOURCES.glob("*.en.md")) + sorted(BUNDLED_SOURCES.glob("*.pt.md"))


def stripped(text: str) -> str:
    """The words of a source, by plain string operations that share nothing with the cleaner."""
    lines = text.split("\n")
    headings = {line.lstrip("#").strip() for line in lines if line.startswith("#")}
    out = []
    for line in lines:
        line = line.strip()
        if line.startswith("[") and line.endswith("](#)"):
            words = line[1 : -len("](#)")]
            if words in headings:
                continue
            line = words
        while line.startswith(("#", "- ")):
            line = line[1:].strip()
        out.append(line)
    joined = "".join(out)
    for mark in ("**", "<b>", "</b>"):
        joined = joined.replace(mark, "")
    return "".join(unicodedata.normalize("NFC", joined).split())


@pytest.mark.parametrize("path", [PAGE, PLAN], ids=lambda p: p.name)
def test_not_one_character_is_lost_or_moved(path):
    source = path.read_text(encoding="utf-8")
    before, after = stripped(source), stripped(clean(source).text)
    assert len(before) > 2000
    assert before.replace("＂", "”") == "".join(
        # What was ＂ has become a quotation mark that opens or closes.
        "”" if b == "＂" and a in "“”" else a
        for a, b in zip(after, before, strict=True)
    )


def test_the_stripping_would_notice_a_loss():
    source = PAGE.read_text(encoding="utf-8")
    assert stripped(source) != stripped(source.replace("專責小組和", "專責小組"))
    assert stripped("# 甲\n\n[甲](#)\n\n[乙](#)\n\n- **丙**") == "甲乙丙"


def test_links_to_headings_go_and_other_links_keep_their_words():
    text = clean(PAGE.read_text(encoding="utf-8")).text
    lines = text.split("\n")
    for heading in ("與內地經貿關係", "粵港澳大灣區", "一小時生活圈", "與歐盟經貿關係"):
        assert lines.count(f"## {heading}") == 1
        assert heading not in lines
    assert "藥物生產質量管理規範（GMP）證書申請" in lines
    assert clean("# 甲\n\n[甲](#)\n\n[乙](#)\n\n見[丙](https://a.b/c_(d))。\n").text == (
        "# 甲\n\n乙\n\n見丙。\n"
    )


@pytest.mark.parametrize("path", [PAGE, PLAN, *RENDITIONS], ids=lambda p: p.name)
def test_cleaning_a_cleaned_document_changes_nothing(path):
    once = clean(path.read_text(encoding="utf-8")).text
    assert clean(once).text == once


def test_the_sentence_that_a_blank_line_cut_is_whole():
    assert "推\n\n進中山" in PAGE.read_text(encoding="utf-8")
    assert (
        "珠澳合作會議、推進中山與澳門合作專責小組" in clean(PAGE.read_text(encoding="utf-8")).text
    )


def test_hard_wrapped_measures_are_one_line_each():
    source = PLAN.read_text(encoding="utf-8")
    lines = clean(source).text.split("\n")
    measures = [line for line in lines if re.match(r"\d+\. ", line)]
    assert [int(line.split(".")[0]) for line in measures] == list(range(1, 24))
    assert all(line.endswith("。") for line in measures)
    headings = [line for line in lines if line.startswith("#")]
    assert len(headings) == 6
    assert headings[0] == ("# 实施《关于支持澳门全面参与和助力“一带一路”建设的安排》2023年重点工作")
    assert [line for line in lines if line and line not in measures + headings] == []


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        (5, "逐步发挥经贸交流、企业服务、会议展览"),  # cut by a page break
        (17, "继续打造成为旅游教育培训基地，深化澳门与葡萄牙旅游培训领域的合作。"),
        (21, "举行巴葡科技企业(澳门)大赛，邀请巴葡科企及孵化器来澳实地考察。"),
        (22, "发挥“国际青年中医生交流基地”的作用"),
    ],
)
def test_measures_cut_by_a_page_break_are_whole(number, whole):
    lines = clean(PLAN.read_text(encoding="utf-8")).text.split("\n")
    (measure,) = [line for line in lines if line.startswith(f"{number}. ")]
    assert whole in measure


@pytest.mark.parametrize("path", [PAGE, PLAN], ids=lambda p: p.name)
def test_nothing_of_the_extraction_is_left(path):
    text = clean(path.read_text(encoding="utf-8")).text
    for trace in ("＂", "**", "<b>", "</b>", "](#)", "[", "\u3000", "\u00a0", "\t", "\n\n\n"):
        assert trace not in text
    assert not re.search(
        r"[㐀-鿿，。、；：” ][ ]+[㐀-鿿，。、；：“]", re.sub(r"(?m)^\S+ ", "", text)
    )
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    for line in text.split("\n"):
        assert line.count("“") == line.count("”")


def test_short_lines_stay_lines():
    text = clean(PAGE.read_text(encoding="utf-8")).text
    assert text.endswith(
        "## 葡語國家\n\n安哥拉\n巴西\n佛得角\n幾內亞比紹\n赤道幾內亞\n莫桑比克\n葡萄牙\n"
        "聖多美和普林西比\n東帝汶\n"
    )
    assert (
        "### 特區政府駐歐洲的三個辦事處\n\n澳門駐里斯本經濟貿易辦事處\n"
        "澳門駐布魯塞爾歐盟經濟貿易辦事處\n澳門駐世界貿易組織經濟貿易辦事處（日內瓦）\n\n"
    ) in text


# source → cleaned
CASES = {
    "script is no formatting": (
        "<script>alert(1)</script> & <custom x> 5 < 6 > 4",
        "<script>alert(1)</script> & <custom x> 5 < 6 > 4\n",
    ),
    "formatting tags": ('<p class="x">甲<br/>乙 <b>丙</b></p>', "甲乙丙\n"),
    "comments, entities": ("甲<!-- 註\n註 -->乙&amp;丙&nbsp;丁", "甲乙&丙丁\n"),
    "English wraps with spaces": (
        "# Title\n\nMacao is a separate customs territory that has\n"
        "for many years traded with the Mainland of\nChina.\n",
        "# Title\n\nMacao is a separate customs territory that has for many years traded with the "
        "Mainland of China.\n",
    ),
    "compounds cut at their hyphen": (
        "# Title\n\nThe two sides have long been engaged in economic co-\noperation.\n",
        "# Title\n\nThe two sides have long been engaged in economic co-operation.\n",
    ),
    "a hanging indent": (
        "- trade in\n  goods\n- offices:\n  Lisbon\n",
        "- trade in goods\n- offices:\n\nLisbon\n",
    ),
    "block quotes": ("> 澳門是單獨關稅區，\n> 多年來如此。\n", "澳門是單獨關稅區，多年來如此。\n"),
    "more than is no block quote": ("# 甲\n\n> 50%\n", "# 甲\n\n> 50%\n"),
    "a table keeps its head": (
        "| 年 | 額 |\n|:--|--:|\n| 2022 | 437.6 |\n",
        "| 年 | 額 |\n| 2022 | 437.6 |\n",
    ),
    "rules and fences go": ("# 甲\n\n---\n\n```\n乙。\n```\n\n* * *\n", "# 甲\n\n乙。\n"),
    "the first article is no title": (
        "第一條 澳門特區\n第二條 內地\n",
        "第一條澳門特區\n第二條內地\n",
    ),
    "Chinese sections": (
        "# 甲\n\n一、金融\n\n（一）市場\n\n（二）擴大開放，深化合作。\n",
        "# 甲\n\n## 一、金融\n\n### （一）市場\n\n（二）擴大開放，深化合作。\n",
    ),
    "a line set in bold": ("# 甲\n\n**乙**\n丙。\n", "# 甲\n\n## 乙\n\n丙。\n"),
    "bold words": ("# 甲\n\n__乙__的**1992**年 *丙* 丁\n", "# 甲\n\n乙的1992年丙丁\n"),
    "snake_case and sums": ("a_b_c 2*3*4 = 24", "a_b_c 2*3*4 = 24\n"),
    "figures are no marks": ("# 甲\n\n1.5萬人。\n\n2022. 年\n", "# 甲\n\n1.5萬人。\n\n2022. 年\n"),
    "a heading closed with marks": ("## 甲 ##\n", "## 甲\n"),
    "images": ("見![圖](a.png)一。", "見圖一。\n"),
    "nested items": ("1. 甲\n   - 乙\n     - 丙\n2. 丁\n", "1. 甲\n  - 乙\n    - 丙\n2. 丁\n"),
    "quotation marks": ("他說＂好＂，又說“不＂。", "他說“好”，又說“不”。\n"),
    "an open book title": (
        "# 甲\n\n《粵澳\n\n合作框架協議》已簽\n",
        "# 甲\n\n《粵澳合作框架協議》已簽\n",
    ),
    "radicals and compatibility ideographs": ("⽬前⼀⺠ 更\uf901", "目前一民更更\n"),
    "kinds of white space": ("\ufeff甲\u3000乙\u200b丙\u00a0CEPA", "甲乙丙 CEPA\n"),
    "kinds of line ends": ("# 甲\r\n乙。\r丙。\u2028丁。\n", "# 甲\n\n乙。\n丙。\n丁。\n"),
    "spaces between figures and Chinese": (
        "# 甲\n\n成立 20 周年 CEPA\n",
        "# 甲\n\n成立20周年 CEPA\n",
    ),
    "nothing": ("", ""),
    "blanks": (" \n\t\n\u3000\n", ""),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_one_repair_at_a_time(source, expected):
    assert clean(source).text == expected
    assert clean(expected).text == expected


@pytest.mark.parametrize("path", [PAGE, PLAN, *RENDITIONS], ids=lambda p: p.name)
def test_line_numbers_point_into_the_source(path):
    source = path.read_text(encoding="utf-8")
    cleaned = clean(source)
    rows = source.split("\n")
    filled = [line for line in cleaned.text.split("\n") if line]
    assert len(filled) == len(cleaned.lines)
    for line, number in zip(filled, cleaned.lines, strict=True):
        assert (
            stripped(rows[number - 1]).replace("＂", "”")[:12]
            == (stripped(line).replace("“", "“")[: len(stripped(rows[number - 1])[:12])])
        )


# Text as documents have it, with every kind of mark that the cleaner knows.
_HAN = st.text(
    "澳門內地經貿合作一二三第條章節年會的与葡语国家，。：；、“”《》（）＂2０1.…",
    min_size=1,
    max_size=30,
)
_LATIN = st.lists(
    st.sampled_from(
        "Macao the CEPA trade 2022 28.5% of in Agreement, signed. “Belt and Road” co- US$1 a*b "
        "x_y_z <5 > & &amp; (GMP) 1.5 No. é".split(" ")
    ),
    min_size=1,
    max_size=14,
).map(" ".join)
_TEXT = _HAN | _LATIN | st.tuples(_HAN, _LATIN).map(" ".join)
_WRAPS = (
    *("# %s", "### %s ##", "- %s", "  * %s", "    • %s", "3. %s", "1.%s", "（2）%s", "  (3) %s"),
    *("一、%s", "（二）%s", "II. %s", "第一章%s", "第三條 %s", "**%s**", "<b>%s</b>", "__%s__"),
    *("前**%s**後", "a *%s* b", "[%s](#)", "見[%s](http://a.b/c_(d))", "# 題\n[題](#)\n%s"),
    *("![%s](a.png)", "| %s | 2 |\n|---|---|\n| 3 |  |", "<p>%s</p>", '<div class="x">%s</div>'),
    *("<script>%s</script>", "<!-- %s -->", "    %s", "> %s", "%s\n---", "%s\n\n", "%s  "),
    *("1.\n%s", "-\n%s", "# - %s", "- # %s", "[[%s](#)](#)", "&lt;b&gt;%s", "&amp;lt;b>%s", "%s"),
)


@st.composite
def _wrapped(draw):
    long = draw(st.text("澳門內地經貿合作，。的与葡", min_size=40, max_size=120))
    columns = draw(st.sampled_from([20, 30]))
    pieces = [long[i : i + columns] for i in range(0, len(long), columns)]
    return draw(st.sampled_from(["\n", "\n\n", " \n"])).join(pieces)


_LINE = st.tuples(st.sampled_from(_WRAPS), _TEXT).map(lambda p: p[0].replace("%s", p[1]))
DOCUMENTS = st.lists(_LINE | _wrapped(), max_size=20).map("\n".join)


def _unchanged(source):
    once = clean(source)
    assert clean(once.text).text == once.text
    filled = [line for line in once.text.split("\n") if line]
    assert len(filled) == len(once.lines)
    assert list(once.lines) == sorted(once.lines)
    assert all(
        1 <= n <= len(re.split(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]", source))
        for n in once.lines
    )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once_for_any_text(source):
    _unchanged(source)


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        "a b\n\n#-*_1.2)（一）、[]()<b>/|!&;“”＂。，:\u200b\u00ad\u3000\xa0澳門\u0301é\t\r",
        max_size=60,
    )
)
def test_cleaning_twice_is_cleaning_once_for_any_marks(source):
    _unchanged(source)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS)
def test_cleaning_twice_is_cleaning_once_for_documents(source):
    _unchanged(source)


# Marks whose own words are known, so that what must be left can be said without the cleaner.
_PLAIN = (
    *("# %s", "- %s", "  * %s", "3. %s", "（2）%s", "一、%s", "**%s**", "<b>%s</b>", "前**%s**後"),
    *("見[%s](http://a.b)", "![%s](a.png)", "| %s | 2 |", "<p>%s</p>", "    %s", "%s\n", "%s"),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLAIN), _TEXT), max_size=15))
def test_no_word_of_a_generated_document_is_lost_or_moved(rows):
    source = "\n".join(mark.replace("%s", words) for mark, words in rows)
    said = "".join(
        re.sub(r"\(http://a\.b\)|\(a\.png\)|</?[bp]>", "", mark).replace("%s", words)
        for mark, words in rows
    )

    def words(text):
        return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", html.unescape(text)))

    assert words(clean(source).text) == words(said)
