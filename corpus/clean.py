"""Cleaning: general repairs that turn an extracted or copied text into one line for each block.

Only marks and white space are taken away, never words: links to a heading of the same page,
emphasis, HTML formatting; ideographs get their usual code point; sentences cut by line or page
breaks are joined; a wrong closing quotation mark is mended; spaces between Chinese characters go.
What comes out is Markdown: headings with `#`, items with `-` or their number, one blank line
between blocks.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from corpus.fold import unify
from corpus.lines import (
    Line,
    ends_sentence,
    has_open_bracket,
    is_han,
    is_rule,
    is_sentence_like,
    read_line,
    width,
)

_FORMATTING = (
    "a|abbr|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|ins|li|"
    "mark|ol|p|pre|q|s|section|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul"
)
_TAG = re.compile(
    rf"</?(?:{_FORMATTING})(?:\s+[a-zA-Z:-]+(?:\s*=\s*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'<>]+))?)*\s*/?>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:[^()\n]|\([^()\n]*\))*)\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__|<(?:b|strong)>)(.+?)(?:\*\*|__|</(?:b|strong)>)\s*$", re.I)
# Words of English and Portuguese that end no line of a list and no heading.
_UNFINISHED = re.compile(
    r"\s(?:of|the|and|or|to|in|on|at|for|with|by|from|an?|d[aeo]s?|em|n[ao]s?|para|por|com|e|ou|o)$"
)
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+(?=[^\s\d>]|$)")
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WIDE = rf"\u2014\u2015\u2018\u2019\u201c\u201d\u2026\u2027\u3001-\u303f{_HAN}\uff01-\uff5e"
_SPACES = re.compile(rf"(?<=[{_WIDE}])[ \t]+(?=[{_WIDE}0-9])|(?<=[0-9])[ \t]+(?=[{_HAN}])")
_PASSES = 20


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text and, for each of its non-empty lines, the source line where it begins."""

    text: str
    lines: tuple[int, ...]


def clean(text: str) -> Cleaned:
    """Clean a text until a further pass changes nothing, so that `clean` is idempotent."""
    done = _once(text)
    origin = done.lines
    for _ in range(_PASSES):
        again = _once(done.text)
        if again.text == done.text:
            break
        # Line numbers of a later pass count lines of the pass before: follow them back.
        at = {n: origin[i] for i, n in enumerate(_filled(done.text))}
        origin = tuple(at[n] for n in again.lines)
        done = again
    return Cleaned(done.text, origin)


def _filled(text: str) -> list[int]:
    return [n for n, line in enumerate(text.split("\n"), 1) if line]


def _once(text: str) -> Cleaned:
    lines = _read(_characters(text))
    lines = [replace(line, body=_tidy(line.body)) for line in _join(lines)]
    return _render(_promote([line for line in lines if line.body]))


def _characters(text: str) -> str:
    """Newlines, blanks and controls in one form; comments and entities resolved."""
    text = re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t\x1f]", " ", text)
    text = html.unescape(_COMMENT.sub("", text)) if "<!--" in text or "&" in text else text
    text = unify(text)
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))


def _read(text: str) -> list[Line]:
    """Lines with their marks taken apart; navigation and rules are left out."""
    raws = [_QUOTED.sub("", raw) for raw in text.split("\n")]
    headings = {
        _strip(line.body)
        for line in (read_line(raw, False, 0) for raw in raws)
        if line.kind in ("heading", "section")
    }
    lines: list[Line] = []
    gap = True
    for number, raw in enumerate(raws, 1):
        if not raw.strip() or is_rule(raw.strip()):
            # The rule below the head of a table does not part it from its rows.
            gap = gap or not raw.strip().startswith("|")
            continue
        link = _LINK.fullmatch(raw.strip())
        if link and link[2].startswith("#") and _strip(link[1]) in headings:
            gap = True
            continue
        bold = _BOLD_LINE.match(raw)
        if bold and "**" not in bold[1] and not ends_sentence(bold[1]) and width(bold[1]) <= 60:
            # A line set in bold as a whole is a heading below the one that it stands under.
            last = next(
                (len(p.marker) for p in reversed(lines) if p.kind == "heading" and not p.indent), 1
            )
            lines.append(Line("heading", "#" * min(last + 1, 6), _inline(bold[1]), 1, True, number))
        else:
            line = read_line(_inline(raw), gap, number)
            if line.body:
                lines.append(line)
        gap = False
    return lines


def _strip(text: str) -> str:
    return re.sub(r"\s+", "", _inline(text))


def _inline(text: str) -> str:
    """Take away inline marks: images, links, HTML formatting, emphasis."""
    for pattern, by in (
        (_IMAGE, r"\1"),
        (_LINK, r"\1"),
        (_TAG, ""),
        (_STRONG, r"\2"),
        (_EMPHASIS, r"\1"),
    ):
        text = pattern.sub(by, text)
    return text


def _join(lines: list[Line]) -> list[Line]:
    """Join what a line break or a page break cut."""
    full = _wrap_width(lines)
    out: list[Line] = []
    last = ""  # the last physical line of the block being joined
    for line in lines:
        if out and _continues(out[-1], last, line, full):
            out[-1] = replace(out[-1], body=_glue(out[-1].body, line.body))
        else:
            out.append(line)
        last = line.marker + line.body
    return out


def _wrap_width(lines: list[Line]) -> int:
    """Columns at which a text was hard-wrapped, or 0 where it was not.

    A wrapped text has many lines of nearly the same width that end in the middle of a sentence.
    """
    widths = sorted(width(line.marker + line.body) for line in lines if line.kind != "heading")
    if len(widths) < 8:
        return 0
    wrap = widths[int(len(widths) * 0.9)]
    cut = [
        line
        for line in lines
        if width(line.marker + line.body) >= 0.85 * wrap and not ends_sentence(line.body)
    ]
    return wrap if 40 <= wrap <= 120 and len(cut) >= 0.35 * len(widths) else 0


def _continues(block: Line, last: str, line: Line, full: int) -> bool:
    """Whether `line` goes on with the sentence that `block` (whose last line is `last`) began."""
    if line.starts_block or block.kind in ("heading", "table") or block.body == "":
        return False
    hanging = block.kind != "plain" and line.indent > block.indent and not line.gap
    if hanging and last[-1] not in ":：" and max(ord(last[-1]), ord(line.body[0])) < 0x2000:
        return True  # words of an alphabet indented below an item, save a list that it introduces
    if ends_sentence(last):
        # A wrapped line that is filled to the brim says nothing of where the paragraph ends.
        return bool(full) and width(last) >= 0.97 * full and line.indent <= block.indent
    if last[-1] in "，、,－—–-（(《“「" or has_open_bracket(block.body[-400:]):
        return True
    if _UNFINISHED.search(last):
        return True
    if full and width(last) >= 0.85 * full:
        return True
    if line.body[0].islower() and line.body[0].isascii():
        return is_sentence_like(block.body) or len(block.body.split()) >= 6
    return is_sentence_like(block.body) and is_han(last[-1]) and is_han(line.body[0])


def _glue(left: str, right: str) -> str:
    """Join two pieces: with a blank between words of an alphabet, without between ideographs."""
    if re.search(r"[a-zà-ÿ]-$", left) and right[:1].islower():
        return left + right  # a word cut or compounded at its hyphen
    if left and right and ord(left[-1]) < 0x2000 and ord(right[0]) < 0x2000:
        return f"{left} {right}"
    return left + right


def _tidy(text: str) -> str:
    """Mend spaces and quotation marks inside a block."""
    text = _SPACES.sub("", re.sub(r"[ \t]{2,}", " ", text)).strip()
    out: list[str] = []
    open_ = 0
    for char in text:
        if char == "＂":
            char = "”" if open_ > 0 else "“"
        open_ += (char == "“") - (char == "”")
        out.append(char)
    return "".join(out)


def _promote(lines: list[Line]) -> list[Line]:
    """Make headings of short numbered section lines and of the title of a plain text."""
    out: list[Line] = []
    titled = any(line.kind == "heading" for line in lines)
    for i, line in enumerate(lines):
        if line.kind == "section":
            alone = not ends_sentence(line.body) and width(line.body) <= 60
            joint = " " if line.marker[-1] == "." or line.marker[0] == "第" else ""
            body = line.marker + joint + line.body
            deep = 3 if line.marker[0] in "(（" else 2
            line = (
                Line("heading", "#" * deep, body, 0, True, line.number)
                if alone
                else replace(line, kind="plain", marker="", body=body)
            )
        elif (
            i == 0
            and not titled
            and len(lines) > 1
            and line.kind == "plain"
            and not (line.starts_block or ends_sentence(line.body) or width(line.body) > 120)
        ):
            line = Line("heading", "#", line.body, 0, True, line.number)
        out.append(line)
    return out


def _place(levels: list[tuple[int, str]], line: Line) -> list[tuple[int, str]]:
    """Depth of a list item: that of the number before it, else by its indent."""
    here = (line.indent, line.marker)
    if (number := re.search(r"\d+", line.marker)) and number[0] != "1":
        before = line.marker.replace(number[0], str(int(number[0]) - 1), 1)
        for depth, (indent, marker) in enumerate(levels):
            if marker == before:
                return [*levels[:depth], (indent, line.marker)]
    while levels and levels[-1][0] > line.indent:
        levels = levels[:-1]
    if levels and levels[-1][0] == line.indent:
        levels = levels[:-1]
    return [*levels, here]


def _render(lines: list[Line]) -> Cleaned:
    """Write blocks as Markdown; list items and lines that stood together stay together."""
    out: list[str] = []
    before: Line | None = None
    levels: list[tuple[int, str]] = []  # indent and mark of the item last seen at each depth
    for line in lines:
        if line.kind in ("bullet", "number"):
            levels = _place(levels, line)
            lead = "  " * (len(levels) - 1) + line.marker + " "
        else:
            levels = levels if line.kind == "plain" else []
            lead = line.marker + " " if line.kind == "heading" else ""
        together = (
            before is not None
            and not line.gap
            and (
                (before.kind == line.kind and line.kind in ("plain", "table"))
                or (line.kind in ("bullet", "number") and before.kind in ("bullet", "number"))
            )
        )
        if before is not None and not together:
            out.append("")
        out.append(lead + line.body)
        before = line
    return Cleaned("\n".join(out) + "\n" if out else "", tuple(line.number for line in lines))
