"""Deciding: answer or refuse, and what to say is missing."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.periods import asked_periods_missing
from chatbot.phrases import in_script, say
from chatbot.question import Query
from chatbot.reader import Reading
from chatbot.wording import pattern
from corpus.dates import read_dates
from corpus.fold import fold
from corpus.glossary import Mention


def answers(query: Query, readings: Sequence[Reading]) -> bool:
    """Whether the best reading is good enough to answer from.

    A text in which nothing can be looked for, or of which nothing at all stands in the passage, is
    not answered however near the passage seems, save where the passage is the item it numbers.
    """
    if not readings:
        return False
    features = readings[0].features
    void = features.get("no_units", 0.0) or features.get("coverage", 1.0) == 0
    if void and not features.get("ordinal"):
        return False
    return readings[0].answerability >= readings[0].enough


def refusal_reason(query: Query, readings: Sequence[Reading]) -> str:
    """What is missing, in the language of the question: a year, a name, the kind asked for."""
    lang = query.language
    if query.kind == "procedure":
        return say(lang, "missing_procedure")
    if not readings:
        return say(lang, "not_found")
    top = readings[0]
    if years := asked_periods_missing(query, top.hit.passage):
        asked = [query.text[p.span_start : p.span_end] for p in query.periods if p.iso in years]
        there = _years(top)
        joint = say(lang, "and")
        if there:
            return say(lang, "missing_year", asked=joint.join(asked), there=joint.join(there))
        return say(lang, "missing_year_only", asked=joint.join(asked))
    named = [u for u in top.missing if u.is_name] or list(top.missing)
    if named:
        terms = [
            f"{say(lang, 'open')}{_surface(query, u.surface)}{say(lang, 'close')}"
            for u in sorted(named, key=lambda u: -u.weight)[:3]
        ]
        return say(lang, "missing_terms", terms=say(lang, "and").join(dict.fromkeys(terms)))
    if top.features.get("type_missing"):
        return say(lang, "missing_kind", kind=say(lang, f"kind_{query.kind}"))
    return say(lang, "not_found")


def _years(reading: Reading) -> list[str]:
    """The periods that a passage speaks of, as it writes them in the language that was read."""
    text = reading.source
    found = [text[p.span_start : p.span_end] for p in read_dates(text, reading.language)]
    return [in_script(t.strip(), reading.language) for t in dict.fromkeys(found)][:3]


def _surface(query: Query, folded: str) -> str:
    """A piece of the question as the user wrote it."""
    at = query.folded.find(folded)
    if at < 0 or len(query.folded) != len(query.text):
        return in_script(folded, query.language)
    return query.text[at : at + len(folded)]


def split_comparison(query: Query) -> list[tuple[str, str]]:
    """The two sides of a comparison: the name of each, and the question about it alone.

    Empty where the question compares nothing, or not two things of one kind.
    """
    if query.kind != "comparison" or len(query.folded) != len(query.text):
        return []
    sides = _sides(query)
    if len(sides) != 2:
        return []
    out: list[tuple[str, str]] = []
    for keep in sides:
        text = query.text
        for other in sorted(sides, key=lambda m: -m.start):
            if other is not keep:
                text = text[: other.start] + " " + text[other.end :]
        name = query.text[keep.start : keep.end]
        out.append((name, " ".join(_strip(text).split())))
    return out


def _sides(query: Query) -> list[Mention]:
    groups: dict[str, list[Mention]] = {}
    geo = ("country", "place", "zone", "institution")
    for mention in query.mentions:
        if mention.term.is_name and mention.term.names["zh-Hant"] not in ("澳門", "澳門特別行政區"):
            group = "geo" if mention.term.kind in geo else mention.term.kind
            if mention.term not in [m.term for m in groups.get(group, [])]:
                groups.setdefault(group, []).append(mention)
    return next((g for g in groups.values() if len(g) == 2), [])


def _strip(text: str) -> str:
    """Take the words of comparing out of a question, in either script and any case."""
    folded = fold(text)
    if len(folded) != len(text):
        return pattern("comparison", "words").sub(" ", text)
    for m in reversed(list(pattern("comparison", "words").finditer(folded))):
        text = text[: m.start()] + " " + text[m.end() :]
    return text
