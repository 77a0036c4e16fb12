"""What the commands share: options, settings, the engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chatbot.console import progress, waiting

if TYPE_CHECKING:
    from chatbot.engine import Engine
    from corpus.settings import Settings


PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""How every group of commands is made: plain help, which is quick and reads well in a pipe."""


def examples(*lines: str) -> str:
    """The end of a command's help; the first line tells click to keep the lines as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def _note(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:  # noqa: ANN401
    """Keep --index and --debug where every command of one call, and its errors, see them."""
    if value:
        ctx.meta[str(param.name)] = value
        if param.name == "debug":
            tell_more(logging.DEBUG)
    return value


Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", callback=_note, show_default=False,
                 help="Folder of the index (default: PONTE_INDEX, else your data folder)."),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_note, help="Show log messages and, on errors, tracebacks."),
]
Lang = Literal["auto", "zh-Hant", "zh-Hans", "en", "pt"]


def show_version(value: bool) -> None:
    """Show the version and end, where that is asked for."""
    if value:
        from chatbot.version import program_version

        typer.echo(f"ponte {program_version()}")
        raise typer.Exit


def tell_more(level: int) -> None:
    """Let the program's own packages, not the libraries, log from this level on."""
    for package in ("corpus", "index", "chatbot", "eval"):
        logging.getLogger(package).setLevel(level)


def settings_for(index: Path | None, **changes: object) -> Settings:
    """The settings of this call: the file, the environment, then its options.

    Raises:
        SettingsError: a setting has a value that cannot be used.
    """
    from corpus.settings import load_settings

    return load_settings().with_(index=index, **changes)


def build_if_missing(settings: Settings) -> None:
    """Build the index where there is none, showing how far it is."""
    if _is_missing(settings):
        from chatbot.engine import build

        with _building(settings) as done:
            build(settings, done)


def engine_for(settings: Settings) -> Engine:
    """The engine, loaded; its index is built first where there is none."""
    from chatbot.engine import open_engine

    if _is_missing(settings):
        with _building(settings) as done:
            return open_engine(settings, done)
    with waiting("Loading the model …"):
        return open_engine(settings)


def _is_missing(settings: Settings) -> bool:
    from index.snapshot import current_id

    return current_id(settings.index) is None


def _building(settings: Settings) -> AbstractContextManager[Callable[[int, int], None]]:
    return progress(f"There is no index in {settings.index} yet; building it")
