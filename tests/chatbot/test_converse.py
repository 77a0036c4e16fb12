"""Follow-ups: what was asked before is carried over, never what was answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.converse import standalone
from chatbot.pipeline import Ask
from chatbot.question import read_question
from corpus.records import Turn

EU = "2022年澳門與歐盟的貿易總額是多少？"
EU_EN = "What was the value of trade between Macao and the EU in 2022?"
EU_PT = "Qual foi o valor do comércio entre Macau e a UE em 2022?"
MAINLAND_EN = "What was the value of trade between Macao and the mainland in 2022?"
MAINLAND_PT = "Qual foi o valor do comércio entre Macau e o Interior da China em 2022?"
GOODS = "CEPA貨物貿易協議何時實施？"
FLOOR = "中葡平台綜合體的建築面積是多少？"
FUND = "中葡合作發展基金的規模有多大？"

# question before, follow-up, as it would be asked alone
REWRITTEN = [
    (EU, "那內地呢？", "2022年澳門與內地的貿易總額是多少？"),
    (EU, "2021年呢？", "2021年澳門與歐盟的貿易總額是多少？"),
    (EU, "那美國呢？", "2022年澳門與美國的貿易總額是多少？"),
    (EU, "它的直接投資存量呢？", "2022年澳門與歐盟的直接投資存量是多少？"),
    (EU, "佔澳門對外商品貿易額多少？", "2022年歐盟佔澳門對外商品貿易額多少？"),
    (GOODS, "那投資協議呢？", "投資協議何時實施？"),
    (FLOOR, "佔地呢？", "中葡平台綜合體的佔地是多少？"),
    (FUND, "它的總部何時設立？", "中葡合作發展基金的總部何時設立？"),
    (MAINLAND_EN, "and for the EU?", EU_EN),
    (MAINLAND_EN, "And with the EU?", EU_EN),
    (EU_EN, "And in 2021?", EU_EN.replace("2022", "2021")),
    (MAINLAND_PT, "E para a UE?", EU_PT.replace(" a UE", " o UE")),
    (EU_PT, "E em 2021?", EU_PT.replace("2022", "2021")),
    ("2022年底内地对澳门直接投资存量是多少？", "欧盟的呢？",
     "2022年底欧盟对澳门直接投资存量是多少？"),
    ("截至2022年底內地對澳門的直接投資存量是多少？", "反過來呢？",
     "截至2022年底澳門對內地的直接投資存量是多少？"),
    ("How much had the mainland invested in Macao?", "and the other way round?",
     "How much had Macao invested in the mainland?"),
    ("第3項是什麼？", "下一項呢？", "第4項是什麼？"),
    ("第三項是什麼？", "下一項呢？", "第4項是什麼？"),
    ("第12条讲什么？", "那第20条呢？", "第20条讲什么？"),
    ("What is measure 3?", "And the next one?", "What is measure 4?"),
    ("O que diz a medida n.º 3?", "E a seguinte?", "O que diz a medida n.º 4?"),
]  # fmt: skip

# complete questions, which stay as they are whatever was asked before
COMPLETE = [
    (EU, "澳門2025年的失業率是多少？"),
    (EU, "澳門的旅客人數是多少？"),
    (EU, "澳門有幾多間賭場？"),
    (EU, "葡語國家有哪些？"),
    (EU, "CEPA是什麼？"),
    (EU, "CEPA?"),
    (EU, "第3項呢？"),
    (EU, "香港的人口是多少？"),
    ("2022年澳门与欧盟的贸易总额是多少？", "澳门2025年的失业率是多少？"),
    (EU_EN, "What was Macao's unemployment rate in 2025?"),
    (EU_EN, "How many casinos are there in Macao?"),
    (EU_EN, "Who won the last football World Cup?"),
    (EU_PT, "Qual é a taxa de desemprego de Macau em 2025?"),
    (EU_PT, "Qual é a capital da Austrália?"),
]


@pytest.fixture(scope="module")
def read(engine):
    r = engine.resources()
    return lambda text: read_question(text, r.lexicon, r.segmenter)


def user(*texts):
    return tuple(Turn("user", text) for text in texts)


@pytest.mark.parametrize(("before", "question", "alone"), REWRITTEN)
def test_follow_ups_are_completed(read, before, question, alone):
    assert standalone(question, user(before), read) == alone


@pytest.mark.parametrize(("before", "question"), COMPLETE)
def test_complete_questions_are_left_alone(read, before, question):
    assert standalone(question, user(before), read) == question


def test_a_chain_of_follow_ups(read):
    history = user(EU, "那內地呢？", "2021年呢？")
    assert standalone("葡語國家呢？", history, read) == "2021年澳門與葡語國家的貿易總額是多少？"


def test_greetings_are_no_subject(read):
    assert standalone("人口呢？", user("你好", "謝謝"), read) == "人口呢？"
    assert standalone("那內地呢？", user(EU, "謝謝"), read) == REWRITTEN[0][2]


def test_only_the_last_questions_count(read):
    far = user(EU, *["葡語國家有哪些？"] * 6)
    assert "歐盟" not in standalone("人口呢？", far, read)


SAID = st.text(max_size=60) | st.sampled_from(
    [
        "2022年兩地貿易總額逾達460.2億澳門元。[1]",
        "The unemployment rate is 42%.",
        "葡語國家",
        EU,
        "第9項",
    ]
)


@given(said=st.lists(SAID, max_size=4), case=st.sampled_from(REWRITTEN))
def test_what_was_answered_never_enters_a_question(read, said, case):
    before, question, alone = case
    replies = tuple(Turn("assistant", text) for text in said)
    assert standalone(question, (*replies, *user(before), *replies), read) == alone


UNANSWERABLE = [
    ((EU,), "那美國呢？"),
    ((EU,), "2021年呢？"),
    ((EU,), "澳門2025年的失業率是多少？"),
    ((EU,), "如何申請GMP證書？"),
    (("2022年澳门与欧盟的贸易总额是多少？",), "那日本呢？"),
    ((EU_EN,), "And with the United States?"),
    ((EU_EN,), "What was Macao's unemployment rate in 2025?"),
    ((EU_PT,), "E em 2021?"),
    ((FUND,), "2015年呢？"),
]


def test_evidence_does_not_leak_into_the_next_answer(pipeline):
    asks = []
    for before, question in UNANSWERABLE:
        turns = [
            *user(*before),
            Turn("assistant", "逾達460.2億澳門元。第1項：42%（2021年、美國、2025年）。"),
        ]
        asks.append(Ask(question, tuple(turns)))
    for ask, answer in zip(asks, pipeline.batch(asks), strict=True):
        assert answer.status == "refused", ask.question
        assert answer.citations == ()


def test_the_language_of_the_conversation_settles_a_short_question(pipeline):
    hans = user("2022年澳门与欧盟的贸易总额是多少？")
    assert pipeline.invoke(Ask("香港呢？", hans)).language == "zh-Hans"
    assert pipeline.invoke(Ask("香港呢？", user(EU))).language == "zh-Hant"
    assert pipeline.invoke(Ask("what about the mainland?", hans)).language == "en"
