"""What is no question: greetings, thanks, nothing at all."""

from __future__ import annotations

from chatbot.wording import names, pattern
from corpus.fold import fold

_WHOLE = "^{}[\\s,，.。!！?？~～、]*$"


def smalltalk(question: str) -> str | None:
    """The key of the phrase that answers a text which is no question, or None."""
    folded = fold(" ".join(question.split()))
    if not any(c.isalnum() for c in folded):
        return "empty_question"
    kinds = names("smalltalk")
    return next((k for k in kinds if pattern("smalltalk", k, _WHOLE).match(folded)), None)
