"""Grounding: a draft that says more than its quotes does not go out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.engine import Engine
from chatbot.ground import ungrounded
from chatbot.phrases import say
from chatbot.pipeline import Ask, build_pipeline
from chatbot.reader import Reading, Span
from corpus.records import Citation

EU = (
    "歐盟是澳門第一大貿易夥伴，2022年兩地商品貿易總額逾達460.2億澳門元，佔澳門對外商品貿易額30.0%。"
)
EU_EN = (
    "The European Union is Macao's largest trading partner; in 2022, total merchandise trade "
    "between the two was more than MOP46.02 billion, accounting for 30.0% of the total."
)
QUESTION = "2022年澳門與歐盟的貿易總額是多少？"


def cite(quote, rendition=None):
    return Citation(
        n=1, doc_id="d", title="區域合作", section="與歐盟經貿關係", revision="r", quote=quote,
        start=0, end=len(quote), passage_id="p", rendition=rendition,
    )  # fmt: skip


@pytest.fixture(scope="module")
def lexicon(engine):
    return engine.resources().lexicon


@pytest.mark.parametrize(
    "draft",
    [
        f"逾達460.2億澳門元\n{EU} [1]",
        "逾达460.2亿澳门元 [1]",
        "46,020,000,000澳門元 [1]",
        "歐盟佔30% [1]",
    ],
)
def test_what_the_quote_says_passes(lexicon, draft):
    assert ungrounded(draft, [cite(EU)], QUESTION, "zh-Hant", lexicon) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("460.2", "460.3"),
        ("460.2億", "46.02億"),
        ("460.2億", "4,602億"),
        ("澳門元", "美元"),
        ("2022年", "2021年"),
        ("30.0%", "28.5%"),
        ("第一大", "第二大"),
        ("歐盟", "日本"),
        ("歐盟", "葡萄牙"),
    ],
)
def test_every_change_is_caught(lexicon, before, after):
    assert before in EU
    wrong = ungrounded(f"{EU.replace(before, after)} [1]", [cite(EU)], QUESTION, "zh-Hant", lexicon)
    assert wrong


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("46.02 billion", "46.02 million"),
        ("46.02 billion", "4.602 billion"),
        ("MOP", "USD"),
        ("2022", "2023"),
        ("30.0%", "3.00%"),
        ("European Union", "United States"),
    ],
)
def test_renditions_are_held_to_the_same(lexicon, before, after):
    def check(draft):
        return ungrounded(draft, [cite(EU, EU_EN)], "What was it in 2022?", "en", lexicon)

    assert check(EU_EN) == []
    assert check(EU_EN.replace(before, after))


def test_a_name_of_the_question_is_the_users_but_its_figures_are_not(lexicon):
    question = "2019年澳門與日本的貿易總額是多少？"
    assert ungrounded("日本：歐盟 [1]", [cite(EU)], question, "zh-Hant", lexicon) == []
    assert ungrounded("2019年：歐盟 [1]", [cite(EU)], question, "zh-Hant", lexicon)


class Misreading:
    """Reads as another reader does, but says something else in place of its short answer."""

    def __init__(self, reader):
        self.reader, self.short, self.seen = reader, None, 0

    def read(self, query, hits):
        self.seen += 1
        best, *others = self.reader.read(query, hits)
        return (replace(best, short=self.short, answerability=0.99), *others)


@pytest.fixture(scope="module")
def misreading(settings, engine):
    """A reader that misreads, and the pipeline that uses it."""
    r = engine.resources()
    reader = Misreading(r.reader)
    return reader, build_pipeline(Engine(settings, reader, lambda: r.encoder))


@pytest.mark.parametrize(
    "short", ["460.3億澳門元", "46.02億澳門元", "460.2億美元", "2021年", "日本"]
)
def test_the_pipeline_refuses_what_a_reader_makes_up(misreading, short):
    reader, pipeline = misreading
    reader.short, reader.seen = short, 0
    answer = pipeline.invoke(Ask(QUESTION))
    assert reader.seen == 1
    assert (answer.status, answer.refusal.reason) == ("refused", "ungrounded")
    assert answer.text == say("zh-Hant", "ungrounded")
    assert answer.refusal.missing and answer.refusal.nearest
    assert answer.citations == () and answer.short_answer is None
    assert short not in answer.text


def test_the_pipeline_lets_the_true_reading_pass(misreading):
    reader, pipeline = misreading
    reader.short = "逾達460.2億澳門元"
    answer = pipeline.invoke(Ask(QUESTION))
    assert (answer.status, answer.short_answer) == ("answered", "逾達460.2億澳門元")
    assert answer.confidence == 0.99


class MostShared:
    """A reader of its own: the whole passage that shares most characters with the question."""

    def read(self, query, hits):
        def shared(hit):
            return len(set(query.folded) & set(hit.passage.text))

        return tuple(
            Reading(
                hit=hit,
                language=hit.passage.language,
                spans=(Span(0, len(hit.passage.text)),),
                quote=Span(0, len(hit.passage.text)),
                short=None,
                answerability=0.75,
                score=float(shared(hit)),
            )
            for hit in sorted(hits, key=lambda h: -shared(h))
        )


def test_another_reader_can_take_the_place(settings, engine):
    own = Engine(settings, MostShared(), lambda: engine.resources().encoder)
    answer = build_pipeline(own).invoke(Ask("澳門歐洲研究學會的資料"))
    assert (answer.status, answer.confidence) == ("answered", 0.75)
    (citation,) = answer.citations
    best = max(answer.hits, key=lambda h: len(set("澳门欧洲研究学会的资料") & set(h.passage.text)))
    assert citation.passage_id == best.passage.passage_id
    assert citation.quote == best.passage.text
