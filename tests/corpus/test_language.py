"""The language of questions and documents."""

from __future__ import annotations

import pytest

from corpus.glossary import load_lexicon
from corpus.language import chinese_script, document_language, question_language
from corpus.load import load_folder
from corpus.settings import BUNDLED_GLOSSARY, BUNDLED_SOURCES, BUNDLED_THESAURUS

QUESTIONS = {
    "zh-Hant": [
        *("CEPA 係咩?", "澳門同內地做咗幾多錢貿易？", "GMP證書點申請", "歐盟係咪澳門最大貿易夥伴"),
        *(
            "邊個國家加入咗中葡論壇",
            "幾時實施",
            "有冇辦事處",
            "乜嘢係一小時生活圈",
            "點樣申請 GMP certificate",
        ),
        *(
            "CEPA是什麼時候實施的？澳門",
            "中葡論壇",
            "葡語國家有哪些",
            "What 係 CEPA",
            "Forum Macao喺邊",
        ),
        *(
            "貿易總額",
            "大灣區人口",
            "請問 Brazil 係咪葡語國家",
            "基金規模幾大",
            "佢哋幾時開會",
            "東帝汶係咪",
        ),
    ],
    "zh-Hans": [
        *(
            "CEPA是什么时候实施的",
            "中葡论坛成立几周年",
            "什么是一带一路",
            "贸易总额是多少",
            "丝路基金",
        ),
        *(
            "葡语国家有哪些？",
            "欧盟在澳门的投资",
            "粤港澳大湾区有多大",
            "GMP证书怎么申请",
            "谁是 UE 的贸易伙伴",
        ),
        *(
            "2023年重点工作",
            "澳门驻里斯本办事处在哪里",
            "CEPA涵盖哪些领域",
            "Forum Macao什么时候成立",
            "中医药",
        ),
    ],
    "en": [
        *("What is CEPA?", "CEPA meaning", "how many countries", "trade with EU 2022", "who"),
        *(
            "population GBA?",
            "When did CEPA start",
            "Forum Macao members",
            "What does 中葡論壇 do?",
        ),
        *(
            "GMP certificate",
            "Total trade Macao Mainland",
            "list the Portuguese-speaking countries",
        ),
        *("Is Angola a member?", "one-hour living circle", "Tell me about the Belt and Road"),
        *("how much did EU invest", "whats the GMP", "Lisbon office address", "investment stock"),
        *("Macao Portugal trade", "number of sectors opened", "tourism training", "Hengqin zone"),
        *("WHAT IS CEPA", "Who is the mayor of São Tomé?"),
    ],
    "pt": [
        *("O que é o CEPA?", "quantos paises de lingua portuguesa", "o que e o CEPA"),
        *("Qual foi o valor do comércio entre Macau e a União Europeia em 2022?", "quem participa"),
        *("qual a populacao da Grande Baia", "comércio com a UE", "Fórum de Macau", "população"),
        *("quando foi criado o forum", "certificado GMP", "países de língua portuguesa"),
        *("fundo de cooperacao", "escritorio em Lisboa", "onde fica a delegacao economica"),
        *("quais as areas do CEPA", "investimento directo", "eu quero saber", "Macau e China"),
        *("diga-me os membros do Fórum", "medicina tradicional chinesa", "que acordos existem"),
        *(
            "Explique a Faixa e Rota",
            "O que faz o 中葡論壇 em Macau?",
            "desde quando vigora o CEPA",
        ),
    ],
}
TABLE = [(language, question) for language, rows in QUESTIONS.items() for question in rows]


@pytest.fixture(scope="module")
def vocabulary():
    return load_lexicon(BUNDLED_GLOSSARY, BUNDLED_THESAURUS).vocabulary


def test_the_table_is_long_enough():
    assert len(TABLE) == len(set(TABLE)) >= 60


@pytest.mark.parametrize(("language", "question"), TABLE)
def test_the_language_of_a_question(language, question, vocabulary):
    assert question_language(question, "zh-Hant", vocabulary) == language
    # The language of the conversation decides only where the question does not.
    assert question_language(question, language, vocabulary) == language


@pytest.mark.parametrize("default", ["zh-Hant", "zh-Hans", "en", "pt"])
@pytest.mark.parametrize("question", ["CEPA?", "EU", "GMP / CEPA", "2022?", "", "？！", "😀"])
def test_where_only_abbreviations_stand_the_default_holds(question, default, vocabulary):
    assert question_language(question, default, vocabulary) == default


@pytest.mark.parametrize("default", ["zh-Hant", "zh-Hans"])
def test_chinese_common_to_both_scripts_takes_the_default(default):
    assert question_language("中文是什", default) == default
    assert question_language("中文", "en") == "zh-Hant"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        *(("澳門經貿", "zh-Hant"), ("澳门经贸", "zh-Hans"), ("一國两制發展", "zh-Hant")),
        *(("佢喺邊", "zh-Hant"), ("", "zh-Hant"), ("abc", "zh-Hant")),
    ],
)
def test_chinese_scripts(text, script):
    assert chinese_script(text) == script
    assert chinese_script("中", "zh-Hans") == "zh-Hans"


def test_the_bundled_documents():
    for document in load_folder(BUNDLED_SOURCES).documents:
        assert document_language(document.text) == document.language
        for language, texts in document.renditions.items():
            assert document_language("\n\n".join(texts)) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Forum Macao (中葡論壇) was established in Macao in 2003 and has ten members.", "en"),
        ("O Fórum de Macau (中葡論壇) foi criado em Macau em 2003 e tem dez membros.", "pt"),
        ("CEPA：Closer Economic Partnership Arrangement，即更緊密經貿關係的安排。", "zh-Hant"),
        ("", "en"),
    ],
)
def test_mixed_documents(text, language):
    assert document_language(text) == language
