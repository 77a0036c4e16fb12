"""Dates and periods: every writing, and what only looks like one."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import read_dates, supports

# text → kind and iso of each period, parted by "; ".
ZH = {
    "2022年兩地貿易總額": "year 2022",
    "截至2022年底，": "year_end 2022-12-31",
    "2022 年 底": "year_end 2022-12-31",
    "2022年年底": "year_end 2022-12-31",
    "二〇二二年底": "year_end 2022-12-31",
    "2022年12月31日": "day 2022-12-31",
    "2020年6月1日實施，2023年11月": "day 2020-06-01; month 2023-11",
    "2020 年 6 月 1 日": "day 2020-06-01",
    "二〇二三年六月": "month 2023-06",
    "二○二三年十二月三十一日": "day 2023-12-31",
    "二零二二年": "year 2022",
    "２０２２年": "year 2022",
    "2023年上半年": "half 2023-H1",
    "2021年下半年": "half 2021-H2",
    "2021年第三季度": "quarter 2021-Q3",
    "2022年首季": "quarter 2022-Q1",
    "第三季": "partial --Q3",
    "上半年": "partial --H1",
    "2019-2021年": "range 2019/2021",
    "2021至2023年": "range 2021/2023",
    "2018—2020年": "range 2018/2020",
    "2023年1月至6月": "range 2023-01/2023-06",
    "自2004年起": "year 2004",
    "截至2019年，於1995年成立": "year 2019; year 1995",
    "2022貿易額": "year 2022",
    "澳門2022與葡語國家的貿易": "year 2022",
    "2023 年重点工作": "year 2023",
    "2022/06/01": "day 2022-06-01",
    "去年的總額": "relative last_year",
    "今年和明年": "relative this_year; relative next_year",
    "6月1日": "partial --06-01",
    "十二月": "partial --12",
    "3個月": "",
    "2022個": "",
    "2022家公司": "",
    "2,022": "",
    "14,200": "",
    "增至2022": "",
    "約2022項": "",
    "2020年代": "",
    "20年": "",
    "MOP2022": "",
    "COVID-2019": "",
    "每年": "",
    "2022年2月30日": "month 2022-02",
}
EN = {
    "as at the end of 2022": "year_end 2022-12-31",
    "end-2022": "year_end 2022-12-31",
    "year-end 2022": "year_end 2022-12-31",
    "at 31 December 2022": "day 2022-12-31",
    "1 June 2020": "day 2020-06-01",
    "June 1, 2020": "day 2020-06-01",
    "1st of June 2020": "day 2020-06-01",
    "Jan 2019 and November 2023": "month 2019-01; month 2023-11",
    "2022-06-01": "day 2022-06-01",
    "21/06/2022": "day 2022-06-21",
    "01/06/2022": "",
    "in 2022": "year 2022",
    "In 2022, total trade": "year 2022",
    "since 2004.": "year 2004",
    "mid-2022": "year 2022",
    "What was the 2022 trade total?": "year 2022",
    "from 2019 to 2021": "range 2019/2021",
    "between 2019 and 2021": "range 2019/2021",
    "the first half of 2021": "half 2021-H1",
    "Q3 2021, 2021 Q4": "quarter 2021-Q3; quarter 2021-Q4",
    "the third quarter of 2021": "quarter 2021-Q3",
    "last year": "relative last_year",
    "2022 companies": "",
    "more than 2022": "",
    "2,022": "",
    "US$2022": "",
    "set 20 targets; the 20 may join": "",
    "the 1990s": "",
    "2011-30": "",
    "20220601": "",
}
PT = {
    "no final de 2022": "year_end 2022-12-31",
    "em finais de 2022": "year_end 2022-12-31",
    "no fim do ano de 2022": "year_end 2022-12-31",
    "1 de junho de 2020": "day 2020-06-01",
    "1.º de Junho de 2020": "day 2020-06-01",
    "janeiro de 2019": "month 2019-01",
    "em março de 2022": "month 2022-03",
    "01/06/2022": "day 2022-06-01",
    "Em 2022, o valor": "year 2022",
    "desde 2004": "year 2004",
    "de 2019 a 2021": "range 2019/2021",
    "entre 2019 e 2021": "range 2019/2021",
    "primeiro semestre de 2021": "half 2021-H1",
    "3.º trimestre de 2021": "quarter 2021-Q3",
    "no ano passado": "relative last_year",
    "2022 empresas": "",
    "mais de 2022": "",
    "2.022": "",
}
CASES = [
    (language, text, expected)
    for language, table in (("zh-Hant", ZH), ("en", EN), ("pt", PT))
    for text, expected in table.items()
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_reads_exactly_the_dates_that_are_there(language, text, expected):
    assert "; ".join(f"{p.kind} {p.iso}" for p in read_dates(text, language)) == expected


def test_bounds_and_span():
    text = "截至２０２２年底，2023年上半年及2021年第四季"
    end, half, quarter = read_dates(text)
    assert text[end.span_start : end.span_end] == "２０２２年底"
    assert (end.start, end.end) == (date(2022, 12, 31), date(2022, 12, 31))
    assert (half.start, half.end) == (date(2023, 1, 1), date(2023, 6, 30))
    assert (quarter.start, quarter.end) == (date(2021, 10, 1), date(2021, 12, 31))
    (month,) = read_dates("2024年2月")
    assert (month.start, month.end) == (date(2024, 2, 1), date(2024, 2, 29))
    (relative,) = read_dates("去年")
    assert relative.start is None
    assert relative.end is None


@pytest.mark.parametrize(
    ("source", "draft", "supported"),
    [
        ("2022年底", "2022年", True),
        ("2020年6月1日", "2020年", True),
        ("2020年6月1日", "June 2020", True),
        ("2020年6月1日", "6月1日", True),
        ("2020年6月", "2020年6月1日", False),
        ("2022年", "2022年底", False),
        ("2022年12月31日", "at the end of 2022", True),
        ("2022年", "2021年", False),
        ("2019至2021年", "2019年", True),
        ("2019至2021年", "2020年", False),
        ("2019年", "2019至2021年", False),
        ("2021年第三季", "2021年", True),
        ("2021年第三季", "第三季", True),
        ("2021年第三季", "2021年第二季", False),
        ("2022年", "去年", False),
        ("去年", "last year", True),
    ],
)
def test_a_source_must_be_as_exact_as_the_draft(source, draft, supported):
    (one,), (other,) = read_dates(source), read_dates(draft)
    assert supports(one, other) is supported


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_round_trip_of_days(day):
    months = (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    )
    for text, language in (
        (f"{day.year}年{day.month}月{day.day}日", "zh-Hant"),
        (day.isoformat(), None),
        (f"{day.day} {day:%B} {day.year}", "en"),
        (f"{day:%b} {day.day}, {day.year}", "en"),
        (f"{day.day} de {months.split()[day.month - 1]} de {day.year}", "pt"),
        (f"{day:%d/%m/%Y}", "pt"),
    ):
        (period,) = read_dates(f"({text})", language)
        assert (period.kind, period.start, period.end) == ("day", day, day)
        assert (period.span_start, period.span_end) == (1, len(text) + 1)


@given(st.text(max_size=300), st.sampled_from(["zh-Hant", "en", "pt", None]))
def test_any_text_is_read(text, language):
    last = 0
    for period in read_dates(text, language):
        assert last <= period.span_start < period.span_end <= len(text)
        last = period.span_end


@pytest.mark.parametrize(
    "unit", ["2022", "2022-", "2022年", "1月", "june ", "1 de ", "end of ", "二", "year ", "q1 "]
)
def test_long_text_is_no_catastrophe(unit):
    text = (unit * 10_000)[:10_000]
    read_dates("2022")
    began = time.process_time()
    read_dates(text)
    assert time.process_time() - began < 10  # a backtracking pattern takes minutes
