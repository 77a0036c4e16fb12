"""In which of the four languages a text or a question is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from corpus.fold import converter
from corpus.lines import is_han
from corpus.records import Language

# Function words and question words that one of the two languages has and the other has not.
_EN = frozenset(
    [
        "the",
        "of",
        "is",
        "are",
        "was",
        "were",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "much",
        "many",
        "does",
        "do",
        "did",
        "has",
        "have",
        "had",
        "and",
        "or",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "with",
        "by",
        "an",
        "it",
        "its",
        "this",
        "that",
        "there",
        "their",
        "between",
        "about",
        "tell",
        "me",
        "give",
        "list",
        "show",
        "name",
        "please",
        "can",
        "could",
        "will",
        "would",
        "into",
        "than",
        "more",
        "most",
        "all",
        "any",
        "be",
        "been",
        "under",
        "since",
        "until",
        "year",
        "years",
        "explain",
        "describe",
        "compare",
        "whats",
        "hello",
        "hi",
        "thanks",
        "thank",
        "you",
    ]
)
_PT = frozenset(
    [
        "o",
        "os",
        "as",
        "um",
        "uma",
        "uns",
        "umas",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "ao",
        "aos",
        "à",
        "às",
        "pelo",
        "pela",
        "pelos",
        "pelas",
        "que",
        "qual",
        "quais",
        "quem",
        "quando",
        "onde",
        "quanto",
        "quanta",
        "quantos",
        "quantas",
        "como",
        "porque",
        "é",
        "são",
        "foi",
        "foram",
        "era",
        "está",
        "estão",
        "há",
        "tem",
        "têm",
        "ser",
        "estar",
        "e",
        "ou",
        "com",
        "sem",
        "para",
        "por",
        "entre",
        "sobre",
        "mais",
        "menos",
        "seu",
        "sua",
        "seus",
        "suas",
        "este",
        "esta",
        "isto",
        "esse",
        "essa",
        "isso",
        "aquele",
        "me",
        "diga",
        "quero",
        "fale",
        "explique",
        "descreva",
        "liste",
        "compare",
        "já",
        "não",
        "sim",
        "também",
        "até",
        "desde",
        "ano",
        "anos",
        "se",
        "lhe",
        "num",
        "numa",
        "olá",
        "obrigado",
        "obrigada",
        "bom",
        "dia",
        "existe",
        "existem",
    ]
)
_PT_ENDINGS = ("ção", "ções", "ões", "ão", "dade", "mente", "eiro", "eira", "ária", "ário", "ência")
_CANTONESE = re.compile(r"[係咩嘅唔佢哋咗喺啲嗰冇諗睇嘢邊咁乜]")
_LATIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@lru_cache(maxsize=8192)
def _script(char: str) -> int:
    """1 for a Traditional character, -1 for a Simplified one, 0 for one common to both."""
    if not is_han(char):
        return 0
    simplified = converter("t2s").convert(char) != char
    traditional = converter("s2t").convert(char) != char
    return int(simplified and not traditional) - int(traditional and not simplified)


def chinese_script(text: str, default: Language = "zh-Hant") -> Language:
    """Traditional or Simplified, by the characters that only one of the scripts has."""
    balance = sum(_script(c) for c in text)
    if not balance and _CANTONESE.search(text):
        return "zh-Hant"
    return default if not balance else "zh-Hant" if balance > 0 else "zh-Hans"


def document_language(text: str) -> Language:
    """The language of a document, by its characters and function words."""
    sample = text[:20_000]
    if sum(map(is_han, sample)) > 0.1 * len(re.sub(r"\s", "", sample)):
        return chinese_script(sample)
    return _latin(sample, {}, "en")


def question_language(
    text: str,
    default: Language = "zh-Hant",
    vocabulary: Mapping[Language, frozenset[str]] | None = None,
) -> Language:
    """The language of a question, also of a short or mixed one.

    A single ideograph makes a question Chinese (`CEPA 係咩?`), unless it is a Chinese name in a
    sentence of an alphabet (`What does 中葡論壇 do?`). Where only names and abbreviations stand
    (`CEPA?`) the answer is `default`. `vocabulary` gives words typical of English and Portuguese.
    """
    text = unicodedata.normalize("NFKC", text)
    han = sum(map(is_han, text))
    words = _LATIN.findall("".join(" " if is_han(c) else c for c in text))
    plain = [w.lower() for w in words if not (w.isupper() and len(w) > 1)]
    if not plain and sum(w.lower() in _EN | _PT for w in words) >= 2:
        plain = [w.lower() for w in words]  # a question typed in capitals
    if han:
        function = [w for w in plain if w in _EN or w in _PT]
        if len(function) >= 2 and len(plain) * 2 > han:
            return _latin(" ".join(words), vocabulary or {}, "en")
        return chinese_script(text, default if default.startswith("zh") else "zh-Hant")
    if not plain:
        return default
    return _latin(text, vocabulary or {}, default if default in ("en", "pt") else "en")


def _latin(text: str, vocabulary: Mapping[Language, frozenset[str]], default: Language) -> Language:
    """English or Portuguese, by function words, word endings, accents and field vocabulary."""
    en = pt = 0.0
    for word in _LATIN.findall(text.lower()):
        en += 1.0 * (word in _EN and word not in _PT)
        pt += 1.0 * (word in _PT and word not in _EN)
        pt += 0.7 * (word.endswith(_PT_ENDINGS) or bool(re.search(r"[ãõáâéêíóôúç]", word)))
        en += 0.5 * (word.endswith(("tion", "ment", "ing", "ship", "ed", "th", "ty")))
        both = word in vocabulary.get("en", ()) and word in vocabulary.get("pt", ())
        en += 0.4 * (not both and word in vocabulary.get("en", ()))
        pt += 0.4 * (not both and word in vocabulary.get("pt", ()))
    return default if en == pt else "en" if en > pt else "pt"
