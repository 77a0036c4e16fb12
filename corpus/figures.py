"""Figures in Chinese, English and Portuguese text.

`CORE` of `corpus.quantities` finds where a number stands; what surrounds it (scale, unit,
qualifier) is read by small patterns, within a bounded window. Dates are read first and blanked,
as are names that hold digits or numerals and state no quantity (G20, 一帶一路, a telephone number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from corpus import quantities as q
from corpus.dates import blank, scan_dates
from corpus.fold import Folded
from corpus.numerals import (
    ONES,
    ORDINAL_SIGN,
    ZH_DIGITS,
    Convention,
    arabic_value,
    chinese_value,
    convention_of,
    fraction_value,
    plain_value,
    prepare,
    run_value,
    words_value,
)
from corpus.records import Language


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a text states it; offsets count characters of the text given.

    `start:end` is the number with its scale and unit, `qualified_start:qualified_end` also its
    qualifier (逾, 約, `more than`, a trailing 以上). `unit` is canonical: "%", "‰", "pp", a
    currency code, "元" or "$" for a currency not said, "m2", "km2", "km", "m", "ha", "t", "x"
    (times as much), or a length of time ("year", "month", "week", "day", "hour", "minute").
    `counter` is the Chinese measure word that follows (個, 項, 次). `direction` is the sense of
    the change that the figure measures ("up", "down"), if the words beside it say.
    """

    value: Decimal
    unit: str | None
    qualifier: str | None
    ordinal: bool
    start: int
    end: int
    qualified_start: int
    qualified_end: int
    counter: str = ""
    direction: str | None = None


# 百分之 and 千分之; and how far before a number its qualifier is looked for, in characters.
_PARTS = {"百": "%", "千": "‰"}
_WINDOW = 36


def read_figures(text: str, language: Language | None = None) -> list[Figure]:
    """Return the figures of `text` in order; dates, names, list numbers and 數十 are none.

    `language` decides between 14,200.5 and 14.200,5. Without one, a text that reads as Portuguese
    is taken as such; else 14.200 is 14.2, and only 45,9 or 1.234.567 are read the Portuguese way.
    """
    return list(_read_figures(text, language))


@lru_cache(maxsize=20_000)  # the same passages are read for many questions
def _read_figures(text: str, language: Language | None) -> tuple[Figure, ...]:
    convention = convention_of(language, (folded := prepare(text)).text)
    dates = [(p.span_start, p.span_end) for p in scan_dates(folded.text, convention)]
    hidden = q.LIST_MARK.sub(hide, blank(folded.text, dates))
    return tuple(unfold(f, folded, text) for f in scan_figures(hidden, convention))


def hide(match: re.Match[str]) -> str:
    """Return what takes the place of a match that is not to be read."""
    return "\ue003" * len(match[0])


def unfold(figure: Figure, folded: Folded, text: str) -> Figure:
    """Return the figure with its offsets in the original text."""
    start, end = folded.span(figure.start, figure.end)
    outer_start, outer_end = folded.span(figure.qualified_start, figure.qualified_end)
    counter = text[outer_end : outer_end + len(figure.counter)]
    return replace(
        figure,
        start=start,
        end=end,
        qualified_start=outer_start,
        qualified_end=outer_end,
        counter=counter,
    )


def scan_figures(folded: str, convention: Convention) -> list[Figure]:
    """Read the figures of a folded text whose dates are blanked; offsets count its characters."""
    text = q.NAMES.sub(hide, folded)
    figures: list[Figure] = []
    at = floor = 0
    while match := q.CORE.search(text, at):
        figure, at = _read(text, match, floor, convention)
        if figure is None:
            continue
        if figures and (joint := q.RANGE.fullmatch(text[figures[-1].qualified_end : figure.start])):
            figures[-1] = _share(figures[-1], figure, text, joint[0].strip())
        figures.append(figure)
        floor = figure.end
    return figures


def _read(
    text: str, match: re.Match[str], floor: int, convention: Convention
) -> tuple[Figure | None, int]:
    """Read the figure whose number `match` has found; also return where to go on."""
    start, end = match.span()
    unit: str | None = None
    ordinal, more = False, False
    if match["words"]:
        return _read_words(text, match, floor)
    if match["den"]:
        unit = _PARTS.get(match["den"])
        over = "一百" if match["num"] == "百" else match["num"]
        value = plain_value(over) if unit else fraction_value(over, match["den"])
    elif match["fraction"]:
        above, below = re.split("[ -]", match["fraction"])
        over, under = str(ONES[above]), "3" if below[0] == "t" else "4"
        value = fraction_value(over, under)
    elif match["half"]:
        value = Decimal("0.5")
    elif match["first"]:
        value, ordinal = Decimal(1), True
    elif match["zh"]:
        value = chinese_value(match["zh"])
    else:
        token = match["arabic"]
        # After a Chinese numeral (二0), or with spaces where they do not group: no figure.
        value = None if text[start - 1 : start] in ZH_DIGITS else arabic_value(token, convention)
    if value is None or text[end : end + 1] == "几":
        return None, end
    if match["zh"] or match["arabic"]:
        value, end, more = _scaled(text, value, end, convention, bool(match["arabic"]))
        if match["arabic"] and (sign := q.ORDINAL_MARK.match(text, end)):
            ordinal, end = True, sign.end()
        if tenth := re.match(
            r"成([一二三四五六七八九])?(?![立为功员果都本绩长熟效就交份])", text[end : end + 3]
        ):
            value = value * 10 + (ZH_DIGITS[tenth[1]] if tenth[1] else 0)
            unit, end = "%", end + tenth.end()
    if nth := re.search("第 ?$", text[max(0, start - 2) : start]):
        start, ordinal = start - len(nth[0]), True
    if (
        match["zh"]
        and len(match["zh"]) == 1
        and match["zh"] != "十"
        and not (ordinal or unit or more or q.UNIT.match(text, end) or q.COUNTER.match(text, end))
    ):
        return None, match.end()
    if (
        match["arabic"]
        and text[start - 1 : start] in ("-", "−", "负")
        and (
            text[start - 1] == "负" or not re.match(r"[0-9a-zà-ÿ%)\]]", text[start - 2 : start - 1])
        )
    ):
        value, start = -value, start - 1
    return _dress(text, value, unit, ordinal, more, start, end, floor)


def _scaled(
    text: str, value: Decimal, end: int, convention: Convention, arabic: bool
) -> tuple[Decimal, int, bool]:
    """Multiply by the scale that follows; 1億2,000萬 is one number."""
    more = False
    last: Decimal | None = None
    total = Decimal(0)
    while True:
        if scale := q.ZH_SCALE.match(text, end):
            factor = chinese_value("一" + scale[2]) or Decimal(10)
            if scale[2][0] in "十":
                factor = chinese_value(scale[2]) or factor
            more = more or bool(scale[1])
        elif last is None and arabic and (scale := q.SCALE.match(text, end)):
            words = scale[1].split()
            spelt = words_value([*(["one"] if words[0] != "mil" else []), *words])
            if spelt is None:
                return value, end, more
            factor = Decimal(spelt[0])
        else:
            return total + (value if last is None else 0), end, more
        total += value * factor
        last, end = factor, scale.end()
        further = re.compile(r"[0-9]+(?:[.,_][0-9]+)*").match(text, end) if arabic else None
        next_scale = q.ZH_SCALE.match(text, further.end()) if further else None
        if not further or not next_scale or more:
            return total, end, more
        lower = arabic_value(further[0], convention)
        factor_next = chinese_value("一" + next_scale[2])
        if lower is None or factor_next is None or lower * factor_next >= last:
            return total, end, more
        value, end = lower, further.end()


def _read_words(text: str, match: re.Match[str], floor: int) -> tuple[Figure | None, int]:
    """Read number words; a run joined by `and` that is not one number is several."""
    run, start = match["words"], match.start()
    run = re.split(" and | e ", run)[0] if run_value(run) is None else run
    end = start + len(run)
    spelt = run_value(run)
    if spelt is None:
        return None, end
    value, ordinal = spelt
    before = text[max(0, start - 12) : start]
    if run in ("um", "uma") and not (
        q.BEFORE.search(text[max(0, start - _WINDOW) : start]) or q.UNIT.match(text, end)
    ):
        return None, end
    if run.startswith("segund") and not re.search(
        r"(?<![a-z])(?:[oa]|[nd][oa]|pel[oa]|su?eu|sua)s? $", before
    ):
        return None, end
    return _dress(text, Decimal(value), None, ordinal, False, start, end, floor)


def _dress(
    text: str,
    value: Decimal,
    unit: str | None,
    ordinal: bool,
    more: bool,
    start: int,
    end: int,
    floor: int,
) -> tuple[Figure | None, int]:
    """Add what stands around a number: currency, unit, qualifiers, counter, direction."""
    prefix = q.PREFIX_UNIT.search(text[max(floor, start - 12) : start])
    if prefix and not ordinal:
        unit = next(name for name, p in q.PREFIX_UNIT_NAMES if p.fullmatch(prefix[0].strip()))
        start -= len(prefix[0])
        if text[end : end + 1] == "m" and not re.match("[a-z0-9²]", text[end + 1 : end + 2]):
            value, end = value * 10**6, end + 1
    qualifier = "more_than" if more else None
    outer = end
    if after := q.AFTER.match(text, end):
        qualifier = next(name for name, p in q.AFTER_NAMES if p.fullmatch(after[0]))
        outer = after.end()
    if not ordinal and (suffix := q.UNIT.match(text, outer)):
        spelt = re.sub(r"^[ ]?-?(?:(?:of|de) )?", "", suffix[0])
        named = next(name for name, p in q.UNIT_NAMES if p.fullmatch(spelt))
        unit = unit if unit and (named in ("元", "$") or unit == named) else (unit or named)
        end = outer = suffix.end()
        if after := q.AFTER.match(text, end):
            qualifier = next(name for name, p in q.AFTER_NAMES if p.fullmatch(after[0].strip()))
            outer = after.end()
    elif re.match("[a-zà-ÿ]", text[end : end + 1]) and re.match("[0-9]", text[end - 1]):
        return None, end
    if q.MORE_TO_COME.match(text, outer):
        return None, outer
    outer_start = start
    if before := q.BEFORE.search(text[max(floor, start - _WINDOW) : start]):
        longest = max((m.end(), n) for n, p in q.BEFORE_NAMES if (m := p.match(before[0])))
        qualifier = longest[1]
        outer_start -= len(before[0])
    counter = q.COUNTER.match(text, outer)
    if re.match("周年|世纪", text[outer:]) or re.search(
        rf"(?<![a-z])(?:article|artigo|no\.|n\.?{ORDINAL_SIGN}) $", text[max(0, start - 9) : start]
    ):
        ordinal = True
    lead, rest = text[max(floor, outer_start - _WINDOW) : outer_start], text[outer : outer + 30]
    up = q.UP.search(lead) or q.UP_AFTER.match(rest)
    down = q.DOWN.search(lead) or q.DOWN_AFTER.match(rest)
    figure = Figure(
        value, unit, qualifier, ordinal, start, end, outer_start, outer,
        counter[0] if counter else "", "up" if up else "down" if down else None,
    )  # fmt: skip
    return figure, max(end, outer)


def _share(first: Figure, second: Figure, text: str, joint: str) -> Figure:
    """Give the first figure of a range the scale and unit written once, after the second."""
    lead = text[max(0, first.qualified_start - 8) : first.qualified_start]
    if (
        first.unit
        or first.ordinal
        or (joint in ("and", "e") and not re.search("between |entre ", lead))
    ):
        return first
    written = text[second.start : second.end]
    if second.ordinal or re.search("[十百千万亿a-z]", text[first.start : first.end]):
        return replace(first, unit=second.unit)
    digits = re.match(r"[0-9]+(?:[.,_ ][0-9]+)*", written)
    base = arabic_value(digits[0], "open") if digits else None
    if base and second.value > base and (second.value / base).log10() % 1 == 0:
        return replace(first, value=first.value * (second.value / base), unit=second.unit)
    return replace(first, unit=second.unit)
