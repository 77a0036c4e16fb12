"""Foreign passages: plausible, all different, and about none of our subjects."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.fold import fold
from corpus.load import load_folder
from corpus.records import Document, Passage
from corpus.settings import BUNDLED_SOURCES
from corpus.split import split
from eval.foreign import IN_DOCUMENT, LONGEST, OURS, SHORTEST, from_texts, generated
from eval.perturb.base import lexicon, table

FORBIDDEN = (
    "澳門 澳门 Macao Macau CEPA 大灣區 大湾区 中葡 橫琴 横琴 香港 葡語 葡语 歐盟 欧盟 "
    "一帶一路 一带一路 珠海 廣東 广东 內地 内地 世衛 世卫 聯席會議 联席会议 蓮花 莲花 "
    "絲路 丝路 葡萄牙 巴西 國民待遇 国民待遇"
).split()


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(generated(2000))


@pytest.fixture(scope="module")
def passages(documents: list[Document]) -> list[Passage]:
    return [passage for document in documents for passage in split(document)]


def test_there_are_as_many_passages_as_asked_for(
    documents: list[Document], passages: list[Passage]
) -> None:
    assert len(passages) == 2000
    assert len(documents) == 2000 // IN_DOCUMENT
    assert [len(split(d)) for d in generated(IN_DOCUMENT + 3)] == [IN_DOCUMENT, 3]
    assert Counter(p.language for p in passages) == {"zh-Hant": 1000, "zh-Hans": 1000}
    assert all(SHORTEST <= len(p.text) <= LONGEST for p in passages)
    assert all(p.heading_path and p.title for p in passages)
    assert len({d.doc_id for d in documents}) == len(documents)
    assert all(d.doc_id.startswith("foreign-") and d.revision for d in documents)


def test_they_are_the_same_every_time(documents: list[Document]) -> None:
    again = list(islice(generated(10_000), 5))
    assert again == documents[:5]
    assert next(generated(IN_DOCUMENT, seed=1)).text != documents[0].text


def test_none_is_about_our_subjects(documents: list[Document]) -> None:
    for document in documents:
        assert not OURS.search(document.text)
        assert not any(word.lower() in document.text.lower() for word in FORBIDDEN)
    # The list itself finds what the bundled documents are about.
    for bundled in load_folder(BUNDLED_SOURCES).documents:
        assert OURS.search(bundled.text)


def test_no_agreement_fund_or_body_of_the_glossary_is_named(documents: list[Document]) -> None:
    kinds = ("agreement", "fund", "institution", "event", "zone", "programme")
    found = Counter(
        mention.term.names["zh-Hans"]
        for document in documents
        for mention in lexicon().mentions(document.text)
        if mention.term.is_name and mention.term.kind in kinds
    )
    assert not found


def test_every_passage_says_what_place_it_speaks_of(passages: list[Passage]) -> None:
    places = [row.split("/") for row in table("foreign")["abroad"].split()]
    names = {fold(name) for row in places for name in row[:2]}
    names |= {fold(name) for name in table("foreign")["home"].split()}
    texts = [fold(p.text) for p in passages]
    assert all(any(name in text for name in names) for text in texts)


def test_they_are_various(passages: list[Passage]) -> None:
    """Share of the folded 8-grams that are distinct: 0.86 of 2000 passages, 0.72 of 10,000."""
    grams: Counter[str] = Counter()
    for passage in passages:
        text = fold(passage.text)
        grams.update(text[i : i + 8] for i in range(len(text) - 7))
    assert len(grams) / grams.total() > 0.82
    assert len({fold(p.text) for p in passages}) == len(passages)
    topics = table("foreign")["topics"]
    assert sum(len(topic["sentences"]) for topic in topics.values()) >= 60


def test_they_have_years_and_figures_as_ours_have(passages: list[Passage]) -> None:
    assert sum(bool(p.periods) for p in passages) / len(passages) > 0.7
    assert sum(any(c.isdigit() for c in p.text) for p in passages) / len(passages) > 0.99


SENTENCE = "這個城市在山谷裏，附近有一條河流經過，居民以種植果樹為生。"
ARTICLES = [f"第{i}篇說的是別的事情。" + SENTENCE * (1 + i % 12) for i in range(1, 30)]


def squad(folder: Path) -> Path:
    paragraphs = [
        {"context": text, "qas": [{"id": f"{i}-{k}", "question": "什麼？", "answers": []}]}
        for i, text in enumerate(ARTICLES)
        for k in range(1)
    ]
    file = folder / "set.json"
    data = {"data": [{"title": "山城", "paragraphs": paragraphs}]}
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def beir(folder: Path) -> Path:
    rows = [{"_id": str(i), "title": f"篇{i}", "text": t} for i, t in enumerate(ARTICLES)]
    (folder / "qrels").mkdir()
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    query = json.dumps({"_id": "q", "text": "什麼？"})
    (folder / "queries.jsonl").write_text(query, encoding="utf-8")
    tsv = "query-id\tcorpus-id\tscore\nq\t1\t1\n"
    (folder / "qrels" / "test.tsv").write_text(tsv, encoding="utf-8")
    return folder


def plain(folder: Path) -> Path:
    file = folder / "texts.txt"
    file.write_text("\n".join(ARTICLES), encoding="utf-8")
    return file


def packed(folder: Path) -> Path:
    file = folder / "texts.txt.gz"
    file.write_bytes(gzip.compress("\n".join(ARTICLES).encode()))
    return file


def markdown(folder: Path) -> Path:
    for i, text in enumerate(ARTICLES):
        (folder / f"{i}.md").write_text(f"# 篇{i}\n\n{text}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("make", [squad, beir, plain, packed, markdown])
def test_real_texts_become_passages(make, tmp_path: Path) -> None:
    path = make(tmp_path)
    documents = list(from_texts(path, 25))
    found = [p for d in documents for p in split(d)]
    assert [len(split(d)) for d in documents] == [20, 5]
    assert {d.language for d in documents} == {"zh-Hant"}
    assert all(d.doc_id.startswith("foreign-") for d in documents)
    assert all(SENTENCE in p.text for p in found) and max(len(p.text) for p in found) < 480
    assert documents == list(from_texts(path, 25))
    assert documents != list(from_texts(path, 25, seed=1))
    everything = [p for d in from_texts(path, 10_000) for p in split(d)]
    assert 29 <= len(everything) < 200
    assert sum(p.text.count(SENTENCE) for p in everything) == sum(
        t.count(SENTENCE) for t in ARTICLES
    )


def test_texts_about_our_subjects_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    ours = "澳門與歐盟的商品貿易總額在這一年又有增長，數字見於統計局的年報。"
    file.write_text("\n".join([ours, *ARTICLES]), encoding="utf-8")
    assert not any(OURS.search(d.text) for d in from_texts(file, 500))


def test_marks_in_a_text_make_no_headings_or_items(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    rows = [f"# {n} 號公路通往山谷深處的村莊，全長四十公里，沒有句號\0" for n in range(30)]
    file.write_bytes("\n".join(f"- > {row}" for row in rows).replace("\0", "").encode())
    documents = list(from_texts(file, 30))
    found = [p for d in documents for p in split(d)]
    assert len(found) == 30
    assert all(p.text.endswith("沒有句號。") and not p.list_id for p in found)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF", "SQuAD .json"),
        ("a.txt", b"\xff\xfe\xff", "UTF-8"),
        ("a.txt.gz", b"no gzip", "gzip"),
        ("a.txt", b"short\n", "holds no text"),
        ("a.json", b"[]", "a.json"),
    ],
)
def test_a_file_of_no_use_is_named(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says):
        list(from_texts(tmp_path / name, 5))


def test_a_missing_file_and_a_wrong_count_are_named(tmp_path: Path) -> None:
    for name in ("none.txt", "none.txt.gz", "none.json", "none"):
        with pytest.raises(InputError, match="none"):
            list(from_texts(tmp_path / name, 5))
    for give in (generated(0), from_texts(tmp_path, -1)):
        with pytest.raises(InputError, match="at least 1"):
            list(give)
