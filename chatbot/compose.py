"""Composing: readings become the statements of an answer, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatbot.evidence import Evidence
from chatbot.phrases import in_script, say
from chatbot.question import Query
from chatbot.reader import Reading, Span, quote_span
from corpus.records import Citation, Hit, Language, Passage
from corpus.sentences import is_lead_in, sentences
from index.stored import Snapshot

SENTENCES = 5
"""Sentences at most in an answer that tells about something."""
ITEMS = 12
"""Items at most of a list that is put together from several passages."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is checked: its text with [n] marks, and what the marks point to."""

    text: str
    citations: tuple[Citation, ...]
    short_answer: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence to be said, from one passage: the quote and what is said of it."""

    passage: Passage
    quote: Span
    text: str


def compose(
    query: Query, readings: Sequence[Reading], snapshot: Snapshot, evidence: Evidence
) -> Draft:
    """Put the answer together from readings, best first (at least one)."""
    top = readings[0]
    if _wants_list(query, top) and (draft := _list(query, top, snapshot, evidence)):
        return draft
    if query.kind == "definition":
        return _about(query, readings, evidence)
    lead = ""
    if query.kind == "yesno" and top.features.get("coverage", 0) > 0.95:
        has = any(w in query.folded for w in ("有没有", "有冇", "有无"))
        lead = say(query.language, "has" if has else "yes")
    if top.short:
        lead = in_script(top.short, query.language)
    return _draft(query, [_statement(query, top, evidence)], top.short, lead)


def _wants_list(query: Query, top: Reading) -> bool:
    """Whether the whole list is the answer rather than one figure, date or line of it."""
    if query.kind == "list":
        return True
    if query.kind in ("date", "place", "person", "yesno", "comparison"):
        return False
    if is_lead_in(top.hit.passage.text):
        counted = query.kind == "figure" and top.short and any(c.isdigit() for c in top.short)
        return not counted
    return query.kind in ("statement", "name", "definition") and bool(query.figures)


def compare(query: Query, parts: Sequence[tuple[str, Reading]], evidence: Evidence) -> Draft:
    """Put two or more readings side by side, each under the name of what it speaks of."""
    statements = [_statement(query, reading, evidence) for _, reading in parts]
    numbers, citations = _cite(statements, query.language)
    lines = [
        f"{in_script(name, query.language)}{say(query.language, 'colon')}"
        f"{in_script(s.text, query.language)} [{n}]"
        for (name, _), s, n in zip(parts, statements, numbers, strict=True)
    ]
    shorts = [in_script(r.short, query.language) for _, r in parts if r.short]
    short = say(query.language, "and").join(shorts) if len(shorts) == len(parts) else None
    return Draft("\n".join(lines), citations, short)


def _statement(query: Query, reading: Reading, evidence: Evidence) -> Statement:
    """The sentences of a reading that speak of the question, at most two in a row."""
    passage = reading.hit.passage
    if query.kind in ("figure", "date", "place", "name", "person", "comparison"):
        return Statement(passage, reading.quote, reading.text)
    text = reading.source
    spans = sentences(text)
    at = next((i for i, (a, _) in enumerate(spans) if a == reading.spans[0].start), 0)
    units = evidence.units(query)
    keep = [at]
    for i in (at - 1, at + 1):
        if 0 <= i < len(spans) and len(keep) < 3:
            side = evidence.side(text[spans[i][0] : spans[i][1]])
            if evidence.coverage(units, (side,))[0] >= 0.5:
                keep.append(i)
    first, last = min(keep), max(keep)
    begin = quote_span(passage, text, first, len(spans))
    end = quote_span(passage, text, last, len(spans))
    return Statement(passage, Span(begin.start, end.end), text[spans[first][0] : spans[last][1]])


def _about(query: Query, readings: Sequence[Reading], evidence: Evidence) -> Draft:
    """Two to five sentences on one subject, from several passages."""
    units = [u for u in evidence.units(query) if u.is_name] or list(evidence.units(query))
    statements: list[Statement] = []
    for reading in readings:
        if statements and reading.answerability < 0.35:
            continue
        text = reading.source
        spans = sentences(text)
        for i, (a, b) in enumerate(spans):
            side = evidence.side(text[a:b])
            mine = units and evidence.coverage(units, (side,))[0] >= 0.99
            if mine or (reading is readings[0] and a == reading.spans[0].start):
                quote = quote_span(reading.hit.passage, text, i, len(spans))
                statements.append(Statement(reading.hit.passage, quote, text[a:b]))
        if len(statements) >= 3:
            break
    return _draft(query, statements[:SENTENCES], None, "")


def _list(query: Query, top: Reading, snapshot: Snapshot, evidence: Evidence) -> Draft | None:
    """A complete list: lines that stand together, items under one lead-in, or an enumeration."""
    passage = top.hit.passage
    if "\n" in passage.text:
        names = [line.strip() for line in top.source.split("\n") if line.strip()]
        statement = Statement(
            passage, Span(0, len(passage.text)), "\n".join(f"- {n}" for n in names)
        )
        return _draft(query, [statement], _enumerated(names, query.language), "")
    items = _siblings(passage, snapshot)
    if items:
        lead = Statement(passage, top.quote, top.text)
        return _items(query, lead, [_head(item, query.language) for item in items])
    if query.kind == "list" and (items := _section(query, passage, snapshot, evidence)):
        return _items(query, None, [_head(item, query.language) for item in items])
    return None


def _enumerated(names: Sequence[str], language: Language) -> str:
    """Names in a row; semicolons keep apart those that have a comma of their own."""
    return ("; " if any(", " in name for name in names) else say(language, "and")).join(names)


def _items(query: Query, lead: Statement | None, heads: list[Statement]) -> Draft:
    """A list of items with a citation each, below the sentence that introduces them, if any."""
    said = [s.text.rstrip("：: ") for s in heads]
    numbers, citations = _cite([*([lead] if lead else []), *heads], query.language)
    lines = [f"{in_script(lead.text, query.language)} [{numbers[0]}]"] if lead else []
    lines += [
        f"- {in_script(text, query.language)} [{n}]"
        for text, n in zip(said, numbers[len(lines) :], strict=True)
    ]
    short = in_script(_enumerated(said, query.language), query.language) if lead else None
    return Draft("\n".join(lines), citations, short)


def _section(
    query: Query, passage: Passage, snapshot: Snapshot, evidence: Evidence
) -> list[Passage]:
    """All items of the section that a passage stands in, where the question asks for that.

    It does where the section's heading alone speaks of all that the question speaks of.
    """
    if not passage.list_id or not passage.heading_path:
        return []
    heading = passage.contexts.get(query.language, "").split("\n")[-1] or passage.heading_path[-1]
    sides = (evidence.side(heading), evidence.side(passage.heading_path[-1]))
    units = evidence.units(query)
    if not units or evidence.coverage(units, sides)[0] < 0.8:
        return []
    items = [p for p in snapshot.passages if p.list_id == passage.list_id]
    return items[:ITEMS] if len(items) > 1 else []


def _siblings(passage: Passage, snapshot: Snapshot) -> list[Passage]:
    """Items of the list that a passage introduces."""
    if not is_lead_in(passage.text):
        return []
    start, end = sentences(passage.text)[-1]
    lead = passage.text[start:end]
    return [p for p in snapshot.passages if p.doc_id == passage.doc_id and p.lead_in == lead][
        :ITEMS
    ]


def _head(passage: Passage, language: Language) -> Statement:
    """The head of a list item: what stands before its colon, else its first sentence."""
    text = passage.renditions.get(language, passage.text)
    head = re.match(r"[^：:.。]{1,80}[：:]", text)
    first = sentences(text)[0]
    said = head[0] if head else text[first[0] : first[1]]
    return Statement(passage, Span(*sentences(passage.text)[0]), said)


def _draft(query: Query, statements: Sequence[Statement], short: str | None, lead: str) -> Draft:
    """Number the statements and join them; `lead` stands before them on a line of its own."""
    numbers, citations = _cite(statements, query.language)
    lines = [lead] if lead else []
    lines += [
        f"{in_script(s.text, query.language)} [{n}]"
        for s, n in zip(statements, numbers, strict=True)
    ]
    return Draft("\n".join(lines), citations, in_script(short, query.language) if short else None)


def _cite(
    statements: Sequence[Statement], language: Language
) -> tuple[list[int], tuple[Citation, ...]]:
    """Citations of statements in order; equal quotes share a number."""
    citations: list[Citation] = []
    numbers: list[int] = []
    for s in statements:
        cited = citation(s.passage, s.quote, 0, language)
        same = next(
            (
                c.n
                for c in citations
                if (c.doc_id, c.start, c.end) == (cited.doc_id, cited.start, cited.end)
            ),
            None,
        )
        if same is None:
            same = len(citations) + 1
            citations.append(replace(cited, n=same))
        numbers.append(same)
    return numbers, tuple(citations)


def citation(passage: Passage, quote: Span, n: int, language: Language) -> Citation:
    """The citation of a part of a passage: the original, at its place in the document."""
    return Citation(
        n=n,
        doc_id=passage.doc_id,
        title=passage.title,
        section=passage.section,
        revision=passage.revision,
        quote=passage.text[quote.start : quote.end],
        start=passage.start + quote.start,
        end=passage.start + quote.end,
        passage_id=passage.passage_id,
        locator=passage.locator,
        as_of=passage.as_of,
        url=passage.url,
        rendition=passage.renditions.get(language),
    )


def nearest(hits: Sequence[Hit], n: int = 3) -> tuple[Hit, ...]:
    """The passages shown with a refusal."""
    return tuple(hits[:n])
