"""The bundled renditions: aligned, with every figure and every official name."""

from __future__ import annotations

import re

import pytest

from corpus.blocks import read_blocks
from corpus.clean import clean
from corpus.fold import fold
from corpus.glossary import load_lexicon
from corpus.load import load_folder
from corpus.numbers import figures_agree
from corpus.settings import BUNDLED_GLOSSARY, BUNDLED_SOURCES

COLLECTION = load_folder(BUNDLED_SOURCES)
PAIRS = [(d, language) for d in COLLECTION.documents for language in ("en", "pt")]
KINDS = {"agreement", "institution", "fund", "event", "programme"}

# Forms that the original uses and whose rendition rightly says them in another way, by reason.
SHORT = "a short form in the original is rendered as short; the glossary gives the full name only"
FULL = "written out in the original and so in the rendition, where the glossary says Forum Macao"
COMMON = "common nouns here, in lower case, not the title of an agreement, a body or an event"
SHARED = "one noun serves several names, as in the original"
EXCEPTIONS = {
    "中葡平台": ("en pt", SHORT),
    "貿易及合作協議": ("en", SHORT),
    "多元文化共存的交流合作基地": ("en pt", SHORT),
    "中國－葡語國家經貿合作論壇（澳門）部長級會議": ("en pt", FULL),
    "中國－葡語國家經貿合作論壇部長級特別會議": ("en", FULL),
    "中葡论坛成立20周年系列活动": ("en pt", COMMON),
    "反清洗黑钱或反恐怖融资合作协议": ("en pt", COMMON),
    "聯席會議": ("pt", COMMON),
    "專責工作組": ("pt", COMMON),
    "論壇常設秘書處": ("en pt", SHARED),
    "閩澳": ("en pt", SHARED),
    "京澳": ("en pt", SHARED),
    "滬澳": ("en pt", SHARED),
    "川澳": ("en pt", SHARED),
}


def blocks_of(document, language):
    """Number, original and rendition of each block."""
    return [
        (n, document.text[b.start : b.end], document.renditions[language][n])
        for n, b in enumerate(document.blocks)
    ]


def id_of(value):
    return value if isinstance(value, str) else value.doc_id


def test_both_documents_have_both_renditions():
    assert COLLECTION.skipped == ()
    assert [(d.doc_id, set(d.renditions)) for d in COLLECTION.documents] == [
        ("belt-and-road-2023", {"en", "pt"}),
        ("regional-cooperation", {"en", "pt"}),
    ]


@pytest.mark.parametrize(("document", "language"), PAIRS, ids=id_of)
def test_blocks_are_aligned(document, language):
    file = BUNDLED_SOURCES / f"{document.doc_id}.{language}.md"
    text = clean(file.read_text("utf-8")).text
    own = read_blocks(text)
    # A label (the kind `link`) may be too long for one in another language.
    kinds = {"link": "paragraph"}
    shapes = [[(kinds.get(b.kind, b.kind), b.level) for b in x] for x in (own, document.blocks)]
    assert shapes[0] == shapes[1]
    assert [b.marker for b in own] == [b.marker for b in document.blocks]
    assert tuple(text[b.start : b.end] for b in own) == document.renditions[language]


@pytest.mark.parametrize(("document", "language"), PAIRS, ids=id_of)
def test_every_figure_stands_in_the_rendition_and_no_other(document, language):
    wrong = {
        n: faults
        for n, original, rendition in blocks_of(document, language)
        if (faults := figures_agree(original, rendition, document.language, language))
    }
    assert wrong == {}


@pytest.mark.parametrize(("document", "language"), PAIRS, ids=id_of)
def test_a_figure_that_is_changed_is_noticed(document, language):
    noticed = tried = 0
    for _, original, rendition in blocks_of(document, language):
        for match in re.finditer(r"\d+(?=[^\d]*$)", rendition):
            changed = rendition[: match.start()] + "7" + rendition[match.start() :]
            tried += 1
            noticed += bool(figures_agree(original, changed, document.language, language))
    assert noticed == tried > 0


@pytest.mark.parametrize(("document", "language"), PAIRS, ids=id_of)
def test_renditions_hold_no_chinese(document, language):
    for rendition in document.renditions[language]:
        assert not re.search(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff5e]", rendition)
        assert rendition == rendition.strip() != ""


def missing_names(document, language):
    """Names of the original without any of their forms in the rendition, with the block."""
    lexicon = load_lexicon(BUNDLED_GLOSSARY)
    missing = []
    for n, original, rendition in blocks_of(document, language):
        there = {m.term.id for m in lexicon.all_mentions(fold(rendition))}
        for mention in lexicon.mentions(original):
            if mention.term.kind in KINDS and mention.term.id not in there:
                missing.append((n, original, mention))
    return missing


@pytest.mark.parametrize(("document", "language"), PAIRS, ids=id_of)
def test_official_names_stand_in_the_renditions(document, language):
    allowed = {fold(name) for name, (where, _) in EXCEPTIONS.items() if language in where.split()}
    missing = [
        (n, mention.term.names["zh-Hant"], mention.term.names[language])
        for n, original, mention in missing_names(document, language)
        if fold(original)[mention.start : mention.end] not in allowed
    ]
    assert missing == []


def test_no_exception_is_idle():
    needed = {
        (language, fold(original)[m.start : m.end])
        for document, language in PAIRS
        for _, original, m in missing_names(document, language)
    }
    assert {
        (language, fold(name))
        for name, (where, _) in EXCEPTIONS.items()
        for language in where.split()
    } <= needed


def test_names_are_looked_for_in_earnest():
    lexicon = load_lexicon(BUNDLED_GLOSSARY)
    found = {
        mention.term.id
        for document in COLLECTION.documents
        for block in document.blocks
        for mention in lexicon.mentions(document.text[block.start : block.end])
        if mention.term.kind in KINDS
    }
    assert len(found) > 30
