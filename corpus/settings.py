"""One frozen `Settings` object, read from `ponte.toml` and `PONTE_*` by the entry points only."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from platformdirs import user_cache_path, user_data_path

from corpus.errors import SettingsError

BUNDLED_SOURCES = Path(__file__).parent / "sources"
BUNDLED_GLOSSARY = Path(__file__).parent / "glossary.toml"
BUNDLED_THESAURUS = Path(__file__).parent / "thesaurus.toml"
PRECISIONS = ("auto", "float32", "bfloat16", "int8")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be configured, with its default.

    `index`: folder of the snapshots. `cache`: folder of converted model weights and measured
    choices. `sources`: folder of the documents. `glossary`, `thesaurus`: names and wording.
    `model`: `bundled`, a folder, or a hub name. `reader`: the trained one: `bundled`, a folder, or
    `none` (rules alone). `precision`: `auto` (measured once), `float32`, `bfloat16` or `int8`
    (which is for reading; embedding then is float32). `threads`: torch threads, 0 for all cores.
    `candidates`: passages read for each question. `keep_snapshots`: published snapshots that stay
    for roll-back. `stale_months`: age from which a figure is said to be old. `at_once`: questions
    that a server answers at the same time; `waiting`: how many more may wait.
    """

    index: Path = field(default_factory=lambda: user_data_path("ponte") / "index")
    cache: Path = field(default_factory=lambda: user_cache_path("ponte"))
    sources: Path = BUNDLED_SOURCES
    glossary: Path = BUNDLED_GLOSSARY
    thesaurus: Path = BUNDLED_THESAURUS
    model: str = "bundled"
    reader: str = "bundled"
    precision: str = "auto"
    threads: int = 0
    candidates: int = 12
    keep_snapshots: int = 3
    stale_months: int = 24
    at_once: int = 2
    waiting: int = 64
    host: str = "127.0.0.1"
    port: int = 7860

    def with_(self, **changes: Any) -> Settings:  # noqa: ANN401 - any field's type
        """Return a copy with the given fields replaced; None means unchanged."""
        return replace(self, **{k: v for k, v in changes.items() if v is not None})


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read `ponte.toml` (or `path`), then `PONTE_<FIELD>` variables, which win.

    Raises:
        SettingsError: the file is not TOML, a key is unknown or a value has the wrong type.
    """
    environ = os.environ if environ is None else environ
    types = get_type_hints(Settings)
    names = {f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    file = path or Path(environ.get("PONTE_CONFIG", "ponte.toml"))
    if file.is_file():
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file} is not valid TOML: {error}") from error
        for key, value in table.items():
            if key not in names:
                raise SettingsError(f"{file}: unknown setting {key!r}; known: {sorted(names)}")
            values[key] = _convert(f"{file}: {key}", value, types[key])
    elif path is not None or "PONTE_CONFIG" in environ:
        raise SettingsError(f"the settings file {file} does not exist")
    for name in names:
        if (raw := environ.get(f"PONTE_{name.upper()}")) not in (None, ""):
            values[name] = _convert(f"PONTE_{name.upper()}", raw, types[name])
    settings = Settings(**values)
    if settings.precision not in PRECISIONS:
        raise SettingsError(f"precision is {settings.precision!r}; use one of {PRECISIONS}")
    if settings.at_once < 1:
        raise SettingsError(f"at_once is {settings.at_once}; it must be at least 1")
    return settings


def _convert(where: str, value: object, kind: type) -> object:
    """Turn a TOML or environment value into the type of its field."""
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    if kind is int:
        try:
            number = int(str(value))
        except ValueError as error:
            raise SettingsError(f"{where} is {value!r}; it must be a whole number") from error
        if number < 0:
            raise SettingsError(f"{where} is {number}; it must not be negative")
        return number
    if isinstance(value, kind):
        return value
    raise SettingsError(f"{where} is {value!r}; it must be {kind.__name__}")
