"""The grammar of `data/foreign.toml`: made-up titles, headings and sentences about two places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from eval.perturb.base import Dice, table

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_COUNTS = {"n": (2, 48), "few": (2, 12), "more": (13, 60), "N": (101, 9899)}
_SHARES = {"pct": (1, 69), "hi": (25, 48), "lo": (1, 20)}
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about: place `a` and country `b` with its capital and currency."""

    a: str
    b: str
    capital: str
    currency: str

    def named_in(self, text: str) -> bool:
        """Whether a text says which places it speaks of."""
        return any(name in text for name in (self.a, self.b, self.capital))


class Grammar:
    """Sentences by topic; every choice is the dice's."""

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The names of the topics."""
        return tuple(table("foreign")["topics"])

    def subject(self, dice: Dice) -> Subject:
        """Two places: mostly one in China and a country, sometimes two countries."""
        countries = [row.split("/") for row in table("foreign")["abroad"].split()]
        b, capital, currency = dice.pick(countries)
        others = [name for name, *_ in countries if name != b]
        home = table("foreign")["home"].split()
        return Subject(dice.pick(others if dice.chance(0.3) else home), b, capital, currency)

    def title(self, subject: Subject, dice: Dice) -> str:
        """The title of a document."""
        return self._write(dice.pick(table("foreign")["titles"]["rows"]), subject, dice)

    def heading(self, topic: str, subject: Subject, dice: Dice) -> str:
        """The heading of a section."""
        return self._write(dice.pick(self._topic(topic)["headings"]), subject, dice)

    def sentences(self, topic: str, subject: Subject, dice: Dice) -> Iterator[str]:
        """Sentences of a topic in a random order, each pattern once.

        A pattern that begins with `+` goes on with another: it never comes first.
        """
        patterns = dice.order(self._topic(topic)["sentences"])
        first = next(i for i, pattern in enumerate(patterns) if pattern[0] != "+")
        for pattern in [*patterns[first:], *patterns[:first]]:
            yield self._write(pattern.removeprefix("+"), subject, dice)

    def _topic(self, name: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = table("foreign")["topics"][name]
        return found

    def _write(self, pattern: str, subject: Subject, dice: Dice) -> str:
        """Resolve choices and slots, the innermost choices first, until none is left."""
        text = pattern
        used: set[str] = set()
        while "[" in text or "{" in text:
            text = _CHOICE.sub(lambda m: dice.pick(m[1].split("|")), text)
            text = _SLOT.sub(lambda m: self._slot(m[1], subject, dice, used), text)
        return text

    def _slot(self, name: str, subject: Subject, dice: Dice, used: set[str]) -> str:
        about = {
            "A": subject.a,
            "B": subject.b,
            "C": subject.capital,
            "M": subject.currency,
        }
        if name in about:
            return about[name]
        if figure := _figure(name, subject, dice):
            return figure
        lists, choices = table("foreign")["lists"], table("foreign")["choices"]
        options: list[str] = choices[name] if name in choices else lists[name].split()
        # A sentence does not name the same goods or towns twice.
        fresh = [option for option in options if option not in used] or options
        chosen = dice.pick(fresh)
        if name in lists:
            used.add(chosen)
        return chosen


def _figure(name: str, subject: Subject, dice: Dice) -> str:
    """A made-up figure; the empty string where the slot is for none."""
    if name in _COUNTS:
        return f"{dice.between(*_COUNTS[name]):,}"
    if name in _SHARES:
        low, high = _SHARES[name]
        return f"{dice.between(low * 10 + 1, high * 10 - 1) / 10:.1f}%"
    if name == "y":
        return str(dice.between(2003, 2023))
    if name == "m":
        return f"{dice.between(2005, 2023)}年{dice.between(1, 12)}月"
    if name == "d":
        return f"{dice.between(2004, 2023)}年{dice.between(1, 12)}月{dice.between(1, 28)}日"
    if name == "ha":
        return f"{dice.between(2, 960)}公顷"
    if name == "km":
        return f"{dice.between(32, 2890):,}公里"
    unit = dice.pick(("元人民币", "美元", "美元", subject.currency))
    if name == "sum" or (name == "amt" and dice.chance(0.3)):
        return f"{dice.between(120, 9800):,}万{unit}"
    if name == "amt":
        return f"{dice.between(11, 4899) / 10:,.1f}亿{unit}"
    return ""
