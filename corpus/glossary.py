"""The glossary and the thesaurus: official names, and words that mean the same in this field.

Both say which strings name one thing in four languages; neither holds facts. A `Lexicon` finds
their entries in a text of any of the languages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from corpus.errors import SettingsError
from corpus.fold import fold
from corpus.records import LANGUAGES, Language

_WORD = re.compile(r"[0-9a-zà-öø-ÿ]+(?:['’.&-][0-9a-zà-öø-ÿ]+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A name (from the glossary) or a concept (from the thesaurus) with its forms.

    `id` is unique. `kind` is the kind of a name (agreement, country, …) or the type of a concept
    (quantity, action, …). `names` are the official names by language (empty for a concept);
    `forms` all folded strings that stand for the term. `broader` are ids that a text which
    speaks of this term speaks of as well.
    """

    id: str
    kind: str
    names: Mapping[Language, str]
    forms: tuple[str, ...]
    broader: tuple[str, ...] = ()

    @property
    def is_name(self) -> bool:
        """Whether the term is an official name rather than a concept."""
        return bool(self.names)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a folded text where a term is named: `folded[start:end]`."""

    term: Term
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """All terms, with search for their mentions."""

    terms: tuple[Term, ...]
    by_id: Mapping[str, Term] = field(default_factory=dict)

    @cached_property
    def _by_form(self) -> dict[str, tuple[Term, ...]]:
        table: dict[str, tuple[Term, ...]] = {}
        for term in self.terms:
            for form in term.forms:
                table[form] = (*table.get(form, ()), term)
        return table

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Longest form first; forms of an alphabet stand on word boundaries, with a plural s."""
        forms = sorted(self._by_form, key=len, reverse=True)
        parts = [
            rf"(?<![0-9a-zà-ÿ]){re.escape(f)}(?:e?s)?(?![0-9a-zà-ÿ])" if f.isascii() or
            re.match(r"[a-zà-ÿ]", f) else re.escape(f)
            for f in forms
        ]
        return re.compile("|".join(parts)) if parts else re.compile(r"(?!)")

    def mentions(self, text: str, *, folded: bool = False) -> list[Mention]:
        """Find terms in a text: the longest form at each place, left to right, not overlapping."""
        text = text if folded else fold(text)
        found: list[Mention] = []
        for m in self._pattern.finditer(text):
            for term in self._lookup(m[0]):
                found.append(Mention(term, m.start(), m.end()))
        return found

    def _lookup(self, surface: str) -> tuple[Term, ...]:
        for form in (surface, surface.removesuffix("s"), surface.removesuffix("es")):
            if form in self._by_form:
                return self._by_form[form]
        return ()

    def closure(self, terms: Iterable[Term]) -> set[str]:
        """Ids of terms and of everything broader than them."""
        seen: set[str] = set()
        todo = [term.id for term in terms]
        while todo:
            name = todo.pop()
            if name not in seen and name in self.by_id:
                seen.add(name)
                todo.extend(self.by_id[name].broader)
        return seen

    @cached_property
    def chinese_forms(self) -> tuple[str, ...]:
        """Folded Chinese forms of all terms: the user dictionary of the segmenter."""
        return tuple(f for f in self._by_form if re.search(r"[\u4e00-\u9fff]", f))

    @cached_property
    def vocabulary(self) -> dict[Language, frozenset[str]]:
        """Words of the English and of the Portuguese names and forms, for telling them apart."""
        words: dict[Language, set[str]] = {"en": set(), "pt": set()}
        for term in self.terms:
            for language in ("en", "pt"):
                if name := term.names.get(language):
                    words[language].update(w.lower() for w in _WORD.findall(name))
        return {k: frozenset(v) for k, v in words.items()}


def load_lexicon(glossary: Path, thesaurus: Path | None = None) -> Lexicon:
    """Read the glossary and, where given, the thesaurus.

    Raises:
        SettingsError: a file is missing, is not TOML, or an entry lacks a name or repeats one.
    """
    terms: list[Term] = []
    for row in _rows(glossary, "entry"):
        try:
            names: dict[Language, str] = {lang: row[lang] for lang in LANGUAGES}
            kind = row["kind"]
        except KeyError as error:
            raise SettingsError(f"{glossary}: an entry lacks {error}: {row!r}") from error
        forms = _forms([*names.values(), *row.get("aliases", [])])
        terms.append(Term(f"name:{fold(names['zh-Hant'])}", kind, names, forms))
    for row in _rows(thesaurus, "concept") if thesaurus else []:
        try:
            forms = _forms([*row["zh"], *row["en"], *row["pt"]])
            terms.append(Term(row["id"], row["type"], {}, forms, tuple(row.get("broader", ()))))
        except KeyError as error:
            raise SettingsError(f"{thesaurus}: a concept lacks {error}: {row!r}") from error
    by_id = {term.id: term for term in terms}
    if len(by_id) != len(terms):
        twice = next(t.id for t in terms if by_id[t.id] is not t)
        raise SettingsError(f"{glossary}: {twice!r} stands there twice; keep one entry")
    return Lexicon(tuple(terms), by_id)


def _rows(path: Path, key: str) -> list[dict[str, object | str | list[str]] | dict[str, str]]:  # type: ignore[type-arg]
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    rows = table.get(key, [])
    if not isinstance(rows, list):
        raise SettingsError(f"{path}: {key} must be an array of tables, [[{key}]]")
    return rows


def _forms(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(name).strip() for name in names if name.strip()))
