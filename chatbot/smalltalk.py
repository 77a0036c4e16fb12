"""What is no question: greetings, thanks, nothing at all."""

from __future__ import annotations

import re

from corpus.fold import fold

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(rf"^(?:{pattern})[\s,，.。!！?？~～、]*$"))
    for key, pattern in (
        ("greeting", r"(?:(?:你|您|大家|各位)?好(?:呀|啊)?|哈[喽啰罗]|嗨|早(?:上好|晨|安)?|[上中下]午好|晚上好|午安|晚安|"
                     r"喂|在吗|有人吗|hi+|hello+|hey|good (?:morning|afternoon|evening)|olá|ola|oi|bom dia|boa tarde|"
                     r"boa noite|viva)(?:[\s,，!！]*(?:你好|there|ponte|tudo bem|hello|olá))*"),
        ("thanks", r"(?:(?:非常|十分|好)?(?:感谢|多谢|谢谢|唔该|thx)(?:你|您|晒|哂|了|啊|您的帮助)*|thanks?(?: you)?(?: (?:so|very) much| a lot)?|"
                   r"(?:muito )?obrigad[oa](?: pela ajuda)?|ok(?:ay)?|好的?|明白|知道了|收到|got it)"),
        ("bye", r"(?:再见|拜拜|bye(?:[ -]?bye)?|goodbye|see you|adeus|tchau|até (?:logo|já|amanhã|breve))"),
        ("about", r"(?:你|您)(?:是谁|系边个|叫什么(?:名字)?|能(?:做|干)(?:些)?什么|可以(?:做|干|帮我)(?:些)?什么|识做咩|会什么)|"
                  r"who are you|what (?:are you|can you do)|help|quem (?:é|és)(?: você| tu)?|o que (?:podes|pode|sabe) fazer|ajuda|帮助|帮忙"),
    )
)  # fmt: skip


def smalltalk(question: str) -> str | None:
    """The key of the phrase that answers a text which is no question, or None."""
    folded = fold(" ".join(question.split()))
    if not any(c.isalnum() for c in folded):
        return "empty_question"
    return next((key for key, pattern in _KINDS if pattern.match(folded)), None)
