"""Every sentence that the pages say, in the four languages: `texts/<language>.toml`.

What is said about an answer (table `answer`) stands in the answer's language, rendered by the
server. What stands around it (the other tables) is there in all four languages, and the browser
shows one. Simplified Chinese is made from Traditional; `texts/zh-Hans.toml` holds what differs in
more than the script.
"""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from importlib.resources import files

from corpus.fold import converter
from corpus.records import LANGUAGES, Language

NAMES: dict[Language, tuple[str, str]] = {
    "zh-Hant": ("繁體", "繁"),
    "zh-Hans": ("简体", "简"),
    "en": ("English", "EN"),
    "pt": ("Português", "PT"),
}
"""The languages by their own names, long and short."""

Texts = dict[str, str]


def label(language: Language, key: str, **values: object) -> str:
    """What the page says about an answer, in the answer's language; as HTML shows it."""
    return escape(tables(language)["answer"][key].format(**values))


def texts(table: str) -> dict[Language, Texts]:
    """A table in all languages."""
    return {language: tables(language)[table] for language in LANGUAGES}


def everywhere(key: str, table: str = "page") -> str:
    """What stands around the conversation: HTML with one span for each language.

    The style sheet shows the span of the page's language.
    """
    return "".join(
        f'<span class="l10n" lang="{language}">{escape(tables(language)[table][key])}</span>'
        for language in LANGUAGES
    )


@cache
def tables(language: Language) -> dict[str, Texts]:
    """All tables of a language."""
    if language != "zh-Hans":
        return _read(language)
    simple = converter("t2s").convert
    made = {
        name: {key: simple(text) for key, text in table.items()}
        for name, table in tables("zh-Hant").items()
    }
    for name, table in _read(language).items():
        made[name] |= table
    return made


def _read(language: Language) -> dict[str, Texts]:
    file = files("chatbot.web").joinpath("texts", f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
