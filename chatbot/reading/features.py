"""What the network says of a passage, as features among others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.reading.read import PassageReading

_LIMIT = 8.0
_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Found:
    """A span that may be the answer: `text[start:end]`; `score` is the sum of both ends' logits.

    The score says which span of a passage is likelier, no more.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What the network makes of a passage: features, and places in its own text.

    `spans`: best first; `parts`: what is part of a list that answers, in the order of the text.
    """

    features: dict[str, float]
    spans: tuple[Found, ...] = ()
    parts: tuple[Found, ...] = ()


UNREAD = Sight({"net_answer": 0.0, "net_relevance": 0.0, "net_unread": 1.0})


def sight(reading: PassageReading, above: int) -> Sight:
    """What is kept of a reading whose text has `above` characters of headings over the passage.

    Logits are bounded and scaled. Of a passage whose turn did not come nothing is known.
    """
    if not reading.read:
        return UNREAD
    features = {
        "net_answer": _bounded(reading.answer),
        "net_relevance": _bounded(reading.relevance),
        "net_unread": 0.0,
    }
    return Sight(features, _below(reading.spans, above), _below(reading.parts, above))


def answer_logit(features: Mapping[str, float]) -> float | None:
    """The network's logit that a passage answers, out of its features; None if it was not read."""
    if features.get("net_unread", 1.0):
        return None
    return features["net_answer"] * _SCALE


def _below(spans: Sequence[Found], above: int) -> tuple[Found, ...]:
    moved = (Found(s.start - above, s.end - above, s.score) for s in spans)
    return tuple(s for s in moved if s.start >= 0)


def _bounded(logit: float) -> float:
    return max(-_LIMIT, min(_LIMIT, logit)) / _SCALE
