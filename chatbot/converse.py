"""Conversation: a follow-up becomes a standalone question.

Only what the user asked is carried over, never what was answered, so that no evidence leaks from
one turn into the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chatbot.question import Query, renumbered
from chatbot.smalltalk import smalltalk
from chatbot.wording import pattern
from corpus.fold import fold
from corpus.glossary import Mention
from corpus.records import Turn

Read = Callable[[str], Query]

TURNS = 6
"""Questions of the user, counted from the last, that a conversation is followed back."""

_LEAD = pattern("followup", "lead", r"^{}(?=[\s,，:：]|[^\x00-\x7f]|$)[\s,，:：]*")
_TAIL = re.compile(r"[\s]*(?:又如何|又点|又怎样|点啊|呢|咧|啊|呀)?[\s?？!！。.]*$")
_PRONOUN = pattern("followup", "pronoun")
_FILLER = pattern("followup", "filler", "(?i)^{}")
_REVERSED = pattern("followup", "reversed")
_NEXT = pattern("followup", "next")
_GEO = frozenset({"country", "place", "zone", "institution", "concept"})
_HOME = frozenset({"澳门", "澳门特别行政区"})
_RELATION = pattern("units", "share")
# What stands before Macao where something else is the subject (佔澳門…, invested in Macao).
_ASIDE = re.compile(
    r"(?:[对占与同和跟]|\b(?:to|into|with|para|com|e|and)(?: the)? |invest.{0,30}\b(?:in|em) )$"
)
_ARTICLE = re.compile(r"\b(?:the|o|a|os|as) $")


def standalone(question: str, history: Sequence[Turn], read: Read) -> str:
    """Return `question` as it would be asked without the conversation before it.

    `read` takes a question apart. A question that stands by itself is returned as it is.
    """
    asked = [t for t in history if t.role == "user" and smalltalk(t.content) is None][-TURNS:]
    before = ""
    for turn in asked:
        before = _resolve(turn.content, before, read)
    return _resolve(question, before, read)


def _resolve(question: str, before: str, read: Read) -> str:
    """Rewrite one question in the light of the standalone question before it."""
    question = " ".join(question.split())
    if not before or not question:
        return question
    now, then = read(question), read(before)
    lead = _LEAD.match(now.folded)
    focus = _TAIL.sub("", now.folded[lead.end() if lead else 0 :])
    if turned := _turn(focus, now, then):
        return turned
    ends = now.folded.rstrip("?？ ").endswith("呢")
    short = len(focus) <= (14 if now.is_chinese else 64 if lead else 40)
    asks = now.kind != "statement" or bool(now.periods and len(focus) > 12)
    if short and (lead or not asks or ends):
        if swapped := _substitute(focus, now, then, question):
            return swapped
        if now.ordinal is not None or (_own_names(now) and not lead and not ends):
            return question
        return _attach(_TAIL.sub("", question[lead.end() if lead else 0 :]), now, then)
    pronoun = _PRONOUN.search(now.folded)
    if pronoun and not _own_names(now):
        topic = _topic(then)
        return (
            _put(question, now, pronoun.start(), pronoun.end(), topic)
            if topic
            else (f"{before} {question}")
        )
    if (lead or (_is_elliptic(now) and not _of_home(now))) and not _own_names(now):
        return _attach(question[lead.end() if lead else 0 :], now, then)
    return question


def _turn(focus: str, now: Query, then: Query) -> str | None:
    """The question before with its two names exchanged, or about another item."""
    if len(then.folded) != len(then.text):
        return None
    if _REVERSED.search(focus):
        names = [
            m
            for m in then.mentions
            if m.term.is_name and m.term.kind in _GEO and m.term.kind != "concept"
        ]
        if len(names) >= 2:
            text = then.text
            a, b = (_with_article(then, m) for m in names[:2])
            return (
                text[: a[0]] + text[slice(*b)] + text[a[1] : b[0]] + text[slice(*a)] + text[b[1] :]
            )
    if then.ordinal is not None:
        if _NEXT.search(focus):
            return renumbered(then, then.ordinal + 1)
        if now.ordinal is not None and now.kind == "statement":
            return renumbered(then, now.ordinal)
    return None


def _with_article(query: Query, mention: Mention) -> tuple[int, int]:
    """The span of a name and of the article before it (the mainland)."""
    article = _ARTICLE.search(query.folded[: mention.start])
    return (article.start() if article else mention.start), mention.end


def _own_names(query: Query) -> list[Mention]:
    """Names in a question, Macao (which is in all of them) left out."""
    return [
        m for m in query.mentions
        if m.term.is_name and m.term.kind not in ("concept", "currency")
        and fold(m.term.names["zh-Hant"]) not in _HOME
    ]  # fmt: skip


def _of_home(query: Query) -> bool:
    """Whether a question is about Macao itself: it has a subject and needs no other.

    What asks for a share (佔澳門貿易額多少) or names Macao beside something unsaid (對澳門的投資)
    does not.
    """
    if _RELATION.search(query.folded):
        return False
    return any(
        fold(m.term.names.get("zh-Hant", "")) in _HOME
        and not _ASIDE.search(query.folded[: m.start])
        for m in query.mentions
    )


def _is_elliptic(query: Query) -> bool:
    """Whether a question is too short to have a subject of its own."""
    return len(query.terms) + len(query.words) <= 2


def _substitute(focus: str, now: Query, then: Query, question: str) -> str | None:
    """Put what is asked now in the place of its like in the question before."""
    if now.periods and then.periods and len(focus) <= 14:
        p, q = now.periods[0], then.periods[0]
        if len(then.folded) == len(then.text) and len(now.folded) == len(now.text):
            new = now.text[p.span_start : p.span_end]
            return then.text[: q.span_start] + new + then.text[q.span_end :]
    surface = _TAIL.sub("", question[len(question) - len(_after_lead(now.folded)) :])
    while (stripped := _FILLER.sub("", surface)) != surface:
        surface = stripped
    if now.is_chinese and len(fold(surface)) == len(surface):
        if (own := _PRONOUN.match(fold(surface))) and len(surface) > own.end() + 1:
            surface = surface[own.end() :]
        surface = surface.strip("的嘅") or surface
    mine = _own_names(now)
    for old in reversed(_own_names(then)):
        group = _GEO if old.term.kind in _GEO else {old.term.kind}
        like = any(m.term.kind in group and m.term != old.term for m in mine)
        if like or _same_head(fold(surface), then.folded[old.start : old.end]):
            return _put(then.text, then, old.start, old.end, surface)
    quantity = next((m for m in now.mentions if m.term.kind == "quantity"), None)
    if quantity and not mine:
        for old in then.mentions:
            if old.term.kind == "quantity" and old.term != quantity.term:
                return _put(then.text, then, old.start, old.end, surface)
    return None


def _after_lead(folded: str) -> str:
    lead = _LEAD.match(folded)
    return folded[lead.end() if lead else 0 :]


def _same_head(focus: str, old: str) -> bool:
    """Whether two names end in the same noun (投資協議 and 貨物貿易協議)."""
    if focus == old:
        return False
    if focus.isascii():
        return focus.split()[-1:] == old.split()[-1:] and len(focus.split()) > 1
    return len(focus) > 2 and focus[-2:] == old[-2:]


def _attach(focus: str, now: Query, then: Query) -> str:
    """Ask of the subject of the question before."""
    topic = _topic(then)
    years = "" if now.periods or not topic else " ".join(
        then.text[p.span_start : p.span_end] for p in then.periods[:1]
        if len(then.folded) == len(then.text)
    )  # fmt: skip
    gap = "" if now.is_chinese else " "
    return gap.join(part for part in (years, topic or then.text, focus) if part)


def _topic(query: Query) -> str:
    """The names that a question is about, first two; empty where it names nothing."""
    mentions = _own_names(query)
    if len(query.folded) != len(query.text):
        return " ".join(query.folded[m.start : m.end] for m in mentions[:2])
    return " ".join(dict.fromkeys(query.text[m.start : m.end] for m in mentions[:2]))


def _put(text: str, query: Query, start: int, end: int, new: str) -> str:
    """Replace a span of the folded question in the text, where both have one length."""
    base = text if len(query.folded) == len(text) else query.folded
    return base[:start] + new + base[end:]
