"""Spans that may be the short answer: what is proposed, what speaks for each, and the choice."""

import pytest

from chatbot.engine import lexicon_of, segmenter_of
from chatbot.proposals import Ground, choose, propose, told
from chatbot.question import read_question
from chatbot.reader import Proposal, Span
from chatbot.reading.features import Found, Sight
from corpus.sentences import sentences

TEXT = "2022年進口為1,261.8億元，較2021年的1,393.4億元下跌9.4%。出口為124.6億元。"


@pytest.fixture(scope="module")
def ask_query(settings):
    lexicon = lexicon_of(settings)
    segmenter = segmenter_of(settings, lexicon)
    return lambda question: read_question(question, lexicon, segmenter)


@pytest.fixture(scope="module")
def propose_in(ask_query):
    def proposed(question, spans, short=None, clear=True, text=TEXT, above="", parts=()):
        found = [
            Found(text.index(s), text.index(s) + len(s), 8.0 - 4 * i) for i, s in enumerate(spans)
        ]
        marked = [Found(text.index(s), text.index(s) + len(s), 1.0) for s in parts]
        place = Span(text.index(short), text.index(short) + len(short)) if short else None
        parted = [Span(a, b) for a, b in sentences(text)]
        weights = [1.0 - 0.5 * i for i in range(len(parted))]
        ground = Ground(text, above, "zh-Hant", parted, weights, place, clear, 1.5)
        out = propose(ask_query(question), ground, Sight({}, tuple(found), tuple(marked)))
        return {text[p.start : p.end]: p for p in out}

    return proposed


@pytest.mark.parametrize(
    ("question", "said", "wrong"),
    [
        ("2022年進口多少？", "1,261.8億元", 0.0),
        ("2022年進口多少？", "1,393.4億元", 1.0),
        ("2021年進口多少？", "1,393.4億元", 0.0),
        ("2021年進口多少？", "1,261.8億元", 1.0),
        ("進口多少？", "1,393.4億元", 0.0),
        ("哪一年進口下跌？", "2022年", 0.0),
        ("2022年進口跌幅百分之幾？", "9.4%", 0.0),
        ("2021年進口跌幅百分之幾？", "9.4%", 1.0),
    ],
)
def test_a_figure_is_of_the_last_year_named_before_it(propose_in, question, said, wrong):
    assert propose_in(question, [said])[said].features["span_period_wrong"] == wrong


def test_without_a_year_in_the_text_that_of_the_headings_counts(propose_in):
    own = {"text": "出口為124.6億元。", "above": "2020年商品貿易\n"}

    def wrong(question, **more):
        found = propose_in(question, ["124.6億元"], **more)["124.6億元"]
        return found.features["span_period_wrong"]

    assert wrong("2022年出口多少？", **own) == 1
    assert wrong("2020年出口多少？", **own) == 0
    assert wrong("2020年出口多少？", text=own["text"]) == 0


def test_a_number_is_read_in_its_place(propose_in):
    text = "2022年共有2000個企業，設有五個辦事處。"
    found = propose_in("2022年有多少個企業？", ["2000"], text=text)
    assert [p.features["span_period_wrong"] for p in found.values()] == [0]
    found = propose_in("有多少個辦事處？", ["五"], text=text)
    assert [p.features["span_kind_wrong"] for p in found.values()] == [0]


def test_kind_and_unit_of_the_span_are_those_asked_for(propose_in):
    def feature(name, question, said):
        return propose_in(question, [said])[said].features[name]

    assert feature("span_unit_wrong", "2022年進口跌幅百分之幾？", "9.4%") == 0
    assert feature("span_unit_wrong", "2022年進口金額是多少元？", "9.4%") == 1
    assert feature("span_unit_wrong", "2022年進口金額是多少元？", "1,261.8億元") == 0
    assert feature("span_kind_wrong", "2022年進口金額是多少元？", "進口") == 1
    assert feature("span_kind_wrong", "2022年進口金額是多少元？", "1,261.8億元") == 0
    assert feature("span_asked", "2022年進口金額是多少元？", "進口") == 1
    assert feature("span_asked", "2022年進口金額是多少元？", "1,261.8億元") == 0


def test_a_span_takes_in_what_it_cuts(propose_in):
    assert list(propose_in("2022年進口多少？", ["261.8"])) == ["1,261.8億元"]
    assert list(propose_in("哪一年進口下跌？", ["2021"])) == ["2021年"]


def test_what_the_rules_found_is_made_whole_too(propose_in):
    text = "直接投資指持有企業10%或以上投票權。"
    found = propose_in("持有多少投票權才是直接投資？", ["10%"], short="10%", text=text)
    assert list(found) == ["10%或以上"]


def test_what_the_rules_found_is_proposed_too(propose_in):
    found = propose_in("2022年進口多少？", ["1,393.4億元", "9.4%"], short="1,261.8億元")
    own, other = found["1,261.8億元"].features, found["1,393.4億元"].features
    assert own["span_same"] == own["span_clear"] == other["span_other"] == 1
    assert (own["span_near"], other["span_near"], own["span_foreign"]) == (1.5, 0, 0)
    assert other["span_same"] == own["span_other"] == 0
    assert own["span_behind"] == 1  # as far behind as the network's last
    found = propose_in("2022年進口多少？", ["1,393.4億元"], short="1,261.8億元", clear=False)
    assert found["1,261.8億元"].features["span_clear"] == 0
    assert found["1,393.4億元"].features["span_other"] == 0


def test_a_span_of_the_sentence_that_speaks_of_the_question_is_preferred(propose_in):
    found = propose_in("2022年進口多少？", ["1,261.8億元", "124.6億元"])
    assert found["1,261.8億元"].features["span_sentence"] == 0
    assert found["124.6億元"].features["span_sentence"] == -0.5


def test_parts_of_a_list_are_proposed_as_one(propose_in):
    text = "辦事處設於里斯本、布魯塞爾及日內瓦。"
    cities = ("里斯本", "布魯塞爾", "日內瓦")
    found = propose_in("辦事處設於哪些城市？", ["里斯本"], text=text, parts=cities)
    assert set(found) == {"里斯本", "里斯本、布魯塞爾及日內瓦"}
    assert set(propose_in("辦事處設於何處？", ["里斯本"], text=text, parts=cities)) == {"里斯本"}


def test_the_choice_tells_its_lead_over_another_answer():
    text = "約1,261.8億元及9.4%"
    spans = [(0, 9, 1.0), (1, 9, 0.9), (10, 14, -1.0)]
    proposals = [Proposal(a, b, {"span_score": z}) for a, b, z in spans]
    best = choose(proposals, text, {"span_score": 2.0})
    assert (best.start, best.end) == (0, 9)
    assert best.features["span_margin"] == 1.0  # 4 logits over the share, a quarter of them
    assert choose(proposals[:2], text, {"span_score": 2.0}).features["span_margin"] == 2.0


def test_a_piece_of_a_number_is_another_number():
    text = "出口上升15%，進口上升5%，總額上升15%"
    proposals = [Proposal(4, 7, {"span_score": 1.0}), Proposal(12, 14, {"span_score": 0.9})]
    assert choose(proposals, text, {"span_score": 1.0}).features["span_margin"] == pytest.approx(
        0.025
    )
    again = [proposals[0], Proposal(19, 22, {"span_score": 0.9})]
    assert choose(again, text, {"span_score": 1.0}).features["span_margin"] == 2.0


def test_of_equals_the_one_that_the_network_prefers_is_chosen():
    proposals = [Proposal(0, 2, {"span_score": -1.0}), Proposal(3, 5, {"span_score": 1.0})]
    assert choose(proposals, "一二三四五", {}).start == 3


@pytest.mark.parametrize(
    ("question", "said", "alone"),
    [
        ("辦事處設於哪些城市？", "里斯本、布魯塞爾及日內瓦", True),
        ("辦事處設於哪些城市？", "里斯本", False),
        ("有哪些國家？", "中華人民共和國", False),
        ("有哪些金額？", "1,261.8億元", False),
        ("2022年進口多少？", "1,261.8億元", True),
        ("2022年進口多少？", "1,261.8億元" * 10, False),
        ("什麼是CEPA？", "更緊密經貿關係的安排", False),
    ],
)
def test_which_spans_answer_alone(ask_query, question, said, alone):
    assert told(ask_query(question), said, "zh-Hant", Proposal(0, len(said), {})) is alone
