"""Foreign documents: a crowd of other texts in which the right passage must still be found.

`generated` makes up policy-like Chinese passages about other places, agreements and funds, alike
in form to those of the collection and about none of its subjects. `from_texts` cuts real texts of
the user's into passages. Both go through the loader of the collection, so that blocks, revision
and dates are as they are in any document.
"""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from corpus.errors import DocumentError, InputError
from corpus.lines import ends_sentence, is_han
from corpus.load import load_document, load_folder, read_text
from corpus.records import Document
from corpus.sentences import sentences
from corpus.split import PIECE
from eval.datasets.beir import read_beir
from eval.datasets.squad import read_squad
from eval.grammar import Grammar, Subject
from eval.perturb.base import CHINESE, Dice, in_script

IN_DOCUMENT = 20
"""Passages of a document."""
SHORTEST, LONGEST = 60, 150
"""Characters of a generated passage."""
OURS = re.compile(
    "澳门|澳門|澳大|濠江|香港|港澳|粤|粵|珠三角|珠江|广东|廣東|珠海|横琴|橫琴|琴澳|深圳|大湾|大灣|中葡|葡语|葡語|"
    "葡萄牙|葡国|葡國|巴西|安哥拉|莫桑比克|佛得角|几内亚比绍|幾內亞比紹|圣多美|聖多美|东帝汶|東帝汶|赤道几内亚|"
    "欧盟|歐盟|一带一路|一帶一路|丝路基金|絲路基金|莲花基金|蓮花基金|世卫|世衛|联席会议|聯席會議|国民待遇|國民待遇|"
    "macao|macau|cepa|hengqin|greater bay|grande ba[ií]a|belt and road|faixa e rota|"
    "portugu|lus[oó]fon",
    re.IGNORECASE,
)
"""What the bundled documents are about: no foreign passage speaks of it."""
_IN_SECTION = 4
_LEAST = 20  # characters from which a piece of a real text is worth a passage


def generated(count: int, seed: int = 0) -> Iterator[Document]:
    """Give documents of `count` made-up passages in all, half of them in Traditional Chinese.

    The same count and seed give the same documents, and a larger count begins with those of a
    smaller one, save for the last document. No passage occurs twice.
    """
    if count < 1:
        raise InputError(f"{count} foreign passages were asked for; ask for at least 1")
    seen: set[str] = set()
    for number, start in enumerate(range(0, count, IN_DOCUMENT)):
        size = min(IN_DOCUMENT, count - start)
        yield _made_up(number, size, seed, seen)


def _made_up(number: int, size: int, seed: int, seen: set[str]) -> Document:
    dice = Dice(seed, "foreign", number)
    grammar = Grammar()
    subject = grammar.subject(dice)
    language = CHINESE[number % 2]
    rows = [f"# {grammar.title(subject, dice)}"]
    topics = dice.order(grammar.topics)
    for n in range(size):
        topic = topics[n // _IN_SECTION % len(topics)]
        if n % _IN_SECTION == 0:
            rows.append(f"## {grammar.heading(topic, subject, dice)}")
        rows.append(_passage(grammar, topic, subject, dice, seen))
    text = in_script("\n\n".join(rows) + "\n", language)
    return _loaded(f"foreign-{seed}-{number:05d}", text, f".{language}")


def _passage(grammar: Grammar, topic: str, subject: Subject, dice: Dice, seen: set[str]) -> str:
    """A passage that names its places and occurs nowhere else."""
    while True:
        text = ""
        for sentence in grammar.sentences(topic, subject, dice):
            if len(text) + len(sentence) > LONGEST or len(text) >= dice.between(SHORTEST, 130):
                break
            text += sentence
        if SHORTEST <= len(text) <= LONGEST and subject.named_in(text) and text not in seen:
            seen.add(text)
            return text


def from_texts(path: Path, count: int, seed: int = 0) -> Iterator[Document]:
    """Give documents of at most `count` passages in all, cut from the user's texts.

    `path`: a SQuAD file (`.json`), a BEIR folder, a text file with one article on each line
    (`.txt`, `.txt.gz`), or a folder of documents. What speaks of the subjects of the bundled
    documents is left out. The texts are taken in an order that `seed` decides; the same file,
    count and seed give the same documents.

    Raises:
        InputError: the file is of none of these kinds, cannot be read, or holds no text.
    """
    if count < 1:
        raise InputError(f"{count} foreign passages were asked for; ask for at least 1")
    articles = Dice(seed, "articles").order(list(dict.fromkeys(_articles(path))))
    pieces = islice(((title, p) for title, text in articles for p in _pieces(text)), count)
    number = 0
    while batch := list(islice(pieces, IN_DOCUMENT)):
        rows: list[str] = []
        last = ""
        for title, piece in batch:
            if title != last:
                rows.append(f"# {title}")
                last = title
            rows.append(piece)
        yield _loaded(f"foreign-{path.name}-{number:05d}", "\n\n".join(rows) + "\n", "")
        number += 1
    if not number:
        raise InputError(f"{path} holds no text of {_LEAST} characters or more; give another")


def _articles(path: Path) -> Iterable[tuple[str, str]]:
    """Title and text of each article; a title is one line, and never empty."""
    name = path.name.lower()
    if path.is_dir() and (path / "corpus.jsonl").is_file():
        rows: Iterable[tuple[str, str]] = read_beir(path).passages.values()
    elif path.is_dir():
        rows = [(d.title, d.text) for d in load_folder(path).documents]
    elif name.endswith(".json"):
        rows = [(item.title, item.context) for item in read_squad(path)]
    elif name.endswith((".txt", ".txt.gz")):
        rows = [("", line) for line in _lines(path)]
    else:
        raise InputError(
            f"{path} is no text to draw on; give a SQuAD .json, a BEIR folder, a .txt or .txt.gz "
            "with one article on each line, or a folder of documents"
        )
    for title, text in rows:
        heading = " ".join(title.split())[:80] or " ".join(text.split())[:40]
        if not OURS.search(heading):
            yield heading, text


def _lines(path: Path) -> list[str]:
    """The lines of a text file, which may be packed with gzip."""
    try:
        if not path.name.lower().endswith(".gz"):
            return read_text(path).splitlines()
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return list(file)
    except DocumentError as error:
        raise InputError(str(error)) from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not text in UTF-8 packed with gzip: {error}") from error


def _pieces(text: str) -> Iterator[str]:
    """Pieces of up to about `PIECE` characters that end where sentences end, each one line."""
    piece = ""
    for start, end in sentences(text):
        # A mark at the beginning of a line would make a heading or an item of it.
        sentence = re.sub(r"^[\s#>*+|•●-]+", "", " ".join(text[start:end].split()))
        joint = " " if piece and piece[-1].isascii() else ""
        if piece and len(piece) + len(sentence) > PIECE:
            yield from _worth(piece)
            piece, joint = "", ""
        piece += joint + sentence
    yield from _worth(piece)


def _worth(piece: str) -> Iterator[str]:
    """The piece, unless it is too short or about our own subjects; it ends as a sentence does."""
    if len(piece) >= _LEAST and not OURS.search(piece):
        ended = ends_sentence(piece)
        yield piece if ended else piece + ("。" if is_han(piece[-1]) else ".")


def _loaded(doc_id: str, text: str, language: str) -> Document:
    """Make a document of Markdown by the loader that reads the collection."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"text{language}.md"
        # What no text file can hold (a NUL, half a surrogate pair) is of no use in a passage.
        file.write_bytes(text.replace("\0", " ").encode(errors="replace"))
        document, _ = load_document(doc_id, [file])
    return replace(document, source=f"{doc_id}.md", kind="foreign")
