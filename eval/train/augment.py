"""From labelled questions to training items: positives, and negatives of several kinds.

| kind      | passage                                          | answers | relevant |
|-----------|--------------------------------------------------|---------|----------|
| positive  | its own                                          | yes     | yes      |
| treachery | its own, by the annotators' own false question   | no      | yes      |
| removed   | its own without the sentence of the answer       | no      | yes      |
| elsewhere | another part of a long passage of its own        | no      | yes      |
| swapped   | its own; year, figure or name in question changed| no      | yes      |
| sibling   | another of the same article                      | no      | no       |
| nearest   | one of the nearest wrong ones by e5              | no      | no       |
| random    | any other                                        | no      | no       |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from chatbot.reading.windows import Ints, PairTokenizer, Pieces, join
from corpus.fold import fold
from eval.train.data import Passage, Question

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+$")
_LATIN_SENTENCE = re.compile(r".*?[.!?;](?=\s|$)\s*|.+$", re.DOTALL)
_FIGURE = re.compile(r"\d+")
_COMMON = set("的是在和与及或为由被于有了什么哪个几多少年月日谁何时地人中上下不")


@dataclass(frozen=True, slots=True)
class Item:
    """One training example.

    `ids`, `kinds`: (n,). `first`, `last`: places of the span's tokens in the window, 0 for none.
    `spans`: all answer tokens as places (first, last). `answer`: whether the passage answers;
    `relevant`: whether it is about what is asked, -1 where that is not known.
    """

    ids: Ints
    kinds: Ints
    first: int
    last: int
    spans: tuple[tuple[int, int], ...]
    answer: int
    relevant: int
    kind: str

    def __len__(self) -> int:
        return len(self.ids)


class Maker:
    """Makes items; every choice comes from the generator that is handed in."""

    def __init__(
        self,
        tokenizer: PairTokenizer,
        passages: Sequence[Passage],
        nearest: Mapping[str, Sequence[str]],
        questions: Sequence[Question],
    ) -> None:
        """Take training passages and questions only; `nearest`: question key to passage keys."""
        self.tokenizer = tokenizer
        self._nearest = nearest
        self._by_key = {(p.key, p.language): p for p in passages}
        self._articles: dict[tuple[str, str], list[Passage]] = {}
        self._languages: dict[str, list[Passage]] = {}
        self._sets: dict[tuple[str, str], list[Passage]] = {}
        self._bigrams: dict[str, frozenset[str]] = {}
        for p in passages:
            self._articles.setdefault((p.article, p.language), []).append(p)
            self._languages.setdefault(p.language, []).append(p)
            self._sets.setdefault((p.set, p.language), []).append(p)
        self._pieces: dict[str, Pieces] = {}
        self._names = _shared_names(questions)
        self._makers: dict[str, Callable[[Question, Random, int], Item | None]] = {
            "positive": self.positive,
            "treachery": self.treachery,
            "removed": self.removed,
            "elsewhere": self.elsewhere,
            "swapped": self.swapped,
            "sibling": self.sibling,
            "nearest": self.nearest,
            "random": self.anywhere,
        }

    def make(self, kind: str, q: Question, rng: Random, limit: int) -> Item | None:
        """Return an item of at most `limit` tokens; None where the question does not allow it."""
        return self._makers[kind](q, rng, limit)

    def positive(self, q: Question, rng: Random, limit: int) -> Item | None:
        """The question with a part of its passage that holds the answer."""
        if not q.answers:
            return None
        pieces = self.pieces(q.passage.text)
        start, end = rng.choice(q.answers)
        target = pieces.locate(start, end)
        if target is None:
            return None
        spans = [s for a, b in (q.spans or ((start, end),)) if (s := pieces.locate(a, b))]
        low, high = min(s[0] for s in [*spans, target]), max(s[1] for s in [*spans, target])
        return self._item(q.text, pieces, rng, limit, "positive", 1, 1, (low, high), target, spans)

    def treachery(self, q: Question, rng: Random, limit: int) -> Item | None:
        """A question that annotators wrote to look answerable."""
        if q.answers:
            return None
        return self._item(q.text, self.pieces(q.passage.text), rng, limit, "treachery", 0, 1)

    def removed(self, q: Question, rng: Random, limit: int) -> Item | None:
        """The passage without the sentences that hold an answer."""
        rest = without_answer(q)
        if rest is None:
            return None
        return self._item(q.text, self.tokenizer.passage(rest), rng, limit, "removed", 0, 1)

    def elsewhere(self, q: Question, rng: Random, limit: int) -> Item | None:
        """The part of a long passage before or behind the answer."""
        if not q.answers:
            return None
        pieces = self.pieces(q.passage.text)
        spots = [s for a, b in q.answers if (s := pieces.locate(a, b))]
        if not spots:
            return None
        before, behind = min(s[0] for s in spots), len(pieces) - max(s[1] for s in spots) - 1
        if max(before, behind) < 48:
            return None
        low, high = (0, before) if before >= behind else (len(pieces) - behind, len(pieces))
        part = Pieces(pieces.ids[low:high], pieces.starts[low:high], pieces.ends[low:high])
        text = fold(q.passage.text[int(part.starts[0]) : int(part.ends[-1])])
        if _holds(text, q):
            return None
        return self._item(q.text, part, rng, limit, "elsewhere", 0, 1)

    def swapped(self, q: Question, rng: Random, limit: int) -> Item | None:
        """The question asks for another year, figure or name than its passage tells of."""
        text = swap(q, self._names.get(q.language, []), rng)
        if text is None:
            return None
        return self._item(text, self.pieces(q.passage.text), rng, limit, "swapped", 0, 1)

    def sibling(self, q: Question, rng: Random, limit: int) -> Item | None:
        """Another passage of the same article."""
        near = self._articles.get((q.passage.article, q.passage.language), [])
        return self._wrong(q, near, rng, limit, "sibling")

    def nearest(self, q: Question, rng: Random, limit: int) -> Item | None:
        """One of the nearest wrong passages; where they are not known, one that is like its own."""
        keys = self._nearest.get(f"{fold(q.text)}>{q.passage.language}", ())
        near = [p for k in keys[:6] if (p := self._by_key.get((k, q.passage.language)))]
        if not near:
            pool = self._sets[q.set, q.passage.language]
            own = self._pairs_of(q.passage)
            others = [p for p in rng.sample(pool, min(24, len(pool))) if p.key != q.passage.key]
            others.sort(key=lambda p: (-len(own & self._pairs_of(p)), p.key))
            near = others[:2]
        return self._wrong(q, near, rng, limit, "nearest")

    def anywhere(self, q: Question, rng: Random, limit: int) -> Item | None:
        """Any other passage in the passage's language."""
        return self._wrong(q, self._languages[q.passage.language], rng, limit, "random")

    def pieces(self, text: str) -> Pieces:
        """Return the tokens of a passage, kept for the next time."""
        if (known := self._pieces.get(text)) is None:
            known = self._pieces[text] = self.tokenizer.passage(text)
        return known

    def _pairs_of(self, passage: Passage) -> frozenset[str]:
        if (known := self._bigrams.get(passage.key)) is None:
            text = fold(passage.text)
            known = frozenset(text[i : i + 2] for i in range(len(text) - 1))
            self._bigrams[passage.key] = known
        return known

    def _wrong(
        self, q: Question, near: Sequence[Passage], rng: Random, limit: int, kind: str
    ) -> Item | None:
        for _ in range(4):
            if not near:
                return None
            other = rng.choice(near)
            if other.key != q.passage.key and not _holds(fold(other.text), q):
                return self._item(q.text, self.pieces(other.text), rng, limit, kind, 0, 0)
        return None

    def _item(
        self,
        question: str,
        pieces: Pieces,
        rng: Random,
        limit: int,
        kind: str,
        answer: int,
        relevant: int,
        needed: tuple[int, int] | None = None,
        target: tuple[int, int] | None = None,
        spans: Sequence[tuple[int, int]] = (),
    ) -> Item | None:
        ids = self.tokenizer.question(question)
        room = limit - len(ids) - 4
        if len(pieces) == 0 or (needed and needed[1] - needed[0] >= room):
            return None
        # Passages of many lengths: a short one is as likely to be met as a long one.
        size = min(len(pieces), rng.randint(min(room, 64), room))
        if needed:
            size = max(size, needed[1] - needed[0] + 1)
            low, high = max(0, needed[1] - size + 1), min(needed[0], len(pieces) - size)
        else:
            low, high = 0, len(pieces) - size
        begin = rng.randint(low, high)
        window = join(self.tokenizer, ids, pieces.ids, begin, begin + size)
        shift = window.offset - begin
        first, last = (target[0] + shift, target[1] + shift) if target else (0, 0)
        places = tuple((a + shift, b + shift) for a, b in spans)
        return Item(window.ids, window.kinds, first, last, places, answer, relevant, kind)


def _holds(folded: str, q: Question) -> bool:
    """Tell whether an answer's text occurs in a passage, so that it may be right after all."""
    texts = {fold(q.passage.text[a:b]).strip() for a, b in q.answers}
    return any(len(t) > 1 and t in folded for t in texts)


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the (start, end) of a text's sentences; together they are the whole text."""
    pattern = _SENTENCE if language == "zh" else _LATIN_SENTENCE
    return [m.span() for m in pattern.finditer(text) if m.end() > m.start()]


def without_answer(q: Question) -> str | None:
    """Return the passage without each sentence that holds an answer; None if too little stays."""
    if not q.answers:
        return None
    kept = [
        q.passage.text[a:b]
        for a, b in sentences(q.passage.text, q.passage.language)
        if not any(a < end and start < b for start, end in q.answers)
    ]
    rest = "".join(kept)
    return rest if len(rest) >= 60 and not _holds(fold(rest), q) else None


def swap(q: Question, names: Sequence[str], rng: Random) -> str | None:
    """Return the question with a year, figure or name changed to one its passage has not."""
    if not q.answers or q.language != q.passage.language:
        return None
    text, passage = fold(q.text), fold(q.passage.text)
    figures = [m for m in _FIGURE.finditer(text) if m[0] in passage]
    if figures and rng.random() < 0.7:
        m = rng.choice(figures)
        new = _other_figure(m[0], rng)
        if new not in passage:
            return text[: m.start()] + new + text[m.end() :]
    name = shared_name(text, passage, q.language)
    if name is None or not names:
        return None
    for _ in range(6):
        other = rng.choice(names)
        if other not in passage and other not in text and abs(len(other) - len(name)) <= 3:
            return text.replace(name, other, 1)
    return None


def _other_figure(figure: str, rng: Random) -> str:
    if len(figure) == 4 and figure[0] in "12":
        return str(int(figure) + rng.choice([-20, -10, -3, -2, -1, 1, 2, 3, 10]))
    return str(max(1, int(figure) + rng.choice([-2, -1, 1, 2, 3, 5]))) if figure != "1" else "3"


def shared_name(question: str, passage: str, language: str) -> str | None:
    """Return the longest run that a question shares with its passage, if it is like a name."""
    if language != "zh":
        return None
    best = ""
    for i in range(len(question)):
        j = i + max(3, len(best) + 1)
        while j <= len(question) and question[i:j] in passage:
            best = question[i:j]
            j += 1
    best = best.strip("".join(_COMMON))
    return best if 3 <= len(best) <= 10 and not any(c in "，。、？" for c in best) else None


def _shared_names(questions: Sequence[Question]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for q in questions:
        if name := shared_name(fold(q.text), fold(q.passage.text), q.language):
            found.setdefault(q.language, set()).add(name)
    return {language: sorted(names) for language, names in found.items()}


def tag_row(item: Item) -> Ints:
    """Return (n,), 1 on the tokens of the answer's parts and 0 elsewhere."""
    row = np.zeros(len(item), np.int32)
    for first, last in item.spans:
        row[first : last + 1] = 1
    return row
