"""The features of a question and a passage: what is met, what is missing, what fits in kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.evidence import Evidence, Unit
from chatbot.periods import asked_periods_missing
from chatbot.question import Query, focus
from corpus.fold import fold
from corpus.glossary import Lexicon
from corpus.numbers import read_figures
from corpus.records import Hit, Language, Passage
from corpus.sentences import is_lead_in

TYPED = ("figure", "date", "place", "name", "person")
"""Kinds of question that want a short answer of a certain kind."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best scores of a list of hits: cosine, and BM25."""

    dense: float
    lexical: float


def passage_features(
    evidence: Evidence,
    query: Query,
    units: Sequence[Unit],
    hit: Hit,
    top: Best,
    coverage: float,
    missing: Sequence[Unit],
    sentence: float,
    typed: bool,
) -> dict[str, float]:
    """The features of one question and passage; each is 0 where it says nothing."""
    total = sum(u.weight for u in units) or 1.0
    years = asked_periods_missing(query, hit.passage)
    return {
        "similarity": 10 * (top.dense - 0.85),
        "dense": 10 * ((hit.dense_score or top.dense - 0.1) - top.dense),
        "lexical": (hit.lexical_score or 0.0) / top.lexical if top.lexical else 0.0,
        "fused": hit.score,
        "figure_missing": 1
        - figures_met(query, hit.passage.text, hit.passage.language, hit.passage.context),
        "rank_missing": float(
            rank_missing(query, f"{hit.passage.context}\n{hit.passage.text}", hit.passage.language)
        ),
        "place_nested": float(_is_another_place(evidence, query, units, hit.passage)),
        "name_nested": float(_is_nested(evidence, units, hit.passage)),
        "subject": float(_is_subject(evidence, units, hit.passage)),
        "ordinal": float(query.ordinal is not None and hit.passage.number == query.ordinal),
        "ordinal_missing": float(query.ordinal is not None and hit.passage.number != query.ordinal),
        "coverage": coverage,
        "sentence": sentence,
        "name_missing": float(any(u.is_name for u in missing)),
        "demand_missing": float(any(_is_demand(u) for u in missing)),
        "focus_missing": float(_focus_missing(query, units, missing)),
        "action_missing": float(
            query.kind in ("date", "person", "place")
            and any(u.kind == "action" for u in units)
            and not any(u.kind == "action" and u not in missing for u in units)
        ),
        "direction_wrong": float(_direction_wrong(evidence, query, hit.passage)),
        "notion_missing": sum(u.weight for u in missing if u.term is not None and not u.is_name)
        / total,
        "word_missing": sum(u.weight for u in missing if u.term is None) / total,
        "year_missing": float(bool(years)),
        "type_missing": float(query.kind in TYPED and not typed),
        **_listing(query, hit.passage),
        "contact": float(_no_contact(query, hit.passage)),
        "procedure": float(_unexplained(query, hit.passage)),
        "reason": float(query.kind == "reason"),
        "no_units": float(not units),
    }


def _is_subject(evidence: Evidence, units: Sequence[Unit], passage: Passage) -> bool:
    """Whether a passage begins with a name that the question asks about."""
    asked = {u.term.id for u in units if u.is_name and u.term}
    folded = evidence.side(passage.text).folded
    first = evidence.lexicon.mentions(folded[:80], folded=True)[:1]
    return any(m.term.id in asked and m.start <= 3 for m in first)


def _is_nested(evidence: Evidence, units: Sequence[Unit], passage: Passage) -> bool:
    """Whether a passage has a name of the question only as part of a longer one.

    Part of a longer name is what another name holds, and what stands in inner title marks
    (《〈內地與澳門關於建立更緊密經貿關係的安排〉投資協議》 is another agreement).
    """
    side = evidence.side(passage.text)
    names = {u.term.id for u in units if u.is_name and u.term} & side.ids
    own = {
        m.term.id
        for m in evidence.lexicon.mentions(side.folded, folded=True)
        if not (
            side.folded[m.start - 1 : m.start] == "〈" and side.folded[m.end : m.end + 1] == "〉"
        )
    }
    return bool(names - own)


def _is_another_place(
    evidence: Evidence, query: Query, units: Sequence[Unit], passage: Passage
) -> bool:
    """Whether a figure or date is asked of a place that is only part of a longer name there.

    A bay area that is named after Hong Kong is not Hong Kong, and its population is another.
    """
    if query.kind not in ("figure", "date"):
        return False
    sides = evidence.sides(passage, query.language)
    places = {
        u.term.id for u in units
        if u.is_name and u.term and u.term.kind in ("country", "place", "zone")
    }  # fmt: skip
    return any(not any(place in side.own for side in sides) for place in places)


def _direction_wrong(evidence: Evidence, query: Query, passage: Passage) -> bool:
    """Whether investment is asked for in one direction and given only in the other."""
    asked = targets(query.folded, evidence.lexicon)
    given = targets(evidence.side(passage.text).folded, evidence.lexicon)
    return bool(asked and given and not asked & given)


def rank_missing(query: Query, text: str, language: Language) -> bool:
    """Whether the question names a rank or a number in a series (第三大) that a text lacks."""
    asked = [f.value for f in query.figures if f.ordinal and f.value != query.ordinal]
    there = {f.value for f in read_figures(text, language) if f.ordinal}
    return any(value not in there for value in asked)


def figures_met(query: Query, text: str, language: Language, context: str = "") -> float:
    """Share of the numbers of a question (dates apart) that stand in a text, 1 if it has none.

    A list of as many lines as the question counts meets the count.
    """
    asked = [f for f in query.figures if f.value != query.ordinal and (f.ordinal or f.value > 1)]
    if not asked:
        return 1.0
    there = [*read_figures(text, language), *read_figures(context, language)]
    lines = text.count("\n")
    met = [
        any(f.value == t.value and f.ordinal == t.ordinal for t in there)
        or (not f.ordinal and lines > 1 and f.value in (lines, lines + 1))
        for f in asked
    ]
    return sum(met) / len(met)


_INVEST = re.compile(r"投资(?!者|环境|合作)|投入|\binvest(?!or|ig)")
_INTO = re.compile(
    r"(?:对|在|投|到|往|进入)$|\b(?:in|into|em|no|na|nos|nas)(?: the| o| a| os| as)? ?$"
)


def targets(folded: str, lexicon: Lexicon) -> set[str]:
    """Places into which a folded text on investment says that it goes (澳門對歐盟: the EU)."""
    if not _INVEST.search(folded):
        return set()
    kinds = ("country", "place", "zone", "institution")
    return {
        m.term.id
        for m in lexicon.mentions(folded, folded=True)
        if (m.term.kind in kinds or m.term.id == "mainland")
        and _INTO.search(folded[max(0, m.start - 12) : m.start])
    }


_PLACES_ASKED = frozenset({"address", "place-location", "registered-place", "residence-place"})


def _is_demand(unit: Unit) -> bool:
    """Whether a unit is the very thing that a question wants to be told."""
    notion = unit.term is not None and unit.term.is_name and unit.term.kind == "concept"
    asked = unit.kind in ("quantity", "person") or (unit.term and unit.term.id in _PLACES_ASKED)
    return bool(asked or notion)


def _focus_missing(query: Query, units: Sequence[Unit], missing: Sequence[Unit]) -> bool:
    """Whether the very thing that is asked for (幾多個座位, 失業率是多少) is not there."""
    for a, b in focus(query):
        best: tuple[int, Unit] | None = None
        for unit in units:
            size = len(unit.surface)
            at = query.folded.find(unit.surface)
            while at >= 0:
                near = a <= at <= b or (query.is_chinese and a <= at + size <= b)
                if near and (best is None or size > best[0]):
                    best = (size, unit)
                at = query.folded.find(unit.surface, at + 1)
        if best is not None and best[1] in missing:
            return True
    return False


_CONTACT = re.compile(
    r"@|www\.|https?:|\d{4}[- ]?\d{4}|电话|传真|网址|地址|邮箱|路\d+号|号.{0,6}[楼座]|"
    r"\d{1,2}[:：时]\d{0,2}|"
    r"telephone|e-?mail|website|address|opening hours|telefone|morada|correio eletr|horário"
)


def _no_contact(query: Query, passage: Passage) -> bool:
    """Whether an address, a number or opening hours are asked for and the passage has none."""
    return query.kind == "contact" and not _CONTACT.search(fold(passage.text))


_PROCEDURAL = re.compile(
    r"申请|提交|办理|填写|登记|手续|程序|apply|submit|procedure|application|register|requer|apresent|"
    r"pedido|inscri"
)


def _unexplained(query: Query, passage: Passage) -> bool:
    """Whether the question asks how to do something and the passage tells of no procedure."""
    return query.kind == "procedure" and not _PROCEDURAL.search(fold(passage.text))


def _listing(query: Query, passage: Passage) -> dict[str, float]:
    """Whether a passage lists things, where a list is asked for, and as many as are asked for."""
    if query.kind != "list":
        return {"list_lines": 0.0, "list_lead": 0.0, "list_none": 0.0, "list_count": 0.0}
    lines = passage.text.count("\n") + 1
    parts = 1 + max(passage.text.count("、"), passage.text.count(", "))
    asked = {int(f.value) for f in query.figures if not f.ordinal and not f.unit}
    return {
        "list_lines": float(lines > 1),
        "list_lead": float(is_lead_in(passage.text)),
        "list_none": float(lines == 1 and parts < 3 and not is_lead_in(passage.text)),
        "list_count": float(bool(asked & {lines, parts}) and lines > 1),
    }
