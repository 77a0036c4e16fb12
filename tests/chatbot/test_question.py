"""What a question asks for: kind, language, years, names, number of an item; its wording."""

from __future__ import annotations

import string

import pytest

from chatbot.phrases import PHRASES, in_script, say
from chatbot.question import LONGEST, as_language, is_content, read_question, renumbered
from chatbot.smalltalk import smalltalk
from corpus.records import LANGUAGES

KINDS = {
    "2022年澳門與歐盟的貿易總額是多少？": "figure",
    "内地对澳门开放了几个服务部门？": "figure",
    "How many service sectors are open to Macao?": "figure",
    "Quantos sectores de serviços foram abertos?": "figure",
    "大灣區人口總數": "figure",
    "投資協議幾時實施？": "date",
    "In what year was the institute founded?": "date",
    "Em que ano foi criado o instituto?": "date",
    "葡語國家有哪些？": "list",
    "Which are the Portuguese-speaking countries?": "list",
    "Quais são os países de língua portuguesa?": "list",
    "秘書處設在哪裡？": "place",
    "Onde fica o secretariado?": "place",
    "什麼是CEPA？": "definition",
    "CEPA是什麼？": "definition",
    "第3項工作是什麼？": "definition",
    "What is CEPA?": "definition",
    "O que é o CEPA?": "definition",
    "有沒有提到蓮花基金？": "yesno",
    "這個論壇還在舉行么？": "yesno",
    "Is there a joint committee?": "yesno",
    "歐盟和內地哪個更大？": "comparison",
    "比較內地和歐盟的貿易總額": "comparison",
    "Compare trade with the EU and the mainland": "comparison",
    "如何申請GMP證書？": "procedure",
    "How do I apply for a certificate?": "procedure",
    "為什麼失敗？": "reason",
    "里斯本辦事處的地址": "contact",
}


@pytest.fixture(scope="module")
def read(engine):
    r = engine.resources()
    return lambda text, language=None: read_question(text, r.lexicon, r.segmenter, language)


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kind_of_answer(read, text, kind):
    assert read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2022年澳門與歐盟的貿易總額是多少？", "zh-Hant"),
        ("2022年澳门与欧盟的贸易总额是多少？", "zh-Hans"),
        ("CEPA 係咩？", "zh-Hant"),
        ("What does 中葡論壇 do?", "en"),
        ("Qual foi o valor do comércio?", "pt"),
    ],
)
def test_language(read, text, language):
    assert read(text).language == language


def test_language_can_be_said(read):
    assert read("CEPA", "pt").language == "pt"
    assert [as_language(name) for name in (*LANGUAGES, "auto", None)] == [*LANGUAGES, None, None]


def test_names_years_and_words(read):
    query = read("2022年澳門與歐盟的貿易總額是多少？")
    assert [p.iso for p in query.periods] == ["2022"]
    assert {"歐盟", "澳門"} <= {query.text[m.start : m.end] for m in query.mentions}
    assert "trade-value" in {t.id for t in query.terms}
    assert not any("2022" in word or "歐盟" in word for word in query.words)


@pytest.mark.parametrize(
    ("text", "number", "other"),
    [
        ("第3項是什麼？", 3, "第21項是什麼？"),
        ("第十二条讲什么？", 12, "第21条讲什么？"),
        ("What is measure 7?", 7, "What is measure 21?"),
        ("Tell me about the third measure", 3, "Tell me about the measure 21"),
        ("O que diz a medida n.º 10?", 10, "O que diz a medida n.º 21?"),
        ("2022年歐盟", None, "2022年歐盟"),
    ],
)
def test_number_of_an_item(read, text, number, other):
    query = read(text)
    assert query.ordinal == number
    assert renumbered(query, 21) == other


def test_only_so_much_is_read(read):
    assert len(read("歐" * (LONGEST + 50)).text) == LONGEST


def test_words_that_only_ask_carry_nothing():
    assert not any(map(is_content, ["多少", "what", "quais", "的"]))
    assert all(map(is_content, ["貿易", "trade", "2022"]))


@pytest.mark.parametrize("key", sorted(set().union(*PHRASES.values())))
def test_phrases_exist_in_all_languages_and_their_gaps_agree(key):
    gaps = [
        {name for _, name, _, _ in string.Formatter().parse(PHRASES[language][key]) if name}
        for language in LANGUAGES
    ]
    assert all(g == gaps[0] for g in gaps)
    for language in LANGUAGES:
        assert say(language, key, **dict.fromkeys(gaps[0], "X")).count("X") >= len(gaps[0])


def test_chinese_phrases_are_in_their_own_script():
    for key, text in PHRASES["zh-Hant"].items():
        assert in_script(PHRASES["zh-Hans"][key], "zh-Hans") == PHRASES["zh-Hans"][key]
        assert in_script(text, "zh-Hans") == PHRASES["zh-Hans"][key]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("你好！", "greeting"),
        ("Olá", "greeting"),
        ("Good morning", "greeting"),
        ("唔該晒", "thanks"),
        ("muito obrigado", "thanks"),
        ("再見", "bye"),
        ("你能做什么？", "about"),
        ("", "empty_question"),
        ("?!…", "empty_question"),
        ("😀😀", "empty_question"),
        ("你好，2022年澳門與歐盟的貿易總額是多少？", None),
        ("Hi, what is CEPA?", None),
    ],
)
def test_small_talk(text, key):
    assert smalltalk(text) == key
