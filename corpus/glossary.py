"""The glossary and the thesaurus: official names, and words that mean the same in this field.

Both say which strings name one thing in four languages; neither holds facts. A `Lexicon` finds
their entries in a text of any of the languages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import SettingsError
from corpus.fold import fold
from corpus.records import LANGUAGES, Language

_WORD = re.compile(r"[0-9a-zà-öø-ÿ]+(?:['’.&-][0-9a-zà-öø-ÿ]+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A name (from the glossary) or a concept (from the thesaurus) with its forms.

    `id` is unique. `kind` is the kind of a name (agreement, country, …) or the type of a concept
    (quantity, action, …). `names` are the official names by language (empty for a concept);
    `forms` all folded strings that stand for the term. `broader` are ids that a text which
    speaks of this term speaks of as well. `acronyms` stand for it only in capitals (US, WHO).
    """

    id: str
    kind: str
    names: Mapping[Language, str]
    forms: tuple[str, ...]
    broader: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()

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
    def _by_start(self) -> dict[str, tuple[str, ...]]:
        """Forms by their first two characters, longest first."""
        table: dict[str, list[str]] = {}
        for form in sorted(self._by_form, key=len, reverse=True):
            table.setdefault(form[:2], []).append(form)
        return {start: tuple(forms) for start, forms in table.items()}

    def _at(self, folded: str, i: int) -> Iterator[tuple[str, int]]:
        """Forms that begin at `i`, longest first, each with where it ends.

        Forms of an alphabet stand on word boundaries; a plural ending may follow them.
        """
        for form in self._by_start.get(folded[i : i + 2], ()):
            end = i + len(form)
            if not folded.startswith(form, i):
                continue
            if _is_letter(form[0]) and i and _is_letter(folded[i - 1]):
                continue
            if _is_letter(form[-1]) and end < len(folded) and _is_letter(folded[end]):
                plural = next(
                    (
                        s
                        for s in ("s", "es")
                        if folded.startswith(s, end)
                        and not _is_letter(folded[end + len(s) : end + len(s) + 1])
                    ),
                    None,
                )
                if plural is None:
                    continue
                end += len(plural)
            yield form, end

    @cached_property
    def _by_root(self) -> dict[str, tuple[Term, ...]]:
        """Terms with a form of one alphabetic word, by its root."""
        table: dict[str, tuple[Term, ...]] = {}
        for form, terms in self._by_form.items():
            if re.fullmatch(r"[a-zà-ÿ]{5,}", form):
                concepts = [t for t in terms if not t.is_name]
                # Several forms of one concept have one root: it is mentioned once.
                table[root(form)] = tuple(dict.fromkeys([*table.get(root(form), ()), *concepts]))
        return table

    def _inflected(self, folded: str, i: int) -> tuple[tuple[Term, ...], int]:
        """Terms of which the word at `i` is an inflected form, and where it ends."""
        if i and _is_letter(folded[i - 1]):
            return (), i + 1
        m = _LONG_WORD.match(folded, i)
        return (self._by_root.get(root(m[0]), ()), m.end()) if m else ((), i + 1)

    def mentions(self, text: str, *, folded: bool = False) -> list[Mention]:
        """Find terms in a text: the longest form at each place, left to right, not overlapping."""
        return list(self._mentions(text if folded else fold(text)))

    @cached_property
    def _mentions(self) -> Callable[[str], tuple[Mention, ...]]:
        """`mentions` of folded texts, remembered: the same passages are read for many questions."""
        return lru_cache(maxsize=_REMEMBERED)(self._find)

    @cached_property
    def _all_mentions(self) -> Callable[[str], tuple[Mention, ...]]:
        return lru_cache(maxsize=_REMEMBERED)(self._find_all)

    def _find(self, text: str) -> tuple[Mention, ...]:
        found: list[Mention] = []
        i = 0
        while i < len(text):
            form, end = next(self._at(text, i), ("", i + 1))
            terms = self._by_form.get(form, ())
            if not terms:
                terms, end = self._inflected(text, i)
                end = end if terms else i + 1
            found.extend(Mention(term, i, end) for term in terms)
            i = end
        return tuple(found)

    def question_mentions(self, text: str, folded: str, language: Language) -> list[Mention]:
        """Mentions in a question: also acronyms that are a word when written small (US, WHO).

        In Portuguese `eu` is a pronoun unless it is written EU.
        """
        found = self.mentions(folded, folded=True)
        if len(text) != len(folded):
            return found
        if language == "pt":
            found = [
                m for m in found if folded[m.start : m.end] != "eu" or text[m.start : m.end] == "EU"
            ]
        for m in re.finditer(r"(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])", text):
            for term in self._by_acronym.get(m[0], ()):
                found = [f for f in found if f.end <= m.start() or f.start >= m.end()]
                found.append(Mention(term, m.start(), m.end()))
        return sorted(found, key=lambda m: m.start)

    @cached_property
    def _by_acronym(self) -> dict[str, tuple[Term, ...]]:
        table: dict[str, tuple[Term, ...]] = {}
        for term in self.terms:
            for acronym in term.acronyms:
                table[acronym] = (*table.get(acronym, ()), term)
        return table

    def all_mentions(self, folded: str) -> list[Mention]:
        """Find terms at every place of a folded text, also inside longer ones."""
        return list(self._all_mentions(folded))

    def _find_all(self, folded: str) -> tuple[Mention, ...]:
        found: list[Mention] = []
        for i in range(len(folded)):
            if folded[i : i + 2] in self._by_start:
                for form, end in self._at(folded, i):
                    found.extend(Mention(term, i, end) for term in self._by_form[form])
            if "a" <= folded[i] <= "ÿ":
                terms, end = self._inflected(folded, i)
                found.extend(Mention(term, i, end) for term in terms)
        return tuple(found)

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


_REMEMBERED = 20_000  # texts whose mentions are remembered
_LONG_WORD = re.compile(r"[a-zà-ÿ]{5,}(?![0-9a-zà-ÿ])")
_ENDINGS = re.compile(
    r"(?:amentos?|imentos?|mentos?|ações|ação|acoes|acao|ations?|ados?|adas?|idos?|idas?|aram|eram|"
    r"iram|aria|ando|endo|indo|arem|ings?|edly|ed|ers?|ors?|ous?|eu|iu|ar|er|ir|es|s|e|o|a|y)$"
)


@lru_cache(maxsize=65536)
def root(word: str) -> str:
    """What is left of an English or Portuguese word without its commonest ending.

    At least four letters are left. Crude: `create`, `created`, `creating` meet, and so do
    `investir`, `investido`, `investiu`; nothing else is asked of it.
    """
    shorter = _ENDINGS.sub("", word)
    return shorter if len(shorter) >= 4 else word


def _is_letter(char: str) -> bool:
    """Whether a character is a letter of an alphabet or a digit."""
    return char.isalnum() and ord(char[0]) < 0x2000 if char else False


def load_lexicon(glossary: Path, thesaurus: Path | None = None) -> Lexicon:
    """Read the glossary and, where given, the thesaurus.

    Raises:
        SettingsError: a file is missing, is not TOML, or an entry lacks a name, repeats one or has
            a value of the wrong type.
    """
    terms: list[Term] = []
    for row in _rows(glossary, "entry", (*LANGUAGES, "kind"), (), ("aliases", "acronyms")):
        names: dict[Language, str] = {lang: row[lang] for lang in LANGUAGES}
        forms = _forms([*names.values(), *row.get("aliases", [])])
        name = f"name:{fold(names['zh-Hant'])}"
        terms.append(Term(name, row["kind"], names, forms, (), tuple(row.get("acronyms", ()))))
    words = ("zh", "en", "pt")
    for row in (
        _rows(thesaurus, "concept", ("id", "type"), words, ("broader",)) if thesaurus else []
    ):
        forms = _forms([*row["zh"], *row["en"], *row["pt"]])
        terms.append(Term(row["id"], row["type"], {}, forms, tuple(row.get("broader", ()))))
    by_id = {term.id: term for term in terms}
    if len(by_id) != len(terms):
        twice = next(t.id for t in terms if by_id[t.id] is not t)
        file = thesaurus if by_id[twice].names == {} else glossary
        raise SettingsError(f"{file}: {twice!r} stands there twice; keep one entry")
    return Lexicon(tuple(terms), by_id)


def _rows(
    path: Path, key: str, texts: Iterable[str], lists: Iterable[str], optional: Iterable[str]
) -> list[dict[str, Any]]:
    """The tables `[[key]]` of a file: `texts` and `lists` are keys that each must have."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{path}: {key} must be an array of tables, [[{key}]]")
    for row in rows:
        if missing := [name for name in (*texts, *lists) if name not in row]:
            raise SettingsError(f"{path}: {key} lacks {missing[0]!r}: {row!r}")
        for name in (*texts, *lists, *optional):
            kind = "text" if name in texts else "a list of texts"
            value = row.get(name, [])
            items = [value] if name in texts else value
            if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
                raise SettingsError(f"{path}: {name} must be {kind}, not {value!r}: {row!r}")
    return rows


def _forms(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(name).strip() for name in names if name.strip()))
