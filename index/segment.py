"""Segmentation: a text becomes the tokens that the lexical index and its queries share.

Everything is folded first (`corpus.fold.fold`). Chinese is cut by jieba with the official names
as a user dictionary; Latin words lose accents and the endings of plurals; numbers lose their
grouping commas. Documents and questions pass through the same function, so that only
consistency matters, not whether a stem is a word.
"""

from __future__ import annotations

import hashlib
import logging
import marshal
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.fold import fold
from index.files import write_atomically

log = logging.getLogger(__name__)

SEGMENTER_VERSION = 3
"""Counts up with every change to the tokens: part of an index's identity."""

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]"
_HAN_RUN = re.compile(f"{_HAN}+")
_TOKEN = re.compile(
    rf"(?P<han>{_HAN}+)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)*)(?![a-z])"
    r"|(?P<word>[^\W_]+(?:['’\-‐‑][^\W_]+)*)"
)
_PLURALS = (
    (re.compile(r"(?<=[csi])oes$"), "ao"),
    (re.compile(r"(?<=[a-z]{3})ais$"), "al"),
    (re.compile(r"(?<=[a-z]{2})ies$"), "y"),
    (re.compile(r"(?<=(?:ch|sh|ss))es$|(?<=[xz])es$"), ""),
    (re.compile(r"(?<![siu])s$"), ""),
)


class Segmenter:
    """Cuts texts into tokens; one instance serves any number of threads.

    Args:
        words: names to keep whole, in any language; of each, the Chinese runs count.
        cache: folder for jieba's prepared dictionary (written atomically); None prepares it
            anew in memory, which takes about a second.
    """

    def __init__(self, words: Iterable[str], cache: Path | None = None) -> None:
        runs = (run for word in words for run in _HAN_RUN.findall(fold(word)))
        self.words = tuple(sorted({run for run in runs if len(run) > 1}))
        self._jieba = _jieba_tokenizer(cache)
        for word in self.words:
            self._jieba.add_word(word)

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides the tokens: two segmenters that share it agree."""
        key = "\n".join((f"segmenter {SEGMENTER_VERSION}", *self.words))
        return hashlib.sha256(key.encode()).hexdigest()[:16]

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order; a long word is followed by its parts."""
        out: list[str] = []
        for match in _TOKEN.finditer(fold(text)):
            piece = match.group()
            if match.lastgroup == "han":
                for word in self._jieba.cut(piece):
                    out.extend(self._parts(word))
            elif match.lastgroup == "number":
                out.append(piece.replace(",", ""))
            else:
                out.extend(_latin(piece))
        return out

    def _parts(self, word: str) -> Iterator[str]:
        """Yield a word, the dictionary words inside it, and the runs that none of them covers."""
        yield word
        size = len(word)
        if size < 3:
            return
        frequency = self._jieba.FREQ
        covered = bytearray(size)
        for width in range(2, size):
            for start in range(size - width + 1):
                part = word[start : start + width]
                if frequency.get(part):
                    covered[start : start + width] = b"\1" * width
                    yield part
        if not any(covered):
            return
        start = 0
        while start < size:
            end = start
            while end < size and not covered[end]:
                end += 1
            if end > start:
                yield word[start:end]
            start = end + 1


def _latin(piece: str) -> Iterator[str]:
    """Yield the stem of a word; of a hyphenated one, the joined form and each part."""
    parts = re.split(r"['’\-‐‑]", piece)
    if len(parts) > 1:
        yield stem("".join(parts))
    for part in parts:
        if len(parts) == 1 or len(part) > 1:
            yield stem(part)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Drop accents and, from four letters on, the endings of English and Portuguese plurals."""
    decomposed = unicodedata.normalize("NFD", word)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", plain)
    if len(plain) < 4 or not plain.isascii() or not plain.isalpha():
        return plain
    for pattern, ending in _PLURALS:
        shorter, changed = pattern.subn(ending, plain)
        if changed:
            plain = shorter
            break
    # `measures` and `measure`, `setores` and `setor` must meet: a final e carries no meaning.
    return plain[:-1] if len(plain) > 3 and plain.endswith("e") else plain


def _jieba_tokenizer(cache: Path | None) -> Any:  # noqa: ANN401 - jieba has no types
    """Return a jieba tokenizer of our own: the global one is open to anyone's words."""
    with warnings.catch_warnings():
        # Invalid escapes in its source, and pkg_resources, make noise on import.
        warnings.simplefilter("ignore")
        import jieba
    # jieba sets its own logger to DEBUG on import.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    file = None if cache is None else cache / f"jieba-{jieba.__version__}.marshal"
    if file is None or not _load(tokenizer, file):
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        if file is not None:
            write_atomically(file, marshal.dumps((tokenizer.FREQ, tokenizer.total)))
    tokenizer.initialized = True
    return tokenizer


def _load(tokenizer: Any, file: Path) -> bool:  # noqa: ANN401 - jieba has no types
    """Fill the tokenizer from `file`; False when it is missing or spoilt.

    jieba's own cache is left alone: it lies in a temporary folder that all users share, and it
    is read byte by byte (0.8 s where this takes 0.2 s).
    """
    try:
        tokenizer.FREQ, tokenizer.total = marshal.loads(file.read_bytes())
    except FileNotFoundError:
        return False
    except (EOFError, ValueError, TypeError, OSError) as error:
        log.warning("%s cannot be used (%s); it is made anew", file, error)
        return False
    return True
