"""Comparing an answer with the accepted ones: held, exactly equal, and by how much (F1).

Everything is compared after `corpus.fold.fold`, so Traditional and Simplified characters and full
and half width are the same. Then, by language:

- Chinese: punctuation, the symbols that CMRC 2018 drops and white space go; single characters are
  compared, also those of words and numbers within a Chinese answer (`ω-force`, `2013年`). The F1
  is that of the bags of characters, as DRCD is scored; CMRC's own script takes the longest common
  piece instead and gives lower figures.
- All else: the official SQuAD 2.0 script (lower case, ASCII punctuation out, the articles a, an
  and the out, white space fixed, words as tokens). Its English articles are also what the published
  figures of FaQuAD were made with (AllenNLP's copy of the script), so Portuguese is treated in the
  same way: `a` goes, `o`, `os`, `as`, `um` and `uma` stay.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from corpus.fold import fold
from corpus.language import document_language

TextLanguage = Literal["zh", "other"]

# Those of CMRC 2018's list that Unicode calls symbols; the rest of the list is punctuation (P*).
_SYMBOLS = frozenset("^`~+=")
_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def plain(text: str) -> str:
    """Fold a text and take out white space and grouping commas, for comparing answers."""
    return re.sub(r"[\s,，]", "", fold(text))


def holds(text: str, accepted: str) -> bool:
    """Whether a text holds an accepted answer; a number must not go on to either side."""
    wanted = plain(accepted)
    left = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    right = r"(?!\d)" if wanted[-1:].isdigit() else ""
    return bool(wanted) and bool(re.search(left + re.escape(wanted) + right, plain(text)))


def is_passage(text: str, gold: str) -> bool:
    """Whether a text is the passage that a question names: either may be a piece of the other."""
    ours, theirs = plain(text), plain(gold)
    return bool(theirs) and (theirs in ours or ours in theirs)


def text_language(*texts: str) -> TextLanguage:
    """Whether texts are to be compared as Chinese: more than a tenth of them is Han characters.

    Give the paragraph rather than the answer where there is one: an answer such as `ω-force` does
    not tell. A share and not a single character, because English paragraphs gloss Chinese names.
    """
    return "zh" if document_language("\n".join(texts)).startswith("zh") else "other"


def normalise(text: str, language: str) -> str:
    """The form in which two answers are exactly equal.

    `language` is a `TextLanguage` or one of the four of the program; what begins with `zh` is
    compared as Chinese.
    """
    text = fold(text)
    if language.startswith("zh"):
        return "".join(c for c in text if not (c.isspace() or c in _SYMBOLS or _punctuation(c)))
    return " ".join(_ARTICLES.sub(" ", text.translate(_ASCII_PUNCTUATION)).split())


def tokens(text: str, language: str) -> list[str]:
    """What F1 counts: the characters of a Chinese text, else the words."""
    normal = normalise(text, language)
    return list(normal) if language.startswith("zh") else normal.split()


def exact_match(given: str, golds: Sequence[str], language: str) -> float:
    """1.0 if an answer equals one of the accepted ones, else 0.0 (SQuAD 2.0).

    Where there is no accepted answer (the question is unanswerable), 1.0 if and only if `given` is
    empty; as in the official script, an answer of which nothing is left (`the`, `。`) is empty, and
    accepted answers of which nothing is left do not count.
    """
    normal = normalise(given, language)
    return float(any(normal == normalise(gold, language) for gold in _golds(golds, language)))


def f1(given: str, golds: Sequence[str], language: str) -> float:
    """The best token F1 of an answer with one of the accepted ones, 0.0 to 1.0 (SQuAD 2.0).

    2 · precision · recall / (precision + recall) over the bags of tokens, that is
    2 · common / (tokens given + tokens accepted). Without an accepted answer as `exact_match`.
    """
    ours = Counter(tokens(given, language))
    return max(_f1(ours, Counter(tokens(gold, language))) for gold in _golds(golds, language))


def _golds(golds: Sequence[str], language: str) -> list[str]:
    return [gold for gold in golds if normalise(gold, language)] or [""]


def _f1(ours: Counter[str], gold: Counter[str]) -> float:
    if not ours or not gold:
        return float(ours == gold)
    return 2 * (ours & gold).total() / (ours.total() + gold.total())


def _punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
