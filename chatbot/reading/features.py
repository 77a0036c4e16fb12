"""What the network says of a passage, as features among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.reading.read import PassageReading

FEATURES = ("net_answer", "net_relevance", "net_unread")
_LIMIT = 8.0


def network_features(reading: PassageReading | None) -> dict[str, float]:
    """Return the logits of a reading, bounded and scaled; None: the passage was not read."""
    if reading is None:
        return {"net_answer": 0.0, "net_relevance": 0.0, "net_unread": 1.0}
    return {
        "net_answer": _bounded(reading.answer),
        "net_relevance": _bounded(reading.relevance),
        "net_unread": 0.0,
    }


def _bounded(logit: float) -> float:
    return max(-_LIMIT, min(_LIMIT, logit)) / 4
