"""The terminal: JSON for programs, text for people, progress for those who wait.

Whatever comes from a document, a question or a file name is shown as it is and never obeyed:
control characters are written out, and nothing is read as markup.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # rich takes a tenth of a second, which `--help` and JSON need not spend
    from rich.console import Console

Styled = tuple[str, str]
"""A piece of text and its style (rich's words, such as `bold red`)."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def print_json(data: dict[str, Any]) -> None:
    """Write one JSON object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def visible(text: str) -> str:
    r"""Return `text` with everything that would steer a terminal written out (`\x1b`).

    Newlines and tabs stay. Characters that turn the direction of writing are written out too: they
    make a line read as what it is not.
    """
    return "".join(c if c in "\n\t" or not _steers(c) else _written_out(c) for c in text)


def screen(*, stderr: bool = False) -> Console:
    """A console without markup or colouring of its own; where no one looks, it never wraps."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=not stream.isatty()
    )


def write(out: Console, *pieces: Styled | str, indent: int = 0) -> None:
    """Write pieces of text as one paragraph, made visible; `indent` in columns."""
    from rich.padding import Padding
    from rich.text import Text

    text = Text()
    for piece in pieces:
        words, style = (piece, "") if isinstance(piece, str) else piece
        text.append(visible(words), style)
    if out.soft_wrap:
        lines = text.split("\n", allow_blank=True)
        for line in lines:
            out.print(Text(" " * indent).append_text(line) if line.plain else line)
    else:
        out.print(Padding(text, (0, 0, 0, indent)))


def write_table(out: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: drawn on a terminal, else one line for each row, cells parted by tabs."""
    if out.soft_wrap:
        for row in rows:
            write(out, "\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    out.print(table)


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    write(screen(stderr=True), ("Error: ", "bold red"), message)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how far a task is: a bar on a terminal, else a line each tenth.

    Gives a function that takes the number of steps done and in all.
    """
    out = screen(stderr=True)
    if not out.is_terminal:
        write(out, f"{title} …")
        said = 0

        def line(done: int, total: int) -> None:
            nonlocal said
            if (tenth := 10 * done // max(1, total)) > said:
                said = tenth
                write(out, f"{title}: {done} of {total}")

        yield line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(visible(title), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """Show on a terminal that something is going on; elsewhere show nothing."""
    out = screen(stderr=True)
    if not out.is_terminal:
        yield
        return
    from rich.text import Text

    with out.status(Text(visible(title))):
        yield


def _steers(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
