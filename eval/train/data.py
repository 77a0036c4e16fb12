"""Labelled questions on passages, from files in SQuAD form, split by article.

Translations of one collection (`squad2_*`) share articles and, but for English, ids: an article
is in training for all languages or in validation for all. Articles that have one title in
several sets, and passages that occur twice, count as one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.fold import fold

log = logging.getLogger(__name__)

HELD_BACK = 0.13
"""Share of the articles that is for validation."""

PARALLEL = "squad2_"
"""Sets whose file name begins so are translations of one another, article by article."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a set. `key` is equal for equal folded texts."""

    key: str
    text: str
    set: str
    language: str
    article: str
    held_back: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a passage. `answers`: (start, end) in the passage's text, one per annotator.

    Without answers the passage is about the matter and yet does not answer. `spans`: all parts
    of an answer that consists of several; empty where any one of `answers` is the answer.
    """

    id: str
    text: str
    language: str
    passage: Passage
    answers: tuple[tuple[int, int], ...]
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def held_back(self) -> bool:
        """Whether it is for validation."""
        return self.passage.held_back

    @property
    def set(self) -> str:
        """The set that the passage is of."""
        return self.passage.set


@dataclass
class Collection:
    """All questions and passages; `crossed` pairs a question with its passage in Chinese."""

    questions: list[Question] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    crossed: list[Question] = field(default_factory=list)


def key_of(text: str) -> str:
    """Return 16 hexadecimal digits that are equal for texts that are equal when folded."""
    return hashlib.sha256(fold(text).encode()).hexdigest()[:16]


def load(files: Sequence[Path], seed: int, english: Path | None = None) -> Collection:
    """Read SQuAD files and split them by article.

    `english`: a JSON file {id of squad2_en: id of squad2_pt} as `eval.train.joining` makes it;
    without it English questions are not paired with Chinese passages.

    Raises:
        InputError: a file is missing, is not in SQuAD form, or an offset does not fit its text.
    """
    collection = Collection()
    articles = [(file, read_squad(file)) for file in files]
    titles = _common_titles(articles)
    seen: dict[tuple[str, str], Passage] = {}
    for file, data in articles:
        name = file.stem
        language = language_of(name)
        for place, article in enumerate(data):
            title = titles[name, place]
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                key = key_of(text)
                passage = seen.get((key, language))
                if passage is None:
                    held = held_back(title, seed)
                    passage = Passage(key, text, name, language, title, held)
                    seen[key, language] = passage
                    collection.passages.append(passage)
                elif passage.text != text:
                    continue
                for qa in paragraph["qas"]:
                    collection.questions.append(_question(qa, passage, file))
    joined = json.loads(english.read_text()) if english and english.is_file() else {}
    collection.crossed = _cross(collection.questions, joined)
    return collection


def read_squad(file: Path) -> list[dict[str, Any]]:
    """Return the articles of a file.

    Raises:
        InputError: the file is missing or is not in SQuAD form.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        data = content["data"] if isinstance(content, dict) else content
        for article in data:
            for paragraph in article["paragraphs"]:
                paragraph["context"], paragraph["qas"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} is no file in SQuAD form ({error!r}); see its README") from error
    return list(data)


def language_of(name: str) -> str:
    """Return `zh`, `pt` or `en` for the stem of a file's name."""
    if name.endswith("_en"):
        return "en"
    return "pt" if name.endswith("_pt") or name.startswith("faquad") else "zh"


def _common_titles(
    articles: Iterable[tuple[Path, list[dict[str, Any]]]],
) -> dict[tuple[str, int], str]:
    """Name articles alike across the translations: their order is that of the Portuguese file."""
    listed = {file.stem: [str(a.get("title", "")) for a in data] for file, data in articles}
    model = listed.get(PARALLEL + "pt", [])
    names: dict[tuple[str, int], str] = {}
    for name, titles in listed.items():
        for place, title in enumerate(titles):
            if name == PARALLEL + "zh" and len(titles) == len(model):
                title = model[place]
            prefix = PARALLEL if name.startswith(PARALLEL) else ""
            names[name, place] = prefix + fold(title).strip()
    return names


def held_back(title: str, seed: int) -> bool:
    """Tell whether the article of that title is for validation."""
    digest = hashlib.sha256(f"{seed}/{title}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < HELD_BACK


def _question(qa: dict[str, Any], passage: Passage, file: Path) -> Question:
    answers = []
    for answer in qa.get("answers", []) if not qa.get("is_impossible") else []:
        start, text = int(answer["answer_start"]), str(answer["text"])
        if passage.text[start : start + len(text)] != text:
            raise InputError(f"{file}: the answer {text!r} of {qa.get('id')} is not at {start}")
        answers.append((start, start + len(text)))
    spans = tuple((int(a), int(b)) for a, b in qa.get("spans", []))
    text = str(qa["question"])
    return Question(str(qa["id"]), text, passage.language, passage, tuple(answers), spans)


def _cross(questions: Sequence[Question], english: dict[str, str]) -> list[Question]:
    """Pair Portuguese and English questions of the parallel sets with the Chinese passage.

    Where only one language holds a question to be answerable, the pair is left out.
    """
    chinese = {q.id: q for q in questions if q.set == PARALLEL + "zh"}
    pairs = []
    for q in questions:
        if q.set == PARALLEL + "pt":
            twin = chinese.get(q.id)
        elif q.set == PARALLEL + "en":
            twin = chinese.get(english.get(q.id, ""))
        else:
            continue
        if twin is not None and bool(twin.answers) == bool(q.answers):
            pairs.append(
                Question(f"{q.id}>zh", q.text, q.language, twin.passage, twin.answers, twin.spans)
            )
    return pairs
