"""Short answers: the figure, date, name or place in a sentence that a question asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from chatbot.features import targets
from chatbot.question import Query
from chatbot.reader import is_other
from chatbot.wording import pattern
from corpus.dates import read_dates
from corpus.fold import fold
from corpus.glossary import Lexicon
from corpus.numbers import Figure, read_figures
from corpus.records import Language
from corpus.sentences import clauses

_UNITS = {
    "share": frozenset({"%", "pp"}),
    "area": frozenset({"m2", "km2", "ha"}),
    "money": frozenset({"MOP", "USD", "CNY", "EUR", "HKD", "GBP", "JPY", "AUD", "元", "$"}),
}
# A name may stand in brackets; the pair is the key to its end.
_QUOTED = re.compile(r"《[^《》]*(?:〈[^〈〉]*〉[^《》]*)*》|“[^“”]{2,60}”|「[^「」]{2,60}」")
_PLACES = frozenset({"country", "place", "zone"})
_NAMES = frozenset(
    {"agreement", "institution", "fund", "event", "programme", "country", "place", "zone"}
)
_LATIN_NAME = re.compile(
    r"(?:[A-ZÀ-Ý][\w’'-]*)"
    r"(?:(?: (?:of|and|the|for|on|in|de|da|do|das|dos|e|para|a|o)){0,3} [A-ZÀ-Ý][\w’'-]*)+"
)


CLEAR = 0.2
"""By how much the best candidate must beat the next of another wording to be given alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible short answer: `text[start:end]`; the nearer to what is asked, the better.

    `clear` tells that no other candidate of the sentence comes close.
    """

    start: int
    end: int
    score: float
    clear: bool = True


def wanted_units(query: Query) -> frozenset[str]:
    """Units that would fit the question; empty where its wording does not say."""
    asked = _without_names(query)
    return next(
        (units for name, units in _UNITS.items() if pattern("units", name).search(asked)),
        frozenset(),
    )


def short_answer(
    query: Query, text: str, start: int, end: int, language: Language, lexicon: Lexicon
) -> Candidate | None:
    """The best short answer of the kind asked for in the sentence `text[start:end]`."""
    if query.kind == "figure":
        found = _figures(query, text, start, end, language)
    elif query.kind == "date":
        found = _dates(query, text, start, end, language)
    elif query.kind in ("name", "place", "person"):
        found = _names(query, text, start, end, lexicon)
    else:
        return None
    scored = [
        Candidate(a, b, s + nearness(query, text, start, end, a, b, lexicon)) for a, b, s in found
    ]
    scored.sort(key=lambda c: (-c.score, c.start))
    if not scored:
        return None
    best = scored[0]
    rivals = [c for c in scored[1:] if is_other(text, c, best)]
    return replace(best, clear=not rivals or best.score - rivals[0].score >= CLEAR)


def nearness(
    query: Query, text: str, start: int, end: int, a: int, b: int, lexicon: Lexicon
) -> float:
    """How closely what surrounds `text[a:b]` resembles the question, 0 to about 2.

    The clause that holds the candidate counts most, up to the candidate before the rest of it:
    in Chinese as in the renditions a figure mostly follows what it measures.
    """
    clause = next(((s, e) for s, e in clauses(text[start:end]) if s + start <= a < e + start), None)
    c0, c1 = (clause[0] + start, clause[1] + start) if clause else (start, end)
    before, after = fold(text[c0:a]), fold(text[b:c1])
    label = fold(re.split(r"[，、；：,;]| and | e ", text[start:a])[-1])
    # Names of places and bodies stand all over a sentence; what is asked of them does not.
    asked = _without_names(query)
    return (
        0.9 * _labelled(query, label + " " + fold(text[b : b + 12]), lexicon)
        + 0.9 * _shared(asked, label + " " + fold(text[b : b + 12]))
        + 0.5 * _shared(asked, before)
        + 0.4 * _shared(query.folded, before)
        + 0.3 * _shared(query.folded, after)
        + 0.25 * _terms(query, before + "\n" + after, lexicon)
        + 0.6 * _in_period(query, text, start, a)
        + 0.8 * _same_direction(query, fold(text[c0:c1]), lexicon)
    )


def _same_direction(query: Query, clause: str, lexicon: Lexicon) -> float:
    """1 where investment goes where the question says, -1 where it goes elsewhere, else 0."""
    asked, given = targets(query.folded, lexicon), targets(clause, lexicon)
    if not asked or not given:
        return 0.0
    return 1.0 if asked & given else -1.0


def _without_names(query: Query) -> str:
    """The folded question without its names and dates."""
    out = list(query.folded)
    for m in query.mentions:
        if m.term.is_name and m.term.kind != "concept":
            out[m.start : m.end] = " " * (m.end - m.start)
    if len(query.folded) == len(query.text):
        for p in query.periods:
            out[p.span_start : p.span_end] = " " * (p.span_end - p.span_start)
    return "".join(out)


def _in_period(query: Query, text: str, start: int, a: int) -> float:
    """1 where the last date before a candidate is the one that is asked for, else 0."""
    if not query.periods:
        return 0.0
    before = read_dates(text[start:a])
    asked = {p.iso[:4] for p in query.periods}
    return float(bool(before) and before[-1].iso[:4] in asked)


def _labelled(query: Query, label: str, lexicon: Lexicon) -> float:
    """Whether the words right at a candidate name what is asked (1) or something else (-1)."""
    kinds = ("quantity", "action")
    asked = {t.id for t in query.terms if t.kind in kinds}
    named = {m.term for m in lexicon.all_mentions(label) if m.term.kind in kinds}
    if not asked or not named:
        return 0.0
    reach = {i for t in named for i in (t.id, *t.broader)}
    return 1.0 if asked & reach else -0.5


def _terms(query: Query, folded: str, lexicon: Lexicon) -> float:
    """Share of the question's terms that a text mentions."""
    asked = {t.id for t in query.terms}
    return len(asked & {m.term.id for m in lexicon.all_mentions(folded)}) / max(len(asked), 1)


def _shared(question: str, text: str) -> float:
    """Share of the question's words (or Chinese bigrams) that stand in `text`."""
    asked = _grams(question)
    return len(asked & _grams(text)) / len(asked) if asked else 0.0


def _grams(text: str) -> set[str]:
    han = "".join(c if "\u4e00" <= c <= "\u9fff" else " " for c in text)
    grams = {run[i : i + 2] for run in han.split() for i in range(len(run) - 1)}
    words = re.findall(r"[a-zà-ÿ]{2,}", text)
    return grams | {f"{x} {y}" for x, y in pairwise(words)} | {w for w in words if len(w) > 3}


def _figures(
    query: Query, text: str, start: int, end: int, language: Language
) -> list[tuple[int, int, float]]:
    wanted = wanted_units(query)
    out: list[tuple[int, int, float]] = []
    for figure in read_figures(text[start:end], language):
        a, b = start + figure.qualified_start, start + figure.end
        b = _with_counter(text, b, end, language)
        fit = 0.0
        if wanted:
            fit = 1.0 if (figure.unit in wanted) else (-1.5 if figure.unit else -0.6)
        elif figure.unit in ("%", "pp"):
            fit = -0.5
        if figure.ordinal:
            fit -= 0.0 if re.search(r"第几|which|ordinal|排", query.folded) else 0.8
        if not any(c.isdigit() for c in text[a:b]):
            fit -= 0.4  # 一 and 兩 often count nothing
        fit += 0.8 * _counted(query, text, b, figure)
        if _COUNT.search(query.folded) and not wanted:
            # A count is asked for: money, areas and shares are none.
            fit -= 1.5 * bool(figure.unit)
            counter = _COUNTER.search(query.folded)
            fit += 0.5 * bool(counter and counter[1] == fold(figure.counter or ""))
        out.append((a, b, fit))
    return out


_COUNT = re.compile(r"(?:多少|几多|几)[个项次届家人名位种类]|how many|quant[oa]s")
_COUNTER = re.compile(r"(?:多少|几多|几)([个项次届家人名位种类])")


def _counted(query: Query, text: str, end: int, figure: Figure) -> float:
    """1 where the noun right after a figure is named in the question (14個重點領域), else 0."""
    if figure.unit:
        return 0.0
    after = fold(text[end : end + 8])
    after = re.sub(r"^[个项次届家间种名位条份多余座类]+", "", after)
    asked = _without_names(query)
    if re.match(r"[\u4e00-\u9fff]{2}", after):
        return float(after[:2] in asked or after[2:4] in asked)
    words = re.findall(r"[a-zà-ÿ]{3,}", fold(text[end : end + 50]))[:3]
    return float(any(w.rstrip("s") in asked for w in words if len(w) > 3))


def _with_counter(text: str, b: int, end: int, language: Language) -> int:
    """Take in the counter after a Chinese figure (153個, 26項, 五屆, 20多個)."""
    if language.startswith("zh"):
        m = re.match(
            r"\s*(?:多|餘|余)?[個个項项次屆届家間间種种名人位條条份座類类年月周成倍]?", text[b:end]
        )
        if m and m[0].strip() and text[b : b + 1] not in "，。":
            return b + m.end()
    return b


def _dates(
    query: Query, text: str, start: int, end: int, language: Language
) -> list[tuple[int, int, float]]:
    asked = {p.iso for p in query.periods}
    return [
        (start + p.span_start, start + p.span_end, -1.0 if p.iso in asked else 0.0)
        for p in read_dates(text[start:end], language)
        if p.kind != "relative"
    ]


def _names(
    query: Query, text: str, start: int, end: int, lexicon: Lexicon
) -> list[tuple[int, int, float]]:
    sentence = text[start:end]
    folded = fold(sentence)
    asked = {t.id for t in query.terms}
    out: list[tuple[int, int, float]] = []
    if len(folded) == len(sentence):
        kinds = _PLACES if query.kind == "place" else _NAMES
        for m in lexicon.mentions(folded, folded=True):
            if m.term.kind in kinds and m.term.id not in asked:
                out.append((start + m.start, start + m.end, 0.3))
    if query.kind == "person":
        return [
            (a, b, s)
            for a, b, s in out
            if _BY.search(fold(text[max(start, a - 8) : a]))
            and _does(query, fold(text[b : b + 25] + text[max(start, a - 40) : a]), lexicon)
        ]
    if query.kind != "place":
        for q in _QUOTED.finditer(sentence):
            if fold(q[0][1:-1]) not in query.folded:
                inner = 0 if q[0][0] == "《" else 1
                out.append((start + q.start() + inner, start + q.end() - inner, 0.35))
        for q in _LATIN_NAME.finditer(sentence):
            if fold(q[0]) not in query.folded:
                out.append((start + q.start(), start + q.end(), 0.1))
    return [(a, b, s + _tail(query, text[a:b])) for a, b, s in out]


_BY = re.compile(r"由$|\b(?:by|pel[oa]s?|por)(?: the)? ?$")


def _does(query: Query, near: str, lexicon: Lexicon) -> bool:
    """Whether what a person or body is said to do is what the question asks about."""
    asked = {t.id for t in query.terms if t.kind == "action"}
    return bool(asked & {m.term.id for m in lexicon.all_mentions(near)})


def _tail(query: Query, name: str) -> float:
    """0.8 where the question names the kind of thing that a name is (大賽, mechanism)."""
    folded = fold(name).rstrip("》”」)）")
    if folded.isascii() or not re.search(r"[\u4e00-\u9fff]", folded):
        words = re.findall(r"[a-zà-ÿ]{5,}", folded)
        return 0.5 * any(w in query.folded for w in words)
    return 0.8 * (folded[-2:] in query.folded)
