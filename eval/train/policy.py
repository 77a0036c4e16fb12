"""Invented policy texts with questions: figures, dates, lists, conditions, in three languages.

Names come from `policy.toml`, facts from a random generator. A passage tells several things of the
same kind (one figure for two years, one institution in two places), so that a question is answered
by reading and not by looking for the only date. False questions change one thing that was told.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from eval.train.data import Collection, Passage, Question, held_back, key_of

PATTERNS = Path(__file__).with_name("policy.toml")
SET = "policy"
LANGUAGES = ("zh", "en", "pt")

_MONTHS_EN = "January February March April May June July August September October November December"
_MONTHS_PT = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
)
_DOCUMENTS = (
    ["身份证明文件", "identity document", "documento de identificação"],
    ["商业登记证明", "business registration", "certidão do registo comercial"],
    ["完税证明", "tax certificate", "certidão fiscal"],
    ["生产流程说明", "description of the production", "descrição do processo de produção"],
    ["学历证明", "proof of education", "comprovativo de habilitações"],
    ["无犯罪记录证明", "criminal record certificate", "certificado de registo criminal"],
    ["申请表", "application form", "formulário"],
    ["近三年财务报表", "financial statements", "demonstrações financeiras"],
    ["授权书", "power of attorney", "procuração"],
    ["劳动合同", "employment contract", "contrato de trabalho"],
)
_SURNAMES, _GIVEN = "陈李何梁黄吴林郑罗苏崔贺高欧阳", "伟明志强丽华建国秀英嘉颖文辉家俊永安子轩"


@dataclass(frozen=True, slots=True)
class Value:
    """What fills a slot: in Chinese as the text has it, and in three languages for questions.

    `parts` are the items of a list, as the text has them.
    """

    zh: str
    en: str
    pt: str
    parts: tuple[str, ...] = ()

    def get(self, language: str) -> str:
        """Return the form for a language."""
        return {"zh": self.zh, "en": self.en, "pt": self.pt}[language]


@dataclass
class _Draft:
    text: str = ""
    facts: list[_Fact] = field(default_factory=list)


@dataclass
class _Fact:
    family: Mapping[str, Any]
    values: dict[str, Value]
    places: dict[str, tuple[int, int]]


def generate(
    number: int, seed: int, split_seed: int, fillers: Sequence[str] = ()
) -> tuple[list[Passage], list[Question]]:
    """Return `number` passages and their questions, four for each passage.

    `fillers`: real sentences that some passages are mixed with. Passages go to validation by the
    same rule as real articles.
    """
    data = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    passages, questions = [], []
    for i in range(number):
        rng = Random(f"{seed}/policy/{i}")
        draft = _draft(data, rng, fillers)
        article = f"{SET}_{i}"
        passage = Passage(
            key_of(draft.text), draft.text, SET, "zh", article, held_back(article, split_seed)
        )
        passages.append(passage)
        for j in range(4):
            if (q := _ask(data, draft, passage, rng, f"{article}_{j}", j == 3)) is not None:
                questions.append(q)
    return passages, questions


def add_policy(collection: Collection, number: int, seed: int, split_seed: int) -> None:
    """Add invented passages to a collection, mixed with sentences of its Chinese passages."""
    own = [p for p in collection.passages if p.language == "zh" and not p.held_back]
    fillers = [s + "。" for p in own[::3] for s in p.text.split("。")[1:3] if 12 < len(s) < 60]
    passages, questions = generate(number, seed, split_seed, fillers)
    collection.passages += passages
    collection.questions += questions


def _draft(data: Mapping[str, Any], rng: Random, fillers: Sequence[str]) -> _Draft:
    draft = _Draft()
    families = rng.sample(data["family"], rng.randint(1, 3))
    plan = [f for f in families for _ in range(rng.randint(1, 3))]
    rng.shuffle(plan)
    # Lists of points, numbered ones, and running text.
    layout = rng.choice(["run", "run", "point", "number"])
    if rng.random() < 0.3:
        draft.text += f"## {_name(data, 'theme', rng).zh}\n\n"
    previous: dict[str, Value] = {}
    for i, family in enumerate(plan):
        if layout != "run":
            draft.text += "- " if layout == "point" else f"{i + 1}. "
        elif fillers and rng.random() < 0.35:
            draft.text += rng.choice(fillers)
        values = {slot: _value(data, kind, rng) for slot, kind in family["slots"].items()}
        for slot, kind in family["slots"].items():
            # Neighbouring facts often share who, what or where.
            if kind in previous and rng.random() < 0.3:
                values[slot] = previous[kind]
            previous[kind] = values[slot]
        if not _told_anew(draft, family, values):
            continue
        _tell(draft, family, values, rng.choice(family["text"]))
        draft.text += "\n" if layout != "run" else ""
    return draft


def _told_anew(draft: _Draft, family: Mapping[str, Any], values: Mapping[str, Value]) -> bool:
    """Tell whether no earlier fact says the like of the same things: answers must be unique."""
    keys = family["key"]
    return not any(
        f.family is family and all(f.values[k] == values[k] for k in keys) for f in draft.facts
    )


def _tell(draft: _Draft, family: Mapping[str, Any], values: dict[str, Value], pattern: str) -> None:
    places: dict[str, tuple[int, int]] = {}
    rest = pattern
    while "{" in rest:
        before, _, rest = rest.partition("{")
        slot, _, rest = rest.partition("}")
        draft.text += before
        places[slot] = (len(draft.text), len(draft.text) + len(values[slot].zh))
        draft.text += values[slot].zh
    draft.text += rest
    draft.facts.append(_Fact(family, values, places))


def _ask(
    data: Mapping[str, Any],
    draft: _Draft,
    passage: Passage,
    rng: Random,
    name: str,
    false: bool,
) -> Question | None:
    fact = rng.choice(draft.facts)
    asks = [a for a in fact.family["ask"] if a["answer"] in fact.places]
    if not asks:
        return None
    ask = rng.choice(asks)
    language = rng.choices(LANGUAGES, [0.5, 0.25, 0.25])[0]
    pattern = rng.choice(ask[language])
    values = dict(fact.values)
    named = {slot for slot in values if "{" + slot + "}" in pattern}
    if not named <= set(fact.places):
        return None
    if false:
        keys = [k for k in fact.family["key"] if k in named]
        if not keys:
            return None
        slot = rng.choice(keys)
        values[slot] = _value(data, fact.family["slots"][slot], rng)
        if values[slot].zh in draft.text:
            return None
    elif _ambiguous(draft, fact, named):
        return None
    text = pattern.format(**{slot: v.get(language) for slot, v in values.items()})
    if false:
        return Question(name, text, language, passage, ())
    start, end = fact.places[ask["answer"]]
    parts = []
    at = start
    for part in fact.values[ask["answer"]].parts:
        at = draft.text.index(part, at)
        parts.append((at, at + len(part)))
        at += len(part)
    return Question(name, text, language, passage, ((start, end),), tuple(parts))


def _ambiguous(draft: _Draft, fact: _Fact, named: set[str]) -> bool:
    return any(
        other is not fact
        and other.family is fact.family
        and all(other.values[s] == fact.values[s] for s in named)
        for other in draft.facts
    )


def _name(data: Mapping[str, Any], kind: str, rng: Random) -> Value:
    return Value(*rng.choice(data["names"][kind]))


def _value(data: Mapping[str, Any], kind: str, rng: Random) -> Value:
    if kind in data["names"]:
        return _name(data, kind, rng)
    if kind == "org":
        place, body = _name(data, "place", rng), _name(data, "body", rng)
        return Value(place.zh + body.zh, f"{place.en} {body.en}", f"{body.pt} de {place.pt}")
    if kind == "doc":
        theme, paper = _name(data, "theme", rng), _name(data, "paper", rng)
        return Value(
            f"《{theme.zh}{paper.zh}》", f"{paper.en} on {theme.en}", f"{paper.pt} sobre {theme.pt}"
        )
    if kind in ("places", "industries", "requirements"):
        pool = {"places": data["names"]["place"], "industries": data["names"]["industry"]}.get(
            kind, _DOCUMENTS
        )
        items = [Value(*v) for v in rng.sample(list(pool), rng.randint(2, 6))]
        last = rng.choice(["和", "及", "、", "以及"])
        text = "、".join(v.zh for v in items[:-1]) + last + items[-1].zh
        return Value(text, "", "", tuple(v.zh for v in items))
    return _made(kind, rng)


def _date(rng: Random) -> Value:
    y, m, d = rng.randint(1999, 2030), rng.randint(1, 12), rng.randint(1, 28)
    en, pt = _MONTHS_EN.split()[m - 1], _MONTHS_PT.split()[m - 1]
    return Value(f"{y}年{m}月{d}日", f"{d} {en} {y}", f"{d} de {pt} de {y}")


def _month(rng: Random) -> Value:
    y, m = rng.randint(2003, 2035), rng.randint(1, 12)
    en, pt = _MONTHS_EN.split()[m - 1], _MONTHS_PT.split()[m - 1]
    return Value(f"{y}年{m}月", f"{en} {y}", f"{pt} de {y}")


def _plain(text: str) -> Value:
    return Value(text, text, text)


def _figure(rng: Random) -> str:
    return rng.choice(
        [f"{rng.uniform(1, 999):.1f}", f"{rng.uniform(1, 99):.2f}", f"{rng.randint(2, 9999):,}"]
    )


_KINDS: Mapping[str, Callable[[Random], Value]] = {
    "date": _date,
    "month": _month,
    "year": lambda r: _plain(str(r.randint(1999, 2030))),
    "money": lambda r: _plain(
        _figure(r)
        + r.choice(["亿", "亿", "万", "千万", "百万"])
        + r.choice(["元", "澳门元", "元人民币", "美元", "欧元"])
    ),
    "fee": lambda r: _plain(f"{r.randint(1, 60) * 50}{r.choice(['元', '澳门元'])}"),
    "percent": lambda r: _plain(f"{r.choice([r.randint(1, 40), round(r.uniform(0, 60), 1)])}%"),
    "number": lambda r: _plain(
        _figure(r).replace(".00", "") + r.choice(["万人次", "万人", "家", "人", "项", "辆", "间"])
    ),
    "count": lambda r: _plain(str(r.randint(2, 30))),
    "years": lambda r: _plain(
        r.choice([f"{r.randint(1, 30)}年", "十年", "五年", f"{r.randint(3, 36)}个月"])
    ),
    "days": lambda r: _plain(f"{r.randint(1, 90)}个{r.choice(['工作日', '自然日'])}"),
    "area": lambda r: _plain(_figure(r) + r.choice(["平方米", "万平方米", "平方公里", "公顷"])),
    "age": lambda r: _plain(f"{r.choice([16, 18, 20, 21, 25, 30, 35, 40, 45])}周岁"),
    "clauses": lambda r: _plain(f"{r.randint(2, 12)}章{r.randint(13, 98)}条"),
    "person": lambda r: _plain(r.choice(_SURNAMES) + "".join(r.sample(_GIVEN, 2))),
}


def _made(kind: str, rng: Random) -> Value:
    return _KINDS[kind](rng)
