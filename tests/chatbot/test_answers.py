"""Answers on the bundled documents: by kind and language, and refusals.

Every answer of this file, of the single questions as of the development set, is held to the
contract: quotes are the documents' own text, and every figure stands in a quote or a rendition.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from chatbot.pipeline import Ask
from corpus.fold import converter
from corpus.numbers import missing_figures
from corpus.records import Turn

DEV = Path(__file__).parents[2] / "eval" / "data" / "policy-dev.jsonl"

# question, language, short answer
SHORT = [
    ("2022年澳門與葡語國家的商品貿易總額是多少？", "zh-Hant", "逾10.7億澳門元"),
    ("2022年澳门与葡语国家的商品贸易总额是多少？", "zh-Hans", "逾10.7亿澳门元"),
    ("Qual foi o valor do comércio de mercadorias entre Macau e os países de língua portuguesa em "
     "2022?", "pt", "mais de 1,07 mil milhões de patacas"),
    ("What was the value of trade between Macao and the EU in 2022?", "en",
     "more than MOP46.02 billion"),
    ("內地對澳門開放了多少個服務貿易部門？", "zh-Hant", "153個"),
    ("内地对澳门开放了多少个服务贸易部门？", "zh-Hans", "153个"),
    ("How many sectors of trade in services has the mainland liberalised?", "en", "153"),
    ("歐盟-澳門混合委員會至2019年已舉行多少次會議？", "zh-Hant", "23次"),
    ("中葡平台綜合體佔地多少平方米？", "zh-Hant", "約14,200平方米"),
    ("How much had Macao invested in the mainland by the end of 2022?", "en", "MOP79.82 billion"),
    ("CEPA投資協議何時實施？", "zh-Hant", "2018年1月1日"),
    ("CEPA投资协议何时实施？", "zh-Hans", "2018年1月1日"),
    ("When did the CEPA Investment Agreement take effect?", "en", "1 January 2018"),
    ("Quando entrou em vigor o Acordo de Investimento do CEPA?", "pt", "1 de janeiro de 2018"),
    ("哪個國家是中葡論壇第十個與會國？", "zh-Hant", "赤道幾內亞共和國"),
    ("哪个国家是中葡论坛第十个与会国？", "zh-Hans", "赤道几内亚共和国"),
    ("論壇常設秘書處設於哪裏？", "zh-Hant", "澳門"),
    ("Where was the first ministerial conference held?", "en", "Macao"),
]  # fmt: skip

NINE = {
    "葡語國家有哪些？": ("zh-Hant",
        "安哥拉 巴西 佛得角 幾內亞比紹 赤道幾內亞 莫桑比克 葡萄牙 聖多美和普林西比 東帝汶"),
    "葡语国家有哪些？": ("zh-Hans",
        "安哥拉 巴西 佛得角 几内亚比绍 赤道几内亚 莫桑比克 葡萄牙 圣多美和普林西比 东帝汶"),
    "Which are the Portuguese-speaking countries?": (
        "en", "Angola Brazil Cabo_Verde Guinea-Bissau Equatorial_Guinea Mozambique Portugal "
        "Sao_Tome_and_Principe Timor-Leste"),
    "Quais são os países de língua portuguesa?": (
        "pt", "Angola Brasil Cabo_Verde Guiné-Bissau Guiné_Equatorial Moçambique Portugal "
        "São_Tomé_e_Príncipe Timor-Leste"),
}  # fmt: skip

OFFICES = {
    "特區政府駐歐洲有哪些辦事處？": ("里斯本", "布魯塞爾", "日內瓦"),
    "特区政府驻欧洲有哪些办事处？": ("里斯本", "布鲁塞尔", "日内瓦"),
    "Which offices does the Macao government have in Europe?": ("Lisbon", "Brussels", "Geneva"),
    "Que delegações tem Macau na Europa?": ("Lisboa", "Bruxelas", "Genebra"),
}

PILLARS = {
    "CEPA主要涵蓋哪四大方面？": "貨物貿易、服務貿易、投資、經濟技術合作",
    "CEPA主要涵盖哪四大方面？": "货物贸易、服务贸易、投资、经济技术合作",
    "What four areas does CEPA cover?":
        "Trade in goods, Trade in services, Investment, Economic and technical cooperation",
    "Quais as quatro áreas abrangidas pelo CEPA?":
        "Comércio de mercadorias, Comércio de serviços, Investimento, "
        "Cooperação económica e técnica",
}  # fmt: skip

# question, language, what the answer tells
ABOUT = [
    ("什麼是中葡論壇？", "zh-Hant", ("五屆部長級會議", "2003年10月")),
    ("什么是中葡合作发展基金？", "zh-Hans", ("10亿美元", "2017年6月")),
    ("O que é o Complexo da Plataforma de Serviços para a Cooperação Comercial entre a China e os "
     "Países de Língua Portuguesa?", "pt", ("14.200", "50.000")),
]  # fmt: skip

YES = [
    ("歐盟與澳門有沒有混合委員會？", "有。", "混合委員會"),
    ("欧盟是不是澳门第一大贸易伙伴？", "是。", "第一大贸易伙伴"),
    ("Is the EU Macao's largest trading partner?", "Yes.", "largest trading partner"),
]

BOTH = [
    ("比較2022年澳門與內地和歐盟的貿易總額", ("437.6億澳門元", "460.2億澳門元")),
    ("2022年欧盟和内地与澳门的贸易总额哪个更大？", ("437.6亿澳门元", "460.2亿澳门元")),
    ("Compare Macao's trade with the EU and with the mainland in 2022.",
     ("MOP43.76 billion", "MOP46.02 billion")),
    ("Compare o comércio de Macau com a UE e com o Interior da China em 2022.",
     ("43,76 mil milhões", "46,02 mil milhões")),
]  # fmt: skip

# question, what the message names
REFUSED = [
    ("2021年澳門與歐盟的貿易總額是多少？", ("2021年", "2022年")),
    ("2021年澳门与内地的贸易总额是多少？", ("2021年", "2022年")),
    ("What was Macao's trade with the EU in 2021?", ("2021", "2022")),
    ("Qual foi o comércio entre Macau e a UE em 2021?", ("2021", "2022")),
    ("香港的CEPA何時實施？", ("「香港」",)),
    ("When did Hong Kong's CEPA take effect?", ("“Hong Kong”",)),
    ("2022年澳門與美國的貿易總額是多少？", ("「美國」",)),
    ("2022年澳门与美国的贸易总额是多少？", ("「美国」",)),
    ("What was Macao's trade with the United States in 2022?", ("“United States”",)),
    ("澳門的稅率是多少？", ("「稅率」",)),
    ("What is the tax rate in Macao?", ("“tax rate”",)),
    ("如何申請GMP證書？", ("沒有說明如何辦理",)),
    ("如何申请GMP证书？", ("没有说明如何办理",)),
    ("How do I apply for a GMP certificate?", ("do not explain how",)),
    ("Como se pede o certificado GMP?", ("não explicam como",)),
]


@pytest.fixture(scope="module")
def texts(engine):
    """The text of each document."""
    return {d.doc_id: d.text for d in engine.resources().snapshot.documents.values()}


@pytest.fixture(scope="module")
def ask(pipeline, texts):
    def invoke(question, language=None):
        return held_to_the_contract(pipeline.invoke(Ask(question, language=language)), texts)

    return invoke


def held_to_the_contract(answer, texts):
    """Every answer: verbatim quotes, grounded figures, numbered marks, one script."""
    sources = [c.quote for c in answer.citations]
    sources += [c.rendition for c in answer.citations if c.rendition]
    for citation in answer.citations:
        assert citation.quote == texts[citation.doc_id][citation.start : citation.end]
        assert citation.quote.strip() == citation.quote != ""
        assert citation.revision and citation.section is not None
        assert f"[{citation.n}]" in answer.text
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    if answer.status == "answered":
        assert answer.citations
        assert missing_figures(answer.text, sources) == [], answer.question
        if answer.short_answer:
            assert missing_figures(answer.short_answer, sources) == []
    else:
        assert answer.refusal and answer.text
    if answer.language == "zh-Hans":
        assert converter("t2s").convert(answer.text) == answer.text
    return answer


@pytest.mark.parametrize(("question", "language", "short"), SHORT)
def test_short_answers_carry_unit_and_qualifier(ask, question, language, short):
    answer = ask(question)
    assert (answer.status, answer.language) == ("answered", language)
    assert answer.short_answer == short
    assert answer.text.startswith(f"{short}\n")
    assert len(answer.citations) == 1


def test_the_quote_keeps_the_script_of_its_document(ask):
    hant = ask("2022年澳门与葡语国家的商品贸易总额是多少？")
    assert "逾10.7亿澳门元，同比上升45.9%" in hant.text
    assert "逾10.7億澳門元，同比上升45.9%" in hant.citations[0].quote
    hans = ask("第3項工作是什麼？")
    assert "離岸人民幣業務" in hans.text and "离岸人民币业务" in hans.citations[0].quote
    english = ask("What does measure 19 say?")
    assert "traditional medicine" in english.text and "传统医学" in english.citations[0].quote


def test_the_language_can_be_chosen(ask):
    answer = ask("2022年澳門與歐盟的貿易總額是多少？", "en")
    assert answer.language == "en"
    assert answer.short_answer == "more than MOP46.02 billion"


@pytest.mark.parametrize("question", NINE)
def test_all_nine_countries(ask, question):
    language, names = NINE[question]
    names = [name.replace("_", " ") for name in names.split()]
    answer = ask(question)
    assert (answer.status, answer.language) == ("answered", language)
    assert [line.lstrip("- ") for line in answer.text.removesuffix(" [1]").split("\n")] == names
    assert answer.short_answer == ("、" if language.startswith("zh") else ", ").join(names)
    assert answer.citations[0].quote.split("\n")[0].strip() == "安哥拉"


@pytest.mark.parametrize("question", OFFICES)
def test_all_three_offices(ask, question):
    lines = ask(question).text.split("\n")
    assert len(lines) == 3
    assert all(city in line for city, line in zip(OFFICES[question], lines, strict=True))


def test_names_with_commas_are_kept_apart(ask):
    short = ask("Which offices does the Macao government have in Europe?").short_answer
    assert [part.split(" ")[-1] for part in short.split("; ")] == ["Lisbon", "Brussels", "(Geneva)"]


@pytest.mark.parametrize("question", PILLARS)
def test_all_four_pillars(ask, question):
    answer = ask(question)
    assert answer.short_answer == PILLARS[question]
    assert len(answer.citations) == 5
    assert [c.quote[0] for c in answer.citations[1:]] == ["貨", "服", "投", "經"]


@pytest.mark.parametrize(("question", "language", "told"), ABOUT)
def test_definitions_tell_several_cited_sentences(ask, question, language, told):
    answer = ask(question)
    assert (answer.status, answer.language) == ("answered", language)
    assert len(answer.citations) >= 2
    assert all(piece in answer.text for piece in told)
    assert all(line.endswith("]") for line in answer.text.split("\n"))


@pytest.mark.parametrize(("question", "yes", "evidence"), YES)
def test_yes_comes_with_its_evidence(ask, question, yes, evidence):
    answer = ask(question)
    assert answer.text.startswith(f"{yes}\n")
    assert evidence in answer.text
    assert answer.citations


def test_a_what_question_is_not_answered_with_yes(ask):
    for question in ("CEPA是什麼？", "一程多站是什麼？", "第3項工作是什麼？", "CEPA是什么？"):
        answer = ask(question)
        assert answer.status == "answered"
        assert not answer.text.startswith(("是。", "有。"))


@pytest.mark.parametrize(("question", "figures"), BOTH)
def test_a_comparison_cites_both_sides(ask, question, figures):
    answer = ask(question)
    assert answer.status == "answered"
    assert all(figure in answer.text for figure in figures)
    assert len(answer.citations) == 2
    assert {c.quote[:2] for c in answer.citations} == {"內地", "歐盟"}


@pytest.mark.parametrize(("question", "named"), REFUSED)
def test_refusals_say_what_is_missing(ask, question, named):
    answer = ask(question)
    assert (answer.status, answer.refusal.reason) == ("refused", "not_found")
    assert all(name in answer.text for name in named)
    assert 1 <= len(answer.refusal.nearest) <= 3
    assert all(hit.passage.text for hit in answer.refusal.nearest)
    assert answer.citations == () and answer.short_answer is None


@pytest.fixture(scope="module")
def dev(pipeline):
    """Every third question of the development set with its answer.

    How many are right is the gate's business (tests/eval/test_bench.py), which asks them all.
    """
    rows = [json.loads(line) for line in DEV.read_text(encoding="utf-8").splitlines()][::3]
    asks = []
    for row in rows:
        history = tuple(Turn(t["role"], t["content"]) for t in row.get("history", ()))
        asks.append(Ask(row["question"], history))
    return list(zip(rows, pipeline.batch(asks, {"max_concurrency": 2}), strict=True))


def test_no_answer_says_more_than_it_cites(dev, texts):
    for _, answer in dev:
        held_to_the_contract(answer, texts)
    assert Counter(a.status for _, a in dev)["answered"] > 80


def test_every_step_reports_its_time(dev):
    _, answer = dev[0]
    assert set(answer.timings_ms) == {"total", "converse", "retrieve", "read", "compose", "ground"}
    parts = sum(ms for step, ms in answer.timings_ms.items() if step != "total")
    assert 0 < parts <= answer.timings_ms["total"] + 1
