"""What a line of a document is: its mark, its words, its width, how it begins and ends."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_BULLET = re.compile(r"^([-*+•●○▪◦·‧])[ \t]+(.*)$")
# 1. 1) 1、 (1) ① — a figure such as 1.5 or a year such as 2022. is no mark.
_NUMBER = re.compile(r"^(\d{1,3}[.．)）、](?!\d)|[(（]\d{1,3}[)）]|[①-⑳])[ \t]*(.*)$")
_HAN_NUMBER = re.compile(
    r"^((?:[一二三四五六七八九十百]{1,4}、)|(?:[(（][一二三四五六七八九十百]{1,4}[)）]))[ \t]*(.*)$"
)
_PART = re.compile(
    rf"^(第[一二三四五六七八九十百零〇\d]{{1,6}}[编編章节節部])[ \t]*([{_HAN}].{{0,40}})$"
)
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零〇\d]{1,6}[条條]")
_ROMAN = re.compile(r"^((?:X{0,3}(?:IX|IV|V?I{0,3}))\.)[ \t]+(\S.*)$")
_TABLE_RULE = re.compile(r"^\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?$")
_RULE = re.compile(r"^([-*_=`~])([ \t]*\1){2,}$")

TERMINAL = "。！？!?…：:；;"
CLOSING = "”’」』）)】》〉］]\"'"
_OPEN_CLOSE = {"《": "》", "〈": "〉", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line apart from its mark. `kind` is heading, bullet, number, section, table or plain.

    `section` is a line numbered in Chinese or Roman numerals (一、 （一） II.) or a chapter, which
    is a heading when it is short and no sentence. `gap` tells that blank lines stood before it.
    """

    kind: str
    marker: str
    body: str
    indent: int
    gap: bool
    number: int

    @property
    def starts_block(self) -> bool:
        """Whether the line can only be the beginning of a block."""
        return self.kind != "plain" or bool(_ARTICLE.match(self.body))


def read_line(raw: str, gap: bool, number: int) -> Line:
    """Take a line apart; `number` is its place in the source file, from 1."""
    text = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    if m := _HEADING.match(text):
        return Line("heading", m[1], m[2].strip(), 0, gap, number)
    if text.startswith("|"):
        return Line("table", "", text, 0, gap, number)
    if m := _BULLET.match(text):
        return Line("bullet", "-", m[2].strip(), indent, gap, number)
    for pattern in (_HAN_NUMBER, _PART):
        if m := pattern.match(text):
            return Line("section", m[1], m[2].strip(), 0, gap, number)
    if (m := _ROMAN.match(text)) and m[1] != ".":
        return Line("section", m[1], m[2].strip(), 0, gap, number)
    if (m := _NUMBER.match(text)) and m[2]:
        return Line("number", m[1], m[2].strip(), indent, gap, number)
    return Line("plain", "", text, indent, gap, number)


def is_rule(text: str) -> bool:
    """Whether a line only draws a rule (of a page or of a table's head)."""
    return bool(_RULE.match(text) or (len(text) > 3 and _TABLE_RULE.match(text)))


def width(text: str) -> int:
    """Columns that a text takes in a fixed-width font: two for each wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def is_han(char: str) -> bool:
    """Whether a character is a Chinese ideograph."""
    return (
        "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or "\uf900" <= char <= "\ufaff"
    )


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence, clause list or lead-in does (closing marks aside)."""
    bare = text.rstrip(CLOSING)
    if not bare:
        return False
    return bare[-1] in TERMINAL or (bare[-1] == "." and len(bare) > 1 and not bare[-2].isdigit())


def has_open_bracket(text: str) -> bool:
    """Whether a bracket or a book-title mark is opened in a text and not closed in it."""
    return any(text.count(o) > text.count(c) for o, c in _OPEN_CLOSE.items())


def is_sentence_like(text: str) -> bool:
    """Whether a text reads as (part of) a sentence rather than as a label or a heading."""
    return bool(re.search(r"[，。；！？]|[,;] |\. ", text)) or len(text) > 60


def is_label(text: str) -> bool:
    """Whether a text is a mere label: short, without figures, and no sentence."""
    return width(text) <= 60 and not re.search(r"[\d，。；！？：:]|[.!?]$", text.strip())
