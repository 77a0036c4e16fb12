"""The number reader: every writing of a figure, every trap, and the comparison of two texts."""

from __future__ import annotations

import re
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.load import load_folder
from corpus.numbers import Figure, figures_agree, missing_figures, read_figures, same_figure
from corpus.settings import BUNDLED_SOURCES

M, B, T = 10**6, 10**9, 10**12


def shown(figure: Figure) -> str:
    """value [unit] [qualifier] [th] as one short string."""
    parts = [format(figure.value.normalize(), "f"), figure.unit, figure.qualifier]
    return " ".join([p for p in parts if p] + (["th"] if figure.ordinal else []))


# text → its figures, as `shown` writes them, parted by "; ".
ZH = {
    # the collection's own lines
    "2022年兩地貿易總額437.6億澳門元，佔澳門對外商品貿易額28.5%。": "43760000000 MOP; 28.5 %",
    "截至2022年底，存量1,015.2億澳門元，存量798.2億澳門元。":
        "101520000000 MOP; 79820000000 MOP",
    "自2004年起實施，目前主要涵蓋四大方面：": "4",
    "為8,000多項稅則產品制定原產地標準": "8000 more_than",
    "開放部門多達153個，國民待遇的服務部門增至69個": "153; 69",
    "總面積5.6萬平方公里，人口逾8,600萬，經濟總量約13.0萬億人民幣":
        "56000 km2; 86000000 more_than; 13000000000000 CNY about",
    "## 一小時生活圈": "1 hour",
    "每年舉行一次會議，已舉行23次會議": "1; 23",
    "歐盟是澳門第一大貿易夥伴，逾達460.2億澳門元，佔30.0%": "1 th; 46020000000 MOP more_than; 30 %",
    "擁有逾3億人口的9個葡語國家": "300000000 more_than; 9",
    "首屆部長級會議，迄今已舉行五屆，成為第十個與會國": "1 th; 5; 10 th",
    "總規模10億美元，投資逾40億美元。儲備項目20多個":
        "1000000000 USD; 4000000000 USD more_than; 20 more_than",
    "佔地約14,200平方米、建築面積約50,000平方米": "14200 m2 about; 50000 m2 about",
    "逾10.7億澳門元，同比上升45.9%。": "1070000000 MOP more_than; 45.9 %",
    "办好中葡论坛成立 20周年系列活动，第六届部长级会议": "20 th; 6 th",
    "至少召开一次联席会议例会": "1 at_least",
    "7.继续举办国际性展览": "",
    "一、 金融领域合作": "",
    # numerals and scales
    "十四億": "1400000000",
    "一百二十三": "123",
    "一千零五人": "1005",
    "一億二千萬元": "120000000 元",
    "二百二十二家": "222",
    "二十八點五億": "2850000000",
    "1.3萬億": "1300000000000",
    "1億2,000萬": "120000000",
    "3萬5千": "35000",
    "5兆元": "5000000000000 元",
    "5千萬": "50000000",
    "3百萬歐元": "3000000 EUR",
    "10多億美元": "1000000000 USD more_than",
    "十多個國家": "10 more_than",
    "二十餘家": "20 more_than",
    "２０個項目": "20",
    "１４，２００平方米": "14200 m2",
    "兩個辦事處": "2",
    "5 億": "500000000",
    # units
    "百分之三十": "30 %",
    "百分之二十八點五": "28.5 %",
    "千分之五": "5 ‰",
    "三分之一": "0.3333333333333333333333333333",
    "三成": "30 %",
    "六成五": "65 %",
    "一半": "0.5",
    "上升3.2個百分點": "3.2 pp",
    "增長3倍": "3 x",
    "28.5％": "28.5 %",
    "10億元人民幣": "1000000000 CNY",
    "人民幣10億元": "1000000000 CNY",
    "澳門元437.6億": "43760000000 MOP",
    "500萬港元": "5000000 HKD",
    "5千米": "5 km",
    "三年行動": "3 year",
    "為期5個月": "5 month",
    "8公頃": "8 ha",
    # qualifiers
    "不少於50人": "50 at_least",
    "最多3家": "3 at_most",
    "超過100項": "100 more_than",
    "不足十個": "10 less_than",
    "50人": "50",
    "100萬以上": "1000000 at_least",
    "30個左右": "30",
    "近20萬人": "200000 about",
    # ranges, signs
    "3至5個": "3; 5",
    "3至5億": "300000000; 500000000",
    "10%–20%": "10 %; 20 %",
    "10-20%": "10 %; 20 %",
    "增速為-3.2%": "-3.2 %",
    "下降3.2%": "3.2 %",
    # no figures
    "“一帶一路”建設": "",
    "一帶及一路": "",
    "融為一體，統一標準，有一定基礎": "",
    "“一程多站”精品旅遊線路，一站式": "",
    "進一步，之一，萬一，十分重要": "",
    "珠三角、泛珠三角、珠江三角洲": "",
    "四川、九龍、三亞、五金": "",
    "數十項、幾十個、上百家、百億、千億": "",
    "十幾個": "",
    "三四個": "",
    "“十四五”規劃": "",
    "黨的二十大": "",
    "星期三": "",
    "一國兩制，兩岸，雙循環": "",
    "G20峰會、COVID-19、ISO 9001認證、5G網絡": "",
    "電話：(853) 2872 6886": "",
    "“3+1”模式": "",
    "零關稅": "",
    "第三方": "",
    "90年代，九十年代": "",
    "2020年代": "",
    "每年，多年來，歷年": "",
    "2022，300家": "300",
    "10²": "10",
    "一年半，兩個半": "",
    "3十": "",
    "十分鐘": "10 minute",
    "十萬一千個": "101000",
    "萬一有三方面": "3",
    "8 600 萬": "",
    "二0個": "",
    "百分之百": "100 %",
    "第 5 屆": "5 th",
    "第二十三屆": "23 th",
    "二十國集團": "",
    "由3億增至5億美元": "300000000; 500000000 USD",
    "約為100億元": "10000000000 元 about",
    "九成以上": "90 % at_least",
    "5成立": "5",
    "負3%": "-3 %",
    "1.5萬多人": "15000 more_than",
}  # fmt: skip
EN = {
    "MOP43.76 billion, accounting for 28.5% of": "43760000000 MOP; 28.5 %",
    "US$1 billion": "1000000000 USD",
    "about RMB13.0 trillion": "13000000000000 CNY about",
    "€ 5 million": "5000000 EUR",
    "HK$2.5 million": "2500000 HKD",
    "US$10m and US$3bn": "10000000 USD; 3000000000 USD",
    "43.76 billion Macao patacas": "43760000000 MOP",
    "3 billion US dollars": "3000000000 USD",
    "56,000 square kilometres": "56000 km2",
    "14,200 m², 50,000 sq m": "14200 m2; 50000 m2",
    "a population of more than 86 million": "86000000 more_than",
    "as many as 153 sectors, increased to 69": "153; 69",
    "nearly 20 and at least 30, at most 5": "20 about; 30 at_least; 5 at_most",
    "no fewer than 12 firms": "12 at_least",
    "no more than 12 firms": "12 at_most",
    "20+ projects": "20 more_than",
    "fourteen key areas": "14",
    "twenty-one": "21",
    "one hundred and five": "105",
    "three hundred million people": "300000000",
    "a hundred": "100",
    "two thousand and five hundred": "2500",
    "nineteen ninety-two": "",
    "the tenth member and the 20th anniversary": "10 th; 20 th",
    "twenty-first century": "21 th",
    "the second-largest partner": "2 th",
    "One-hour living circle": "1 hour",
    "a 20-year plan": "20 year",
    "one-stop service, one of the most open": "",
    "first of all, at first": "",
    "two-thirds": "0.6666666666666666666666666667",
    "half of the projects": "0.5",
    "30 per cent or 5 percentage points": "30 %; 5 pp",
    "between 3 and 5 billion": "3000000000; 5000000000",
    "3-5": "3; 5",
    "2022 companies": "2022",
    "in 2022": "",
    "G20, COVID-19, ISO 9001, 5G, 24/7, 3+1, 10:30": "",
    "Tel. +853 2872 6886": "",
    "http://a.mo/2022/153?x=4": "",
    "the 1990s": "",
    "45,9": "",
    "1.2.3": "",
    "14,20": "",
    "007": "",
    ".5 million": "",
    "–5": "5",
    "-5%": "-5 %",
    "14 200": "",  # a plain space groups in Portuguese only
    "14\u00a0200": "14200",
    ">20, ≥20": "20 more_than; 20 at_least",
    "2 and a half billion": "",
    "0.5%": "0.5 %",
    "twelve and twenty": "12; 20",
    "123abc": "",
}
PT = {
    "43,76 mil milhões de patacas, representando 28,5%": "43760000000 MOP; 28.5 %",
    "mais de 8.000 produtos": "8000 more_than",
    "56.000 quilómetros quadrados": "56000 km2",
    "cerca de 14.200 metros quadrados": "14200 m2 about",
    "14 200 m²": "14200 m2",
    "14\u202f200": "14200",
    "cerca de 13,0 biliões de renminbi": "13000000000000 CNY about",
    "13 bilhões": "13000000000",
    "1 mil milhões de dólares americanos": "1000000000 USD",
    "86 milhões de habitantes": "86000000",
    "56 mil visitantes": "56000",
    "mil milhões": "1000000000",
    "dois mil milhões de euros": "2000000000 EUR",
    "cento e cinquenta e três": "153",
    "dezasseis, dezesseis, vinte e um": "16; 16; 21",
    "o 20.º aniversário e a 23.ª reunião": "20 th; 23 th",
    "o segundo maior parceiro": "2 th",
    "segundo o relatório": "",
    "a sexta Conferência": "6 th",
    "sexta-feira, primeiro-ministro": "",
    "o vigésimo terceiro": "23 th",
    "pelo menos uma sessão": "1 at_least",
    "uma sessão, um acordo": "",
    "uma vez que": "",
    "Círculo de vida de uma hora": "1 hour",
    "Uma Faixa, Uma Rota": "",
    "30 por cento": "30 %",
    "3,2 pontos percentuais": "3.2 pp",
    "quase 20, no máximo 5, menos de 3": "20 about; 5 at_most; 3 less_than",
    "dois milhões e meio": "",
    "um milhão de patacas": "1000000 MOP",
    "um terço": "0.3333333333333333333333333333",
    "45.9%": "45.9 %",
    "14,200": "14.2",
    "de 3 a 5 mil milhões": "3000000000; 5000000000",
    "em 2022": "",
    "2022 empresas": "2022",
    "n.º 5": "5 th",
}
UNKNOWN = {
    "14.200": "14.2",
    "14,200": "14200",
    "45,9": "45.9",
    "45.9": "45.9",
    "1.234.567": "1234567",
    "1.234,5": "1234.5",
    "mais de 14.200 metros quadrados": "14200 m2 more_than",
    "14.200平方米": "14.2 m2",
}
CASES = [
    (language, text, expected)
    for language, table in (("zh-Hant", ZH), ("en", EN), ("pt", PT), (None, UNKNOWN))
    for text, expected in table.items()
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_reads_exactly_the_figures_that_are_there(language, text, expected):
    assert "; ".join(map(shown, read_figures(text, language))) == expected


def test_the_table_is_long():
    assert len(CASES) >= 120


def test_spans_cover_number_unit_and_qualifier():
    text = "人口逾8,600萬，儲備項目20多個，約１４，２００平方米。"
    first, second, third = read_figures(text, "zh-Hant")
    assert text[first.start : first.end] == "8,600萬"
    assert text[first.qualified_start : first.qualified_end] == "逾8,600萬"
    assert text[second.start : second.end] == "20"
    assert text[second.qualified_start : second.qualified_end] == "20多"
    assert second.counter == "個"
    assert text[third.qualified_start : third.qualified_end] == "約１４，２００平方米"
    text = "㎡ ⼀ more than MOP1.07 billion."
    (figure,) = read_figures(text, "en")
    assert text[figure.qualified_start : figure.qualified_end] == "more than MOP1.07 billion"


def test_direction():
    up, down = read_figures("同比上升45.9%，另下跌3%", "zh-Hant")
    assert (up.direction, down.direction) == ("up", "down")
    (after,) = read_figures("a 45.9% fall", "en")
    assert after.direction == "down"


def figure(text, language="en"):
    (only,) = read_figures(text, language)
    return only


def test_same_figure():
    assert same_figure(figure("437.6億澳門元", "zh-Hant"), figure("MOP43.76 billion"))
    assert same_figure(figure("13.0萬億人民幣", "zh-Hant"), figure("13 biliões de yuan", "pt"))
    assert same_figure(figure("28.5%"), figure("28.5"))
    assert same_figure(figure("10億元", "zh-Hant"), figure("MOP1 billion"))
    assert not same_figure(figure("10億元", "zh-Hant"), figure("US$1 billion"))
    assert not same_figure(figure("28.5%"), figure("28.5 percentage points"))
    assert not same_figure(figure("MOP3 million"), figure("MOP3 billion"))
    assert not same_figure(figure("20th"), figure("20"))
    assert not same_figure(figure("US$3 million"), figure("HK$3 million"))


@given(st.decimals("0.1", "9999.9", places=1))
def test_round_trip_of_hundred_millions(value):
    want = value * 10**8
    assert figure(f"逾{value:,}億澳門元", "zh-Hant").value == want
    assert figure(f"{value * 10_000:,}萬澳門元", "zh-Hant").value == want
    billions = value / 10
    assert figure(f"MOP{billions:,} billion").value == want
    assert figure(f"{billions * 1000:,} million patacas").value == want
    assert figure(f"{comma(billions)} mil milhões de patacas", "pt").value == want
    assert figure(f"{comma(billions * 1000)} milhões de patacas", "pt").value == want


@given(st.integers(1, 10**13), st.sampled_from(["zh-Hant", "zh-Hans", "en", "pt"]))
def test_round_trip_of_grouped_integers(value, language):
    written = f"{value:,}" if language != "pt" else comma(value)
    assert figure(f"({written})", language).value == value


@given(st.integers(10, 10**12 - 1))
def test_round_trip_of_chinese_numerals(value):
    assert figure(f"共{chinese(value)}個項目", "zh-Hant").value == value


def comma(value: Decimal | int) -> str:
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


def chinese(value: int) -> str:
    """Spell a whole number, as an independent check of the reader."""
    out = ""
    for place, scale in ((8, "億"), (4, "萬"), (0, "")):
        part = value // 10**place % 10**4
        if out and 0 < part < 1000:
            out += "零"
        group = "".join(
            "零" if digit == "0" else "零一二三四五六七八九"[int(digit)] + ten
            for digit, ten in zip(f"{part:04}", ["千", "百", "十", ""], strict=True)
        )
        out += re.sub("零+", "零", group).strip("零") + (scale if part else "")
    return out[1:] if out.startswith("一十") else out


SOURCES = [
    "2022年澳門與葡語國家商品貿易總額逾10.7億澳門元，同比上升45.9%。",
    "截至2019年，已舉行23次會議，包括於1995年成立學會；人口逾3億，投資8,000多項，G20。",
    "截至2022年底，存量125.0億澳門元；於2020年6月1日實施。",
]


@pytest.mark.parametrize(
    ("draft", "language", "missing"),
    [
        ("逾10.7億澳門元 [1]，上升45.9% [2]。", "zh-Hant", []),
        ("逾10.7亿澳门元", "zh-Hans", []),
        ("more than MOP1.07 billion in 2022, up 45.9%", "en", []),
        ("mais de 1,07 mil milhões de patacas em 2022", "pt", []),
        ("10.8億澳門元", "zh-Hant", ["10.8億澳門元"]),
        ("10.7億美元", "zh-Hant", ["10.7億美元"]),
        ("10.7萬澳門元", "zh-Hant", ["10.7萬澳門元"]),
        ("MOP10.7 billion", "en", ["MOP10.7 billion"]),
        ("下跌45.9%", "zh-Hant", ["45.9%"]),
        ("45.9 percentage points", "en", ["45.9 percentage points"]),
        ("約10.7億澳門元", "zh-Hant", ["約10.7億澳門元"]),
        ("逾23次", "zh-Hant", ["逾23"]),
        ("第23次", "zh-Hant", ["第23"]),
        ("2022年", "zh-Hant", []),
        ("2021年", "zh-Hant", ["2021年"]),
        ("2022年底", "zh-Hant", []),
        ("2019年底", "zh-Hant", ["2019年底"]),
        ("em junho de 2020", "pt", []),
        ("on 2 June 2020", "en", ["2 June 2020"]),
        ("去年", "zh-Hant", ["去年"]),
        ("G20", "en", []),
        ("G7", "en", ["G7"]),
        ("數十項", "zh-Hant", ["數十"]),
        ("1. 23次\n2. 1995年", "zh-Hant", []),
        ("153. 23次", "zh-Hant", ["153"]),
        ("23", None, []),
        ("24", None, ["24"]),
        ("８，０００多項", "zh-Hant", []),
        ("24/7", "en", ["24/7"]),
        ("+853 2872 6886", "en", ["853", "2872", "6886"]),
    ],
)
def test_missing_figures(draft, language, missing):
    assert missing_figures(draft, SOURCES, language) == missing


def test_nothing_is_grounded_without_a_source():
    assert missing_figures("三個、153個、2022年", []) == ["三", "153", "2022年"]


@pytest.mark.parametrize(
    ("source", "rendition", "language", "problems"),
    [
        ("貿易總額437.6億澳門元", "MOP43.76 billion", "en", 0),
        ("貿易總額437.6億澳門元", "43,76 mil milhões de patacas", "pt", 0),
        ("逾10.7億澳門元", "more than MOP1.07 billion", "en", 0),
        ("逾10.7億澳門元", "mais de 1,07 mil milhões de patacas", "pt", 0),
        ("逾10.7億澳門元", "MOP1.07 billion", "en", 1),  # qualifier lost
        ("10.7億澳門元", "1.07 billion", "en", 1),  # unit lost
        ("10.7億澳門元", "US$1.07 billion", "en", 2),  # unit wrong, and not in the source
        ("437.6億澳門元", "MOP437.6 billion", "en", 2),
        ("14,200平方米", "14,200 metros quadrados", "pt", 2),  # a decimal comma
        ("四大中心城市", "core cities", "en", 0),
        ("四大中心城市", "four core cities", "en", 0),
        ("十四個領域", "areas", "en", 1),
        ("第六屆", "the conference", "en", 1),
        ("第六屆", "sixth", "en", 0),
        ("上升45.9%", "down 45.9%", "en", 1),
        ("2022年底", "at the end of 2022", "en", 0),
        ("2022年底", "in 2022", "en", 2),
        ("成立20周年", "o 20.º aniversário", "pt", 0),
        ("設有辦事處", "has 3 offices", "en", 1),
        ("設有辦事處", "has two offices", "en", 0),
        ("G20", "G7", "en", 2),
    ],
)
def test_figures_agree(source, rendition, language, problems):
    assert len(figures_agree(source, rendition, "zh-Hant", language)) == problems


def test_every_rendition_states_the_figures_of_its_original():
    documents = load_folder(BUNDLED_SOURCES).documents
    pairs = [
        (document.text[block.start : block.end], rendition, document.language, language)
        for document in documents
        for language, renditions in document.renditions.items()
        for block, rendition in zip(document.blocks, renditions, strict=True)
    ]
    assert {language for *_, language in pairs} == {"en", "pt"}
    for source, rendition, language, other in pairs:
        assert figures_agree(source, rendition, language, other) == [], (source, rendition)


@given(st.text(max_size=300), st.sampled_from(["zh-Hant", "en", "pt", None]))
def test_any_text_is_read(text, language):
    for f in read_figures(text, language):
        assert 0 <= f.qualified_start <= f.start < f.end <= f.qualified_end <= len(text)
    assert missing_figures(text, [text], language, [language]) == []


_ALPHABET = "0123456789.,- /+%億萬千百十一二兩點第年月日分之逾約多個MOP$€mil e of milhõesº\n第１"


@given(st.text(_ALPHABET, max_size=60), st.sampled_from(["zh-Hant", "en", "pt", None]))
def test_any_mixture_of_digits_and_signs_is_read(text, language):
    for f in read_figures(text, language):
        assert 0 <= f.qualified_start <= f.start < f.end <= f.qualified_end <= len(text)


@pytest.mark.parametrize(
    "unit",
    ["1", "1 ", "1,", "1.1", "一", "十", "億", "1億", "a1-", "a", "2022", "2022-", "+1", "1/",
     "one ", "hundred and ", "一百點", "第", "逾", "1 000 ", "mil e ", " ", "\n", "1.\n", "分之",
     "[1", "@a.", "2022年", "㍿", "½", "\U0001f600", "tel:", "more than ", "至少"],
)  # fmt: skip
def test_long_text_is_no_catastrophe(unit):
    text = (unit * 10_000)[:10_000]
    read_figures("warm 1", "en")
    for language in ("zh-Hant", "en", "pt", None):
        began = time.process_time()
        read_figures(text, language)
        assert time.process_time() - began < 10  # a backtracking pattern takes minutes
