"""A text that is a document as it stands: one paragraph, nothing cleaned, offsets unchanged."""

from __future__ import annotations

import hashlib

from corpus.language import document_language
from corpus.records import Block, Document, Language


def plain_document(
    doc_id: str, text: str, title: str = "", language: Language | None = None
) -> Document:
    """Make a document of a text that comes without structure, such as a row of a test collection.

    `language` None means: recognise it.
    """
    return Document(
        doc_id=doc_id,
        title=title,
        language=language or document_language(text),
        text=text,
        revision=text_revision(text),
        blocks=(Block("paragraph", 0, len(text)),),
        source=doc_id,
    )


def text_revision(text: str) -> str:
    """The revision of a document: a hash of its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
