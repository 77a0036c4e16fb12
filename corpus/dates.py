"""Dates and periods in Chinese, English and Portuguese text.

Each way of writing is one pattern of the table `PATTERNS`, most exact first; what a pattern has
read is blanked out for those after it. A bare year (`in 2022`, `2022貿易額`) is believed only in a
context that makes it one, because `2022 companies` is a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from corpus.date_patterns import (
    BARE,
    COUNTED,
    MONTHS,
    NO_YEAR_AFTER,
    NO_YEAR_BEFORE,
    PART,
    PATTERNS,
    PREPOSITIONS,
    RELATIVES,
    SLASHED,
    YEAR_NOUNS,
    PeriodKind,
)
from corpus.numerals import Convention, chinese_value, convention_of, prepare
from corpus.records import Language

BLANK = "\ue002"  # takes the place of what has been read


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month, year, end of a year, half, quarter or range of years or months.

    `start` and `end` are its first and last day, both included; None where the text does not say
    (`relative`: 去年, iso `last_year`; `partial`: 6月1日 without a year, iso `--06-01`; a half or
    quarter without a year, iso `--H1`, `--Q3`). A `year_end` is the last day of the year and its
    `iso` that day. The span counts characters of the text given.
    """

    kind: PeriodKind
    start: date | None
    end: date | None
    iso: str
    span_start: int
    span_end: int


def read_dates(text: str, language: Language | None = None) -> list[Period]:
    """Return the dates and periods of `text` in order; spans count characters of `text`.

    `language` matters only for 01/06/2022: the day comes first in Portuguese, and without a
    language only where the first number cannot be a month.
    """
    return list(_read_dates(text, language))


@lru_cache(maxsize=20_000)  # the same passages are read for many questions
def _read_dates(text: str, language: Language | None) -> tuple[Period, ...]:
    folded = prepare(text)
    periods = scan_dates(folded.text, convention_of(language, folded.text))
    return tuple(
        Period(p.kind, p.start, p.end, p.iso, *folded.span(p.span_start, p.span_end))
        for p in periods
    )


def scan_dates(folded: str, convention: Convention) -> list[Period]:
    """Read the dates of a text already folded; spans count its characters."""
    found: list[Period] = []
    for period in _scan(folded, convention, found):
        found.append(period)
    return sorted(found, key=lambda p: p.span_start)


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Return `text` with the spans, in order and apart, replaced by as many `BLANK`s."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], BLANK * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def supports(source: Period, draft: Period) -> bool:
    """Say whether a period that stands in a source is enough to state that of a draft.

    The source must be as exact: 2022年底 supports 2022, and not the other way round.
    """
    if draft.start is None or source.start is None:
        if draft.kind == "partial" and draft.iso[2:3].isdigit() and source.kind in ("day", "month"):
            return source.iso[4:].startswith(draft.iso[1:])
        return draft.iso == source.iso or (
            draft.iso.startswith(("--H", "--Q")) and source.iso[4:] == draft.iso[1:]
        )
    if (source.start, source.end) == (draft.start, draft.end):
        return True
    if draft.kind not in ("year", "month") or source.end is None or draft.end is None:
        return False
    if source.kind == "range" and draft.kind == "year":
        return draft.start.year in (source.start.year, source.end.year)
    return draft.start <= source.start and source.end <= draft.end


def _scan(text: str, convention: Convention, done: list[Period]) -> Iterator[Period]:
    """Yield periods pattern by pattern, blanking what has been read (`done` holds it all)."""
    for kind, pattern in PATTERNS:
        fresh = [p for m in pattern.finditer(text) if (p := _period(kind, m))]
        text = blank(text, [(p.span_start, p.span_end) for p in fresh])
        yield from fresh
    for match in SLASHED.finditer(text):
        if (convention == "comma" or int(match["a"]) > 12) and (
            period := _calendar("day", match, int(match["y"]), int(match["b"]), int(match["a"]))
        ):
            yield period
    for iso, pattern in RELATIVES.items():
        for match in pattern.finditer(text):
            yield Period("relative", None, None, iso, *match.span())
    taken = {i for p in done for i in range(p.span_start, p.span_end)}
    for match in BARE.finditer(text):
        if match.start() not in taken and _is_year(text, match):
            year = int(match["y"])
            yield Period("year", date(year, 1, 1), date(year, 12, 31), match["y"], *match.span())


def _is_year(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    before = text[max(0, start - 24) : start]
    after = text[end : end + 24]
    if NO_YEAR_BEFORE.search(before) or NO_YEAR_AFTER.match(after):
        return False
    follows = re.match(r" ([a-zà-ÿ]+)", after)
    if follows is None:
        return True
    if follows[1] in COUNTED:
        return False
    precedes = re.search(r"([a-zà-ÿ]+)[ -]$", before)
    return follows[1] in YEAR_NOUNS or bool(precedes and precedes[1] in PREPOSITIONS)


def _number(spelt: str) -> int:
    if spelt in MONTHS:
        return MONTHS[spelt]
    if spelt.isdecimal() and spelt.isascii():
        return int(spelt)
    value = chinese_value(spelt)
    return int(value) if value is not None else 0


def _year(spelt: str) -> int:
    if spelt.isascii():
        return int(spelt)
    return int("".join(str(_number(c)) for c in spelt.replace("○", "〇")))


def _period(kind: PeriodKind, match: re.Match[str]) -> Period | None:
    """Build the period that a pattern has matched; None if there is no such date."""
    got = {name: value for name, value in match.groupdict().items() if value is not None}
    span = match.span()
    month, day = _number(got.get("m", "")), _number(got.get("d", ""))
    if kind == "partial":
        try:
            date(2024, month, day or 1)
        except ValueError:
            return None
        return Period(kind, None, None, f"--{month:02}" + (f"-{day:02}" if day else ""), *span)
    part = next((PART[got[p]] for p in ("part", "part2", "part3") if p in got), 0)
    if part and not {"y", "y2"} & got.keys():
        iso = f"--{'H' if kind == 'half' else 'Q'}{part}"
        return Period("partial", None, None, iso, *span)
    year = _year(got.get("y") or got["y2"])
    if not 1800 <= year <= 2199:
        return None
    if kind in ("half", "quarter"):
        length = 6 if kind == "half" else 3
        if part * length > 12:
            return None
        start = date(year, (part - 1) * length + 1, 1)
        iso = f"{year}-{'H' if kind == 'half' else 'Q'}{part}"
        return Period(kind, start, _month_end(year, part * length), iso, *span)
    if kind == "range":
        if "m2" in got:
            last = _number(got["m2"])
            if last <= month:
                return None
            iso = f"{year}-{month:02}/{year}-{last:02}"
            return Period(kind, date(year, month, 1), _month_end(year, last), iso, *span)
        until = _year(got["y2"])
        if until <= year:
            return None
        return Period(kind, date(year, 1, 1), date(until, 12, 31), f"{year}/{until}", *span)
    return _calendar(kind, match, year, month, day)


def _calendar(
    kind: PeriodKind, match: re.Match[str], year: int, month: int, day: int
) -> Period | None:
    span = match.span()
    if kind == "year":
        return Period(kind, date(year, 1, 1), date(year, 12, 31), str(year), *span)
    if kind == "year_end":
        return Period(kind, date(year, 12, 31), date(year, 12, 31), f"{year}-12-31", *span)
    if kind == "month":
        start, end = date(year, month, 1), _month_end(year, month)
        return Period(kind, start, end, f"{year}-{month:02}", *span)
    try:
        exact = date(year, month, day)
    except ValueError:
        return None
    return Period(kind, exact, exact, exact.isoformat(), *span)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
