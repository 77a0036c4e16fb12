"""The span that the network found is held against the question: kind, unit, year, rivals."""

import pytest

from chatbot.engine import lexicon_of, segmenter_of
from chatbot.question import read_question
from chatbot.reader import Span
from chatbot.reading.features import Found
from chatbot.span_features import span_features

TEXT = "2022年進口為1,261.8億元，較2021年的1,393.4億元下跌9.4%。出口為124.6億元。"


@pytest.fixture(scope="module")
def ask(settings):
    lexicon = lexicon_of(settings)
    segmenter = segmenter_of(settings, lexicon)

    def features(question, said, others=(), short=None, text=TEXT, above=""):
        spans = [Found(text.index(s), text.index(s) + len(s), 8.0 - i) for i, s in
                 enumerate([said, *others])]  # fmt: skip
        place = Span(text.index(short), text.index(short) + len(short)) if short else None
        query = read_question(question, lexicon, segmenter)
        return span_features(query, text, above, "zh-Hant", spans[0], spans[1:], place)

    return features


@pytest.mark.parametrize(
    ("question", "said", "wrong"),
    [
        ("2022年進口多少？", "1,261.8億元", 0.0),
        ("2022年進口多少？", "1,393.4億元", 1.0),
        ("2021年進口多少？", "1,393.4億元", 0.0),
        ("2021年進口多少？", "1,261.8億元", 1.0),
        ("進口多少？", "1,393.4億元", 0.0),
        ("哪一年進口下跌？", "2022年", 0.0),
    ],
)
def test_a_figure_is_of_the_last_year_named_before_it(ask, question, said, wrong):
    assert ask(question, said)["span_period_wrong"] == wrong


def test_without_a_year_in_the_text_that_of_the_headings_counts(ask):
    own = {"text": "出口為124.6億元。", "above": "2020年商品貿易\n"}
    assert ask("2022年出口多少？", "124.6億元", **own)["span_period_wrong"] == 1
    assert ask("2020年出口多少？", "124.6億元", **own)["span_period_wrong"] == 0
    assert ask("2020年出口多少？", "124.6億元", text=own["text"])["span_period_wrong"] == 0


def test_kind_and_unit_of_the_span_are_those_asked_for(ask):
    assert ask("2022年進口跌幅百分之幾？", "9.4%")["span_unit_wrong"] == 0
    assert ask("2022年進口金額是多少元？", "9.4%")["span_unit_wrong"] == 1
    assert ask("2022年進口金額是多少元？", "進口")["span_kind_wrong"] == 1
    assert ask("2022年進口金額是多少元？", "1,261.8億元")["span_kind_wrong"] == 0


def test_rivals_and_what_the_rules_found(ask):
    alone = ask("2022年進口多少？", "1,261.8億元")
    rival = ask("2022年進口多少？", "1,261.8億元", others=["1,393.4億元"])
    inner = ask("2022年進口多少？", "1,261.8億元", others=["1,261.8億"])
    assert alone["span_margin"] == inner["span_margin"] == 2.0
    assert rival["span_margin"] == 0.25
    assert alone["span_same"] == alone["span_other"] == 0
    same = ask("2022年進口多少？", "1,261.8億元", short="1,261.8億元")
    other = ask("2022年進口多少？", "1,261.8億元", short="124.6億元")
    assert (same["span_same"], same["span_other"]) == (1, 0)
    assert (other["span_same"], other["span_other"]) == (0, 1)
