"""Shared by the tests of the index: one encoder, one small collection."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from corpus.records import Block, Document, Locator, Passage
from corpus.settings import Settings
from index.build import build_index
from index.encoder import load_encoder
from index.models import describe_model
from index.segment import Segmenter

TEXTS = {
    "framework": (
        "粵澳合作框架協議",
        (
            "《粵澳合作框架協議》於2011年3月6日簽署。",
            "截至2022年12月31日，雙方共推進153個合作項目，總投資1,015.2億元。",
            "雙方每年召開一次聯席會議。",
        ),
    ),
    "hengqin": (
        "橫琴粵澳深度合作區",
        (
            "合作區實行粵澳共商共建共管共享的新體制。",
            "合作區內的澳資企業超過六千家。",
        ),
    ),
    "forum": (
        "中國與葡語國家經貿合作論壇",
        ("論壇常設秘書處設於澳門。",),
    ),
}
ENGLISH = {"論壇常設秘書處設於澳門。": "The permanent secretariat of the forum is in Macao."}
NAMES = ("粵澳合作框架協議", "橫琴粵澳深度合作區", "葡語國家")


def make_collection(
    texts: dict[str, tuple[str, tuple[str, ...]]] = TEXTS,
) -> tuple[list[Document], list[Passage]]:
    """Records as the corpus makes them, built by hand."""
    documents, passages = [], []
    for doc_id, (title, paragraphs) in texts.items():
        text = "\n".join((title, *paragraphs))
        blocks = [Block("heading", 0, len(title), level=1, marker="# ")]
        at = len(title) + 1
        for line, paragraph in enumerate(paragraphs, start=2):
            blocks.append(Block("paragraph", at, at + len(paragraph)))
            english = ENGLISH.get(paragraph)
            passages.append(
                Passage(
                    passage_id=f"{doc_id}-{line}",
                    doc_id=doc_id,
                    title=title,
                    language="zh-Hant",
                    revision=f"rev-{doc_id}",
                    heading_path=(),
                    text=paragraph,
                    start=at,
                    end=at + len(paragraph),
                    locator=Locator(line=line),
                    as_of=date(2022, 12, 31),
                    renditions={"en": english} if english else {},
                )
            )
            at += len(paragraph) + 1
        documents.append(
            Document(
                doc_id=doc_id,
                title=title,
                language="zh-Hant",
                text=text,
                revision=f"rev-{doc_id}",
                blocks=tuple(blocks),
                source=f"{doc_id}.zh-Hant.md",
                as_of=date(2022, 12, 31),
                lines=tuple(range(1, len(blocks) + 1)),
            )
        )
    return documents, passages


def with_url(documents: list[Document], url: str) -> list[Document]:
    """The same documents from elsewhere: other content, but no text to embed anew."""
    return [replace(document, url=url) for document in documents]


@pytest.fixture(scope="session")
def settings(cache):
    return Settings(cache=cache, precision="float32")


@pytest.fixture(scope="session")
def encoder(settings):
    return load_encoder(settings)


@pytest.fixture(scope="session")
def model(settings):
    return describe_model(settings)


@pytest.fixture(scope="session")
def segmenter(cache):
    return Segmenter(NAMES, cache)


@pytest.fixture(scope="session")
def collection():
    return make_collection()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def two_snapshots(tmp_path_factory, collection, encoder, model, segmenter):
    """An index with two snapshots that differ in the documents' addresses; not to be changed."""
    root = tmp_path_factory.mktemp("index")
    documents, passages = collection
    for version in ("https://example.org/1", "https://example.org/2"):
        build_index(with_url(documents, version), passages, lambda: encoder, model, segmenter, root)
    return root
