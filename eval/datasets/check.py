"""Problems of question sets, which `ponte eval check` tells.

Holds every question against the documents that it is asked of: whether its passage stands there
and holds an accepted answer, whether the same question in several languages is the same question,
whether any is asked twice, and so on (docs/question-sets.md tells all). The messages repeat no
question and no answer, so that a set that is held back can be checked without being read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.fold import converter
from corpus.language import question_language
from corpus.load import load_folder
from corpus.records import LANGUAGES, Document, Language
from eval.datasets.evidence import Source, stands
from eval.datasets.policy import Question, read_questions
from eval.metrics.text import plain

_YES_NO = frozenset(
    "yes no sim não 是 否 有 没有 会 不会 不是 可以 不可以 能 不能 係 唔係 冇".split()
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a question; a `note` is worth a look, but need not be wrong."""

    id: str
    what: str
    note: bool = False


def check_questions(
    questions: Sequence[Question], documents: Iterable[Document]
) -> tuple[Problem, ...]:
    """Problems of a question set, in the order of the questions, then those of groups."""
    sources: dict[str, Source] = {}
    for document in documents:
        # A set may name a document by its id or by its file.
        source = Source(document)
        sources.setdefault(document.doc_id, source)
        sources.setdefault(document.source, source)
    out: list[Problem] = []
    ids = Counter(question.id for question in questions)
    asked: dict[tuple[str, ...], str] = {}
    for question in questions:
        found = [*_form(question), *_language(question), *_grounds(question, sources)]
        if ids[question.id] > 1:
            found.append("its id stands there more than once; give each question its own")
        first = asked.setdefault(_key(question), question.id)
        if first != question.id:
            found.append(f"asks the same as {first} in the same language; take one out")
        out += [Problem(question.id, what) for what in found]
        if (guess := question_language(question.question, question.lang)) != question.lang:
            what = f"lang is {question.lang}, but the program takes it for {guess}"
            out.append(Problem(question.id, what, note=True))
    return (*out, *_groups(questions))


def check_overlap(sets: Mapping[str, Sequence[Question]]) -> tuple[Problem, ...]:
    """Questions that stand in two of several sets (name → questions), named by the later one."""
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    out: list[Problem] = []
    for name, questions in sets.items():
        for question in questions:
            first, other = seen.setdefault(_key(question), (name, question.id))
            if first != name:
                what = f"in {name} asks the same as {other} in {first}; take one out"
                out.append(Problem(question.id, what))
    return tuple(out)


def totals(questions: Sequence[Question]) -> dict[str, dict[str, int]]:
    """How many questions there are: `all`, by `language`, by `kind`, by `trap`, by `turns`."""
    kinds = Counter(q.kind or "-" for q in questions)
    traps = Counter(q.trap or "-" for q in questions if not q.answerable)
    groups: dict[str, set[str]] = {}
    for question in questions:
        groups.setdefault(question.group, set()).add(question.lang)
    complete = sum(len(languages) == len(LANGUAGES) for languages in groups.values())
    return {
        "all": {
            "questions": len(questions),
            "answerable": sum(q.answerable for q in questions),
            "unanswerable": sum(not q.answerable for q in questions),
            "multi-turn": sum(bool(q.history) for q in questions),
            "groups": len(groups),
            "groups in all languages": complete,
        },
        "language": {lang: sum(q.lang == lang for q in questions) for lang in LANGUAGES},
        "kind": dict(sorted(kinds.items())),
        "trap": dict(sorted(traps.items())),
    }


def _key(question: Question) -> tuple[str, ...]:
    turns = (f"{turn.role} {plain(turn.content)}" for turn in question.history)
    return question.lang, plain(question.question), *turns


def _form(question: Question) -> Iterator[str]:
    """What the fields say about each other."""
    if question.answerable:
        if not question.answers:
            yield "is answerable, but has no accepted answer; add one"
        if not question.passage:
            yield "is answerable, but names no passage; copy the sentence that answers it"
        if question.trap:
            yield "is answerable, but has a trap; take it out"
    else:
        if question.answers:
            yield "is unanswerable, but has accepted answers; take them out"
        if not question.trap:
            yield "is unanswerable, but has no trap; say how it misleads"


def _language(question: Question) -> Iterator[str]:
    """Characters of the wrong script, in the question and the conversation before it."""
    if not question.lang.startswith("zh"):
        return
    said = "".join([question.question, *(turn.content for turn in question.history)])
    simplified = converter("t2s").convert(said)
    if question.lang == "zh-Hans":
        wrong, script = {a for a, b in zip(said, simplified, strict=False) if a != b}, "Traditional"
    else:
        # A form is Traditional if it is no Simplified form by itself (周年), or if any of the
        # standards has it at that place: 里斯本, 平台, 皇后.
        forms = [converter(name).convert(simplified) for name in ("s2t", "s2hk", "s2tw")]
        wrong = {
            char
            for char, plain_form, *proper in zip(said, simplified, *forms, strict=False)
            if char == plain_form and char not in proper and converter("s2t").convert(char) != char
        }
        script = "Simplified"
    if wrong:
        yield f"is in {question.lang}, but has the {script} characters {''.join(sorted(wrong))}"


def _grounds(question: Question, sources: Mapping[str, Source]) -> Iterator[str]:
    """Whether the document has what the question says it has."""
    source = sources.get(question.source)
    if source is None:
        known = ", ".join(dict.fromkeys(s.document.doc_id for s in sources.values())) or "none"
        if question.source:
            yield f"there is no document {question.source[:60]!r}; known: {known}"
        elif question.answerable:
            yield f"is answerable, but names no source; known: {known}"
        return
    blocks = source.find(question.passage) if question.passage else source.all
    if not blocks:
        yield f"its passage stands nowhere in {question.source}; copy it from there"
        return
    # A comparison needs several passages, of which the row names one; a list may follow the
    # sentence that introduces it. All else stands in the paragraph where the passage does.
    wide = source.all if question.kind == "comparison" else source.section(blocks)
    near = wide if question.kind in ("list", "comparison") else blocks
    around = "in its source" if wide == source.all else "under the heading of its passage"
    bare = question.kind == "yesno" and all(plain(a) in _YES_NO for a in question.answers)
    if question.answers and not bare and not _any(question, source.texts(near, question.lang)):
        where = around if near is wide else "in the paragraph of its passage"
        yield f"none of its {len(question.answers)} accepted answers stands {where}; mend them"
    listed = source.texts(wide, question.lang)
    for n, item in enumerate(question.must_include, 1):
        if not stands(item, listed, question.lang):
            yield f"item {n} of must_include does not stand {around}; mend it"


def _any(question: Question, texts: Sequence[tuple[str, Language]]) -> bool:
    return any(stands(answer, texts, question.lang) for answer in question.answers)


def _groups(questions: Sequence[Question]) -> Iterator[Problem]:
    """Whether the questions of a group are one question in several languages."""
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.group, []).append(question)
    for name, twins in groups.items():
        first, *others = twins
        for twin in others:
            for field in ("answerable", "kind", "trap", "source", "passage"):
                one, two = getattr(first, field), getattr(twin, field)
                if plain(str(one)) != plain(str(two)):
                    what = f"{field} is not that of {first.id}, of the same group {name}"
                    yield Problem(twin.id, what)
            if sum(twin.lang == other.lang for other in twins) > 1:
                yield Problem(twin.id, f"another of the group {name} is in {twin.lang} too")
        missing = [lang for lang in LANGUAGES if all(twin.lang != lang for twin in twins)]
        # A question asked in one language only, as idiom or a culture has it, has no twins.
        if others and missing:
            what = f"the group {name} has no question in {', '.join(missing)} (missing twin)"
            yield Problem(first.id, what, note=True)


def examine(files: Iterable[Path], sources: Path) -> list[dict[str, Any]]:
    """Check files against the documents of a folder, each by itself and all for repetitions.

    One dict of `file`, `questions` (how many), `problems` and `notes` (each a list of `id` and
    `what`) and `totals` for each file.

    Raises:
        InputError: a file or the folder cannot be read.
    """
    documents = load_folder(sources).documents
    sets = {str(path): read_questions(path) for path in files}
    repeated = check_overlap(sets)
    out: list[dict[str, Any]] = []
    for name, questions in sets.items():
        found = check_questions(questions, documents)
        found += tuple(p for p in repeated if p.what.startswith(f"in {name} "))
        parts: dict[bool, list[dict[str, str]]] = {False: [], True: []}
        for problem in found:
            parts[problem.note].append({"id": problem.id, "what": problem.what})
        row = {"file": name, "questions": len(questions), "problems": parts[False]}
        out.append(row | {"notes": parts[True], "totals": totals(questions)})
    return out


def report_lines(result: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What `examine` found, as lines of text."""
    for part in result:
        problems, notes = part["problems"], part["notes"]
        yield f"{part['file']}: {part['questions']} questions, {len(problems)} problems"
        yield from (f"  problem {p['id']}: {p['what']}" for p in problems)
        yield from (f"  note {p['id']}: {p['what']}" for p in notes)
        for name, counts in part["totals"].items():
            shown = ", ".join(f"{key} {count}" for key, count in counts.items())
            yield f"  {name}: {shown or 'none'}"
