"""Splitting: a document becomes passages along its own structure.

Every list item, numbered measure and paragraph is a passage; lines that stand together (an
unmarked list) are one. A heading without content, a bare link and a label are no evidence for
anything and give no passage.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from corpus.dates import Period, read_dates
from corpus.lines import is_label
from corpus.records import Block, Document, Language, Locator, Passage
from corpus.sentences import is_lead_in, sentences

LONG = 480
"""Characters from which a block is split at sentence ends."""
PIECE = 320
"""Characters that a piece of a long block aims at."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Blocks that make one passage, with what stands over them; blocks go by their numbers."""

    first: int
    last: int
    path: tuple[int, ...]
    lead: int | None
    list_id: str


def split(document: Document, longest: int = LONG) -> tuple[Passage, ...]:
    """Split a document into passages, in order; their ids are hashes of what they say and where.

    A block longer than `longest` characters is split at sentence ends; its heading path and lead-in
    are repeated in what is indexed, not in what is quoted.
    """
    passages: list[Passage] = []
    for unit in _units(document):
        first, last = document.blocks[unit.first], document.blocks[unit.last]
        if first.kind == last.kind == "link" or not _is_evidence(document, first, last):
            continue
        spans = _pieces(document.text, first.start, last.end, longest)
        renditions = _renditions(document, unit, spans)
        for (start, end), rendition in zip(spans, renditions, strict=True):
            passages.append(_passage(document, unit, start, end, rendition))
    return _with_ids(passages)


def _units(document: Document) -> list[_Unit]:
    blocks = document.blocks
    units: list[_Unit] = []
    path: list[int] = []
    leads: list[tuple[int, str, int | None, str]] = []  # level, kind of mark, lead-in, list id
    i = 0
    while i < len(blocks):
        block = blocks[i]
        if block.kind == "heading":
            path = [h for h in path if blocks[h].level < block.level] + [i]
            leads = []
            i += 1
            continue
        j = i
        lead: int | None = None
        list_id = ""
        if block.kind == "item":
            style = "-" if block.marker == "-" else "1"
            leads = [entry for entry in leads if entry[0] <= block.level]
            if not leads or leads[-1][0] < block.level or leads[-1][1] != style:
                leads = [entry for entry in leads if entry[0] < block.level]
                leads.append((block.level, style, _lead_before(document, i), f"{block.start}"))
            lead, list_id = leads[-1][2], leads[-1][3]
        else:
            leads = []
            if block.kind == "line":
                while (
                    j + 1 < len(blocks)
                    and blocks[j + 1].kind == "line"
                    and "\n\n" not in (document.text[blocks[j].end : blocks[j + 1].start])
                ):
                    j += 1
                lead, list_id = _lead_before(document, i), f"{block.start}"
            else:
                lead = _lead_before(document, i)
        units.append(_Unit(i, j, tuple(path), lead, list_id))
        i = j + 1
    return units


def _lead_before(document: Document, i: int) -> int | None:
    """The block that introduces block `i`: the one before, if it ends in a colon."""
    if i == 0 or document.blocks[i - 1].kind == "heading":
        return None
    return i - 1 if is_lead_in(_words(document, i - 1)) else None


def _words(document: Document, i: int) -> str:
    return document.text[document.blocks[i].start : document.blocks[i].end]


def _last_sentence(text: str) -> str:
    spans = sentences(text)
    return text[spans[-1][0] : spans[-1][1]] if spans else ""


def _contexts(document: Document, unit: _Unit) -> dict[Language, str]:
    """Headings and lead-in of a unit in the languages of the renditions."""
    out: dict[Language, str] = {}
    for language, texts in document.renditions.items():
        parts = [texts[h] for h in unit.path]
        if unit.lead is not None:
            parts.append(_last_sentence(texts[unit.lead]))
        out[language] = "\n".join(dict.fromkeys(parts))
    return out


def _is_evidence(document: Document, first: Block, last: Block) -> bool:
    """Whether blocks say anything: a lone label or a repeated heading does not."""
    if first.kind == "paragraph" and first is last:
        words = document.text[first.start : first.end]
        return not is_label(words)
    return True


def _pieces(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """Spans of at most about `PIECE` characters that end where sentences end."""
    if end - start <= longest:
        return [(start, end)]
    pieces: list[tuple[int, int]] = []
    for a, b in sentences(text[start:end]):
        if pieces and start + b - pieces[-1][0] <= PIECE:
            pieces[-1] = (pieces[-1][0], start + b)
        else:
            pieces.append((start + a, start + b))
    return pieces


def _renditions(
    document: Document, unit: _Unit, spans: list[tuple[int, int]]
) -> list[dict[Language, str]]:
    """The renditions of each piece of a unit.

    A piece of a split block gets the sentences at its own places, where block and rendition have
    equally many; otherwise it gets the rendition of the whole block.
    """
    out: list[dict[Language, str]] = [{} for _ in spans]
    blocks = document.blocks[unit.first : unit.last + 1]
    for language, texts in document.renditions.items():
        whole = "\n".join(texts[unit.first : unit.last + 1])
        ends = [e for _, e in sentences(document.text[blocks[0].start : blocks[-1].end])]
        parts = sentences(whole)
        for k, (start, end) in enumerate(spans):
            text = whole
            if len(spans) > 1 and len(parts) == len(ends):
                base = blocks[0].start
                mine = [p for p, e in zip(parts, ends, strict=True) if start < base + e <= end]
                text = whole[mine[0][0] : mine[-1][1]]
            out[k][language] = text
    return out


def _passage(
    document: Document, unit: _Unit, start: int, end: int, renditions: dict[Language, str]
) -> Passage:
    text = document.text[start:end]
    block = document.blocks[unit.first]
    periods = [p for p in read_dates(text, document.language) if p.start is not None]
    line = document.lines[unit.first] if unit.first < len(document.lines) else None
    return Passage(
        passage_id="",
        doc_id=document.doc_id,
        title=document.title,
        language=document.language,
        revision=document.revision,
        heading_path=tuple(_words(document, h) for h in unit.path),
        text=text,
        start=start,
        end=end,
        locator=Locator(block.page, line),
        lead_in="" if unit.lead is None else _last_sentence(_words(document, unit.lead)),
        list_id=f"{document.doc_id}:{unit.list_id}" if unit.list_id else "",
        ordinal=block.marker if block.kind == "item" and block.marker != "-" else "",
        periods=tuple(dict.fromkeys(p.iso for p in periods)),
        as_of=_as_of(text, periods) or document.as_of,
        url=document.url,
        renditions=renditions,
        contexts=_contexts(document, unit),
    )


def _as_of(text: str, periods: list[Period]) -> date | None:
    """The end of the latest period that a text speaks of; a mere beginning (自2004年起) is none.

    A range has an end of its own, however it begins (`from 2019 to 2022`).
    """
    ends = [
        p.end
        for p in periods
        if p.end is not None
        and (p.kind == "range" or not _only_begins(text[: p.span_start], text[p.span_end :]))
    ]
    return max(ends, default=None)


def _only_begins(before: str, after: str) -> bool:
    """Whether the words around a date make it the beginning of something that goes on."""
    return bool(
        re.match(r"\s*(?:起|开始|開始|以来|以來)", after)
        or re.search(r"(?:[自从從]|\b(?:since|from|desde|a partir de)\s)\s*$", before, re.I)
    )


def _with_ids(passages: list[Passage]) -> tuple[Passage, ...]:
    """Give each passage the hash of its document, context and text, and of how often it occurs."""
    seen: Counter[str] = Counter()
    out: list[Passage] = []
    for passage in passages:
        key = "\x1f".join([passage.doc_id, passage.context, passage.text])
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\x1f{seen[key]}".encode()).hexdigest()[:16]
        out.append(replace(passage, passage_id=digest))
    return tuple(out)
