"""The years and dates that a question names, against those that a passage speaks of."""

from __future__ import annotations

from chatbot.question import Query
from corpus.dates import read_dates
from corpus.records import Passage


def asked_periods_missing(query: Query, passage: Passage) -> tuple[str, ...]:
    """ISO forms of the periods that a question names and a passage does not speak of.

    A year in the passage's headings or in its document's title counts as spoken of; a month or
    day that lies in an asked year meets it, not the other way round.
    """
    there = set(passage.periods)
    there |= {p.iso for p in read_dates(passage.context, passage.language)}
    missing: list[str] = []
    for period in query.periods:
        if period.start is None or period.end is None:
            missing.append(period.iso)
        elif period.kind == "range":
            years = {str(y) for y in range(period.start.year, period.end.year + 1)}
            if not any(iso[:4] in years for iso in there):
                missing.append(period.iso)
        elif not any(_meets(period.iso, iso) for iso in there):
            missing.append(period.iso)
    return tuple(missing)


def _meets(asked: str, iso: str) -> bool:
    """Whether a period of a passage meets an asked one: the same or more exact.

    An asked year end is also met by its year, since stocks and flows are asked for loosely.
    """
    return iso.startswith(asked) or (asked.endswith("-12-31") and iso == asked[:4])
