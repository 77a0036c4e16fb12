"""The structure of a cleaned text: one `Block` for each of its lines."""

from __future__ import annotations

import re

from corpus.lines import ends_sentence, is_label
from corpus.records import Block, BlockKind

_HEADING = re.compile(r"^(#{1,6}) (.+)$")
_ITEM = re.compile(r"^( *)(-|\d{1,3}[.．)）、]|[(（]\d{1,3}[)）]|[①-⑳]) (.+)$")


def read_blocks(text: str) -> tuple[Block, ...]:
    """Read the blocks of a cleaned text, in order; offsets bound the words without their mark.

    Lines that stand together without a blank line are `line` blocks (an unmarked list, a table),
    unless they end as sentences do; a line alone is a `paragraph`, or a `link` where it is a mere
    label, which is what a bare link leaves behind.
    """
    rows: list[tuple[int, str]] = []
    offset = 0
    for row in text.split("\n"):
        rows.append((offset, row))
        offset += len(row) + 1
    blocks: list[Block] = []
    for i, (start, row) in enumerate(rows):
        if not row:
            continue
        end = start + len(row)
        if m := _HEADING.match(row):
            blocks.append(Block("heading", start + m.start(2), end, len(m[1]), m[1]))
        elif m := _ITEM.match(row):
            blocks.append(Block("item", start + m.start(3), end, len(m[1]) // 2, m[2]))
        else:
            near = [rows[j][1] for j in (i - 1, i + 1) if 0 <= j < len(rows)]
            grouped = any(r and not _HEADING.match(r) and not _ITEM.match(r) for r in near)
            kind: BlockKind = "paragraph"
            if grouped and not ends_sentence(row):
                kind = "line"
            elif not grouped and is_label(row):
                kind = "link"
            blocks.append(Block(kind, start, end))
    return tuple(blocks)
