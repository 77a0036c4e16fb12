"""Run folders for the tests of the report: real questions, drawn outcomes, real summaries."""

from __future__ import annotations

import json
import random
from pathlib import Path

from corpus.settings import Settings
from eval.compare import compare, comparison_shape
from eval.datasets.policy import read_questions
from eval.measure import answers, reading, retrieval, robustness
from eval.measure.common import summary_of
from eval.measure.consistency import consistency
from eval.runs import Plan, open_run, read_run

DATA = Path(__file__).parents[2] / "eval" / "data"
MEASURES = {
    "answers": answers.MEASURES,
    "robustness": answers.MEASURES,
    "reading": reading.MEASURES,
    "retrieval": retrieval.MEASURES,
}
STAGES = {"understand": 1.5, "retrieve": 22.0, "read": 61.0, "ground": 0.4, "phrase": 2.2}
NASTY_QUESTION = "</script><script>alert(1)</script> <!-- &amp; 'x' \"y\" =1+1"
NASTY_ANSWER = "<img src=x onerror=alert(1)></title></style><script>alert(1)</script>"
VARIANTS = ("typos", "cantonese", "wrapped")


def make_run(root: Path, kind: str = "answers", questions: int = 200, **how) -> Path:
    """Write a finished run under `root`; return its folder.

    Args:
        root: where run folders are made.
        kind: answers, reading, retrieval or robustness.
        questions: how many; of robustness, the clean ones.
        how: `seed`; `skill`, how often an answer is right; `nasty`, whether a row holds markup;
            `snapshot`.
    """
    seed, skill = how.get("seed", 1), how.get("skill", 0.8)
    dice = random.Random(seed)
    base = read_questions(DATA / "policy-dev.jsonl")
    # Groups from all over the set, so that every kind and trap is among them.
    groups = list(dict.fromkeys(q.group for q in base))
    order = {g: (n * 37) % len(groups) for n, g in enumerate(groups)}
    base = sorted(base, key=lambda q: (order[q.group], q.id))
    asked = [(n, base[n % len(base)]) for n in range(questions)]
    passages = list(dict.fromkeys(q.passage for q in base if q.passage))
    make = _retrieval_row if kind == "retrieval" else _answers_row
    first = robustness.CLEAN if kind == "robustness" else ""
    rows = [make(dice, n, q, passages, skill, first) for n, q in asked]
    if kind == "robustness":
        for number, variant in enumerate(VARIANTS):
            worse = skill - 0.12 * number
            rows += [make(dice, n, q, passages, worse, variant) for n, q in asked]
    if kind == "reading":
        rows = [_reading_row(dice, row) for row in rows]
    if how.get("nasty"):
        rows[0] |= {"question": NASTY_QUESTION, "failed": True, "why": "</td><b>why"}
        rows[0]["given"]["answer"] = NASTY_ANSWER
    settings = Settings(index=root / "index", cache=root / "cache")
    data = DATA / "policy-dev.jsonl"
    snapshot = how.get("snapshot", "20260114-093000-4be1f0")
    options = {"limit": questions, "seed": seed, "mode": "hybrid"}
    plan = Plan(kind, "policy-dev", data, "d0" * 32, settings, snapshot, options)
    measures = MEASURES[kind]
    extra = {}
    if kind == "answers":
        extra["consistency"] = consistency(rows)
    if kind == "robustness":
        extra = {
            "asked": len(rows),
            "by_variant": robustness.by_variant(rows),
            "loss": robustness.losses(rows),
        }
    with open_run(plan, root / "runs", fresh=True) as run:
        for row in rows:
            run.add(row)
        clean = [row for row in rows if row.get("variant") in (None, first)]
        run.finish(summary_of(plan, clean, measures, 187.4, extra))
        return run.path


def write_pair(root: Path, questions: int = 200, **how) -> tuple[list[Path], dict]:
    """Two runs of one set, the second the better one, and their comparison."""
    a = make_run(root, questions=questions, seed=1, skill=0.6, **how)
    b = make_run(root, questions=questions, seed=2, skill=0.9, snapshot="20260201-120000-9c22aa")
    one, other = read_run(a), read_run(b)
    return [a, b], comparison_shape(one, other, compare(one, other))


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _answers_row(dice, n, question, passages, skill, variant):
    yes, changed = question.answerable, variant not in ("", robustness.CLEAN)
    right = dice.random() < skill
    refused = right != yes if dice.random() < 0.7 else not yes and right
    hit = yes and right and not refused
    confidence = min(0.99, max(0.01, dice.gauss(0.72 if right else 0.45, 0.18)))
    rank = dice.choice([1, 1, 1, 1, 2, 3, 7]) if yes and question.passage else None
    gold = question.passage or passages[n % len(passages)]
    cited = gold if right or dice.random() < 0.4 else dice.choice(passages)
    quote = {"text": cited, "section": f"{n % 9 + 1} 區域合作", "passage_id": f"{hash_of(cited)}",
             "title": "澳門參與區域合作概況", "rendition": ""}  # fmt: skip
    short = question.answers[0] if hit and dice.random() < 0.8 else None
    failed = not right
    return {
        "id": f"{question.id}{f'-{n}' if n > 416 else ''}{f'@{variant}' if changed else ''}",
        "group": question.group if n < 417 else f"{question.group}-{n // 417}",
        "base": question.id,
        "lang": question.lang,
        "kind": question.kind,
        "trap": question.trap,
        "variant": variant,
        "question": question.question + ("？?" if changed else ""),
        "history": [{"role": t.role, "content": t.content} for t in question.history],
        "expected": {"answerable": yes, "answers": list(question.answers),
                     "passage": question.passage},
        "given": {
            "status": "refused" if refused else "answered",
            "standalone_question": question.question,
            "language": question.lang,
            "answer": "" if refused else f"{cited}。 [1]",
            "short_answer": None if refused else short,
            "confidence": round(confidence, 4),
            "reason": dice.choice(["not_found", "low_confidence"]) if refused else "",
            "quotes": [] if refused else [quote],
            "hits": _hits(dice, gold, rank, passages),
        },
        "values": {
            "answer_hit": float(hit) if yes else None,
            "short_answer_hit": float(dice.random() < 0.9) if short else None,
            "complete": float(hit) if yes and question.must_include else None,
            "refusal_precision": float(not yes) if refused else None,
            "refusal_recall": None if yes else float(refused),
            "false_refusal": float(refused) if yes else None,
            "citation_precision": None if refused else float(hit),
            "ungrounded_figures": float(dice.random() < 0.01),
            "ece": [round(confidence, 4), int(right)],
            "passage_recall@1": float(rank == 1) if rank else None,
            "passage_recall@3": float(rank <= 3) if rank else None,
            "language_right": float(dice.random() < 0.99),
        },
        "rank": rank,
        "failed": failed,
        "why": dice.choice(["no accepted answer in the answer or its quotes",
                            "refused, though the documents answer it"]) if failed else "",
        "timings_ms": _timings(dice),
    }  # fmt: skip


def _retrieval_row(dice, n, question, passages, skill, variant):
    row = _answers_row(dice, n, question, passages, skill, variant)
    rank = dice.choice([1, 1, 1, 2, 4, 9]) if dice.random() < skill else None
    gold = question.passage or passages[n % len(passages)]
    return row | {
        "expected": {"answerable": True, "answers": [], "passage": gold,
                     "relevant": [hash_of(gold)]},
        "given": {"status": "answered", "answer": "", "short_answer": None, "confidence": 0.0,
                  "reason": "", "quotes": [], "hits": _hits(dice, gold, rank, passages)},
        "values": {name: float(rank is not None and rank <= int(name.partition("@")[2]))
                   for name in (m.name for m in retrieval.MEASURES)},
        "rank": rank,
        "failed": rank != 1,
        "why": "" if rank == 1 else f"first at rank {rank}" if rank else "not found",
        "timings_ms": {"total": _timings(dice)["retrieve"]},
    }  # fmt: skip


def _reading_row(dice, row):
    yes, right = row["expected"]["answerable"], not row["failed"]
    overlap = 1.0 if right else round(dice.random(), 3)
    sure = row["given"]["confidence"]
    names = ("em", "f1", "answerable_em", "answerable_f1", "forced_em", "forced_f1", "sentence_hit")
    values = {
        name: overlap if "f1" in name else float(right) for name in names if yes or "_" not in name
    }
    values |= {"no_answer_auroc": [1 - sure, int(not yes)], "ece": [sure, int(yes)]}
    values["no_answer_recall"] = None if yes else float(right)
    return {k: v for k, v in row.items() if k not in ("rank", "variant")} | {"values": values}


def _hits(dice, gold, rank, passages):
    texts = [p for p in dice.sample(passages, 11) if p != gold][:10]
    if rank:
        texts[rank - 1] = gold
    return [
        {"rank": n, "passage_id": hash_of(text), "text": text, "score": round(1 / (n + 0.3), 4),
         "dense_rank": n, "lexical_rank": n + 2 if n % 3 else None}
        for n, text in enumerate(texts, 1)
    ]  # fmt: skip


def _timings(dice):
    times = {name: round(ms * dice.lognormvariate(0, 0.35), 3) for name, ms in STAGES.items()}
    return {"total": round(sum(times.values()), 3)} | times


def hash_of(text):
    """A stable short id of a passage."""
    return f"p{sum(ord(c) * (i + 7) for i, c in enumerate(text)) % 16**8:08x}"
