"""How a command ends: what it raises becomes a message on standard error and an exit code."""

from __future__ import annotations

import errno
import io
import logging
import os
import shlex
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from chatbot.console import complain, visible
from corpus.errors import IndexUnavailable, InputError, PonteError

DONE, BUG, USAGE, REFUSED, NO_INDEX = range(5)
"""The exit codes; others rely on them."""

_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.EEXIST)


class Commands(TyperGroup):
    """Runs a command and turns what it raises into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer does not export its own class
        """Run the command that was named."""
        try:
            result: Any = super().invoke(ctx)
            sys.stdout.flush()  # here, where a reader that has gone away can still be noticed
            return result
        except BrokenPipeError:
            _hush()
            raise typer.Exit(DONE) from None
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except Exception as error:
            debug = "debug" in ctx.meta
            if debug:
                traceback.print_exc()
            message, code = explain(error, debug)
            if index := ctx.meta.get("index"):
                mend = f"`ponte build --index {shlex.quote(str(index))}`"
                message = message.replace("`ponte build`", mend)
            complain(message)
            raise typer.Exit(code) from error


def explain(error: Exception, debug: bool) -> tuple[str, int]:
    """The message and the exit code of an error."""
    if isinstance(error, IndexUnavailable):
        return str(error), NO_INDEX
    if isinstance(error, InputError):
        return str(error), USAGE
    if isinstance(error, PonteError):
        return str(error), BUG
    if isinstance(error, OSError) and error.filename and error.errno in _UNWRITABLE:
        where = f"{error.filename}: {error.strerror}"
        return f"{where}; choose another folder with --index or PONTE_CACHE", USAGE
    hint = "" if debug else "; run the command again with --debug to see where"
    return f"the program failed, which is a bug ({type(error).__name__}: {error}){hint}", BUG


def _hush() -> None:
    """Let nothing more be written to a standard output that no one reads."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except io.UnsupportedOperation:
        sys.stdout = io.StringIO()


def start_logging() -> None:
    """Send warnings to standard error; `--debug` adds the program's own notes."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Visible("%(levelname)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Visible(logging.Formatter):
    """Log lines may quote documents and file names: they must not steer a terminal either."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))
