"""Splitting: what becomes a passage, where it stands, what introduces it, and when it holds."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.blocks import read_blocks
from corpus.clean import clean
from corpus.load import load_document, load_folder
from corpus.records import Document
from corpus.sentences import sentences
from corpus.settings import BUNDLED_SOURCES
from corpus.split import LONG, PIECE, split


@pytest.fixture(scope="module")
def documents():
    return {d.doc_id: d for d in load_folder(BUNDLED_SOURCES).documents}


@pytest.fixture(scope="module")
def page(documents):
    return split(documents["regional-cooperation"])


@pytest.fixture(scope="module")
def plan(documents):
    return split(documents["belt-and-road-2023"])


def document_of(text, language="zh-Hant", **changes):
    """A document as the loader makes it, from a text."""
    cleaned = clean(text)
    return replace(
        Document(
            doc_id="d",
            title="題",
            language=language,
            text=cleaned.text,
            revision="r",
            blocks=read_blocks(cleaned.text),
            source="d.md",
            lines=cleaned.lines,
        ),
        **changes,
    )


def starting(passages, words):
    (found,) = [p for p in passages if p.text.startswith(words)]
    return found


def test_each_measure_is_a_passage_with_its_number_and_headings(plan):
    title = "实施《关于支持澳门全面参与和助力“一带一路”建设的安排》2023年重点工作"
    assert [p.number for p in plan] == list(range(1, 24))
    assert [p.ordinal for p in plan] == [f"{n}." for n in range(1, 24)]
    parts = {
        "一、金融领域合作": range(1, 5),
        "二、经贸交流与合作": range(5, 12),
        "三、民心相通": range(12, 20),
        "四、与粤港澳大湾区其他城市合作": range(20, 23),
        "五、机制安排": range(23, 24),
    }
    for heading, numbers in parts.items():
        own = [p for p in plan if p.number in numbers]
        assert {p.heading_path for p in own} == {(title, heading)}
        assert len({p.list_id for p in own}) == 1
        assert all(p.section == f"{title} › {heading}" for p in own)
    assert len({p.list_id for p in plan}) == len(parts)


def test_the_four_agreements_have_their_lead_in(page):
    lead = (
        "《內地與澳門關於建立更緊密經貿關係的安排》（CEPA）自2004年起實施，經過多次充實，"
        "目前主要涵蓋四大方面："
    )
    agreements = [p for p in page if p.lead_in]
    assert [p.number for p in agreements] == [1, 2, 3, 4]
    assert {p.lead_in for p in agreements} == {lead}
    assert len({p.list_id for p in agreements}) == 1
    assert [p.text.split("：")[0] for p in agreements] == [
        *("貨物貿易", "服務貿易", "投資", "經濟技術合作"),
    ]
    for passage in agreements:
        assert passage.context == f"區域合作\n與內地經貿關係\n{lead}"
        assert lead not in passage.text


def test_nested_bullets_are_passages_of_a_list_of_their_own(page):
    nested = [starting(page, "隨着《泛珠三角"), starting(page, "進一步融入國家發展大局，參與")]
    assert nested[0].list_id == nested[1].list_id
    assert nested[0].list_id not in {p.list_id for p in page if p not in nested}
    assert [p.lead_in for p in nested] == ["", ""]
    assert {p.heading_path for p in nested} == {("區域合作", "與內地經貿關係")}


def test_lines_that_stand_together_are_one_passage(page):
    countries = starting(page, "安哥拉")
    assert countries.text.split("\n") == (
        "安哥拉 巴西 佛得角 幾內亞比紹 赤道幾內亞 莫桑比克 葡萄牙 聖多美和普林西比 東帝汶".split()
    )
    assert countries.heading_path == ("與葡語國家經貿關係", "葡語國家")
    offices = starting(page, "澳門駐里斯本")
    assert offices.text.split("\n") == [
        "澳門駐里斯本經濟貿易辦事處",
        "澳門駐布魯塞爾歐盟經濟貿易辦事處",
        "澳門駐世界貿易組織經濟貿易辦事處（日內瓦）",
    ]
    assert offices.heading_path == ("區域合作", "與歐盟經貿關係", "特區政府駐歐洲的三個辦事處")
    assert offices.renditions["en"].count("\n") == countries.renditions["pt"].count("\n") - 6 == 2


def test_what_says_nothing_gives_no_passage(page):
    assert len(page) == 26
    assert not any("GMP" in p.text or p.text == "區域合作" for p in page)
    assert not any("一小時生活圈" in (*p.heading_path, p.text) for p in page)


@pytest.mark.parametrize("doc_id", ["regional-cooperation", "belt-and-road-2023"])
def test_passages_are_cut_from_the_text_in_order(documents, doc_id):
    document = documents[doc_id]
    passages = split(document)
    at = 0
    for passage in passages:
        assert at <= passage.start < passage.end
        assert passage.text == document.text[passage.start : passage.end]
        assert (passage.doc_id, passage.title) == (doc_id, document.title)
        assert (passage.revision, passage.language) == (document.revision, document.language)
        at = passage.end
    assert len({p.passage_id for p in passages}) == len(passages)
    assert split(document) == passages


def test_every_word_of_the_text_is_in_a_passage_a_heading_or_a_label(documents):
    for document in documents.values():
        passages = split(document)
        for block in document.blocks:
            if block.kind in ("heading", "link"):
                continue
            assert any(p.start <= block.start and block.end <= p.end for p in passages)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("regional-cooperation", ".zh-Hant.md"), ("belt-and-road-2023", ".zh-Hans.txt")],
)
def test_locators_point_to_the_line_of_the_source(documents, name, suffix):
    rows = (BUNDLED_SOURCES / (name + suffix)).read_text("utf-8").split("\n")
    for passage in split(documents[name]):
        row = unicodedata.normalize("NFC", rows[passage.locator.line - 1])
        row = row.replace("**", "").replace(" ", "").replace("＂", "”")
        assert passage.text.split("\n")[0][:8].replace(" ", "") in row
        assert row.lstrip("-").startswith(passage.ordinal)
        assert passage.locator.page is None


PERIODS = {
    "內地是澳門第二大": (("2022",), date(2022, 12, 31)),
    "截至2022年底，內地": (("2022-12-31",), date(2022, 12, 31)),
    "《內地與澳門關於建立更緊密": (("2004",), None),
    "服務貿易：": (("2020-06-01", "2023-11"), date(2023, 11, 30)),
    "貨物貿易：": (("2019-01",), date(2019, 1, 31)),
    "投資：": (("2018-01-01",), date(2018, 1, 1)),
    "歐盟-澳門混合委員會": (("2019", "1995"), date(2019, 12, 31)),
    "由中央政府發起": (("2003-10", "2022-04"), date(2022, 4, 30)),
    "中葡合作發展基金": (("2017-06",), date(2017, 6, 30)),
    "基於歷史淵源": ((), None),
    "安哥拉": ((), None),
}


@pytest.mark.parametrize("words", PERIODS)
def test_periods_and_as_of(page, words):
    passage = starting(page, words)
    assert (passage.periods, passage.as_of) == PERIODS[words]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("自2004年起實施。", "zh-Hant", None),
        ("自2004年1月1日實施以來。", "zh-Hant", None),
        ("从2004年开始。", "zh-Hans", None),
        ("2004年以來。", "zh-Hant", None),
        ("In force since 2004.", "en", None),
        ("Em vigor desde 2004.", "pt", None),
        ("自2004年起，2022年達10億。", "zh-Hant", date(2022, 12, 31)),
        ("It grew from 2019 to 2022.", "en", date(2022, 12, 31)),
        ("Cresceu desde 2019 até 2022.", "pt", date(2022, 12, 31)),
        ("由2019年至2022年增長。", "zh-Hant", date(2022, 12, 31)),
        ("於2020年6月1日實施。", "zh-Hant", date(2020, 6, 1)),
        ("As at the end of 2022, 5.", "en", date(2022, 12, 31)),
        ("2024年2月有5個。", "zh-Hant", date(2024, 2, 29)),
        ("去年有5個。", "zh-Hant", None),
    ],
)
def test_as_of(text, language, expected):
    (passage,) = split(document_of(text, language))
    assert passage.as_of == expected
    (passage,) = split(document_of(text, language, as_of=date(2001, 2, 3)))
    assert passage.as_of == (expected or date(2001, 2, 3))


def test_ids_change_only_where_the_text_does(documents, tmp_path):
    source = (BUNDLED_SOURCES / "regional-cooperation.zh-Hant.md").read_text("utf-8")
    assert source.count("437.6億澳門元") == 1
    changed = source.replace("437.6億澳門元", "450.1億澳門元").replace(
        "# 區域合作\n", "# 區域合作\n\n新增一段。\n", 1
    )
    file = tmp_path / "regional-cooperation.zh-Hant.md"
    file.write_text(changed, encoding="utf-8")
    before = split(documents["regional-cooperation"])
    after = split(load_document("regional-cooperation", [file])[0])
    old = {p.passage_id: p.text for p in before}
    new = {p.passage_id: p.text for p in after}
    assert [t[:4] for i, t in old.items() if i not in new] == ["內地是澳"]
    assert sorted(t[:4] for i, t in new.items() if i not in old) == ["內地是澳", "新增一段"]
    assert before[0].revision != after[0].revision


def test_ids_tell_documents_headings_and_repetitions_apart():
    text = "# 題\n\n## 甲\n\n同一句。\n\n同一句。\n\n## 乙\n\n同一句。\n"
    ids = [p.passage_id for p in split(document_of(text))]
    assert len(set(ids)) == 3
    assert not set(ids) & {p.passage_id for p in split(document_of(text, doc_id="e"))}


def long_document(renditions=None):
    body = "".join(
        f"第{n}項是一句長度適中而且帶有數字{n}的話，用來說明分段的方法。" for n in range(1, 31)
    )
    text = f"# 題\n\n## 節\n\n工作包括：\n\n1. {body}\n2. 短的一項。\n"
    return document_of(text, renditions=renditions or {}), body


def test_a_long_block_is_split_at_sentence_ends():
    document, body = long_document()
    *pieces, last = [p for p in split(document) if p.ordinal]
    assert len(body) > LONG
    assert "".join(p.text for p in pieces) == body
    assert len(pieces) > 2
    for piece in pieces:
        assert len(piece.text) <= PIECE
        assert piece.text.endswith("。")
        assert piece.lead_in == "工作包括："
        assert "工作包括" not in piece.text
        assert piece.context == "題\n節\n工作包括："
        assert piece.text == document.text[piece.start : piece.end]
        assert (piece.ordinal, piece.list_id) == ("1.", last.list_id)
    assert len({p.passage_id for p in pieces}) == len(pieces)


def test_the_pieces_of_a_long_block_have_the_sentences_of_its_rendition():
    english = "".join(f"Sentence {n} says what it says. " for n in range(1, 31)).strip()
    document, _ = long_document()
    texts = ("T", "S", "The work includes:", english, "Short.")
    document = replace(document, renditions={"en": texts})
    pieces = [p for p in split(document) if p.ordinal == "1."]
    assert " ".join(p.renditions["en"] for p in pieces) == english
    assert [len(sentences(p.text)) for p in pieces] == [
        len(sentences(p.renditions["en"])) for p in pieces
    ]
    assert pieces[0].contexts == {"en": "T\nS\nThe work includes:"}
    # Sentences that do not pair off: each piece has the whole of it.
    texts = ("T", "S", "The work includes:", "One sentence only.", "Short.")
    pieces = [p for p in split(replace(document, renditions={"en": texts})) if p.ordinal == "1."]
    assert {p.renditions["en"] for p in pieces} == {"One sentence only."}


def test_a_list_goes_on_after_a_nested_one():
    passages = split(
        document_of("工作有：\n\n- 甲項包括：\n  - 乙。\n  - 丙。\n- 丁。\n\n另一段。\n\n- 戊。\n")
    )
    leads = {p.text: p.lead_in for p in passages}
    assert leads == {
        "工作有：": "",
        "甲項包括：": "工作有：",
        "乙。": "甲項包括：",
        "丙。": "甲項包括：",
        "丁。": "工作有：",
        "另一段。": "",
        "戊。": "",
    }
    lists = {p.text: p.list_id for p in passages}
    assert lists["甲項包括："] == lists["丁。"] != lists["乙。"] == lists["丙。"]
    assert lists["戊。"] not in (lists["丁。"], lists["乙。"], "")


def test_a_table_is_one_passage():
    (table,) = split(document_of("# 題\n\n| 年 | 額 |\n|---|---|\n| 2021 | 9 |\n| 2022 | 8 |\n"))
    assert table.text == "| 年 | 額 |\n| 2021 | 9 |\n| 2022 | 8 |"
    assert table.locator.line == 3


def test_renditions_and_contexts_go_with_their_passages(page, plan):
    for passage in (*page, *plan):
        assert set(passage.renditions) == set(passage.contexts) == {"en", "pt"}
        assert all(passage.renditions.values())
    goods = starting(page, "貨物貿易：")
    assert goods.renditions["en"].startswith("Trade in goods: the CEPA Agreement")
    assert goods.contexts["en"].split("\n")[:2] == [
        "Regional co-operation",
        "Economic and trade relations with the Mainland",
    ]
    assert goods.contexts["en"].endswith("now mainly covers four areas:")


@settings(max_examples=100, deadline=None)
@given(st.text("# -1.)\n澳門2022年，。：|", max_size=400))
def test_any_text_splits_into_true_quotes(text):
    document = document_of(text)
    passages = split(document)
    assert all(p.text == document.text[p.start : p.end] != "" for p in passages)
    assert len({p.passage_id for p in passages}) == len(passages)
