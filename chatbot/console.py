"""The terminal: JSON for programs, text for people, progress for those who wait.

Whatever comes from a document, a question or a file name is shown as it is and never obeyed:
control characters are written out, and nothing is read as markup.
"""

from __future__ import annotations

import json
import sys
import time
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
    """A console without markup or colouring of its own."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def write(*pieces: Styled | str, indent: int = 0, stderr: bool = False) -> None:
    """Write pieces of text as one paragraph, made visible; `indent` in columns.

    Where no terminal is on the other end, lines are never wrapped and nothing is coloured.
    """
    stream = sys.stderr if stderr else sys.stdout
    parts = [(visible(p), "") if isinstance(p, str) else (visible(p[0]), p[1]) for p in pieces]
    if not stream.isatty():
        lines = "".join(words for words, _ in parts).split("\n")
        stream.write("".join(f"{' ' * indent if line else ''}{line}\n" for line in lines))
        return
    from rich.padding import Padding
    from rich.text import Text

    screen(stderr=stderr).print(Padding(Text.assemble(*parts), (0, 0, 0, indent)))


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: drawn on a terminal, else one line for each row, cells parted by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            write("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    screen().print(table)


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    write(("Error: ", "bold red"), message, stderr=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how far a task is and how long it will take.

    A bar on a terminal, else a line each tenth. Gives a function that takes the number of steps
    done and in all; the first call tells how many were done before.
    """
    if not sys.stderr.isatty():
        write(f"{title} …", stderr=True)
        start, before, said = time.monotonic(), -1, 0

        def line(done: int, total: int) -> None:
            nonlocal said, before
            before = done if before < 0 else before
            if (tenth := 10 * done // max(1, total)) > said:
                said = tenth
                left = (time.monotonic() - start) * (total - done) / max(1, done - before)
                when = f", {left:.0f} s left" if before < done < total else ""
                write(f"{done} of {total}{when}", indent=2, stderr=True)

        yield line
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen(stderr=True), transient=True) as bar:
        task = bar.add_task(visible(title), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """Show on a terminal that something is going on; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.text import Text

    with screen(stderr=True).status(Text(visible(title))):
        yield


def _steers(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
