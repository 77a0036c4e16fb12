r"""How dates are written in Chinese, English and Portuguese: the patterns of `corpus.dates`.

All are written for folded text (Simplified characters, lower case, `\ue000` for º and ª). The
groups `y`, `m`, `d`, `y2`, `m2` and `part` are what a date is built from.
"""

from __future__ import annotations

import re
from typing import Literal

from corpus.numerals import numbered

PeriodKind = Literal[
    "day", "month", "year", "year_end", "half", "quarter", "range", "relative", "partial"
]

MONTHS = numbered(
    "january|jan|janeiro february|feb|fevereiro|fev march|mar|março april|apr|abril|abr "
    "may|maio|mai june|jun|junho july|jul|julho august|aug|agosto september|sept|sep|setembro "
    "october|oct|outubro november|nov|novembro december|dec|dezembro|dez",
    1,
)
RELATIVE = {
    "last_year": "去年|上年度?|上一年度?|last year|(?:the )?previous year|(?:n?o )?ano passado"
    "|(?:n?o )?ano anterior",
    "this_year": "今年|本年度?|this year|(?:the )?current year|(?:n?este|deste) ano"
    "|(?:n?o )?ano (?:corrente|em curso)",
    "next_year": "明年|下一年度?|next year|(?:n?o )?próximo ano|ano seguinte",
    "year_before_last": "前年|the year before last",
}
RELATIVES = {iso: re.compile(rf"(?<![a-z])(?:{p})(?![a-z])") for iso, p in RELATIVE.items()}
# Which half or quarter of a year a word means.
PART = numbered(
    "上|首|一|1|first|1st|q1|h1|primeiro|1\ue000|1.\ue000 "
    "下|二|2|second|2nd|q2|h2|segundo|2\ue000|2.\ue000 "
    "三|3|third|3rd|q3|terceiro|3\ue000|3.\ue000 四|4|fourth|4th|q4|quarto|4\ue000|4.\ue000",
    1,
)

_S = "[ \t]?"
_LEFT = r"(?<![0-9a-z_.,$€+/\-])"  # for bare digits: no part of a longer number or of a code
_RIGHT = r"(?![0-9a-z%+]|[.,/:\-][0-9])"
_Y = r"(?P<y>(?:19|20)[0-9]{2})"
_Y2 = r"(?P<y2>(?:19|20)[0-9]{2})"
_ZY = r"(?<![0-9])(?<![0-9][.,])(?P<y>(?:19|20)[0-9]{2}|[一二][〇○零一二三四五六七八九]{3})"
_M = "(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_M2 = _M.replace("<m>", "<m2>")
_D = "(?P<d>[12][0-9]|3[01]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])"
_MONTH = rf"(?P<m>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
# Without a year only whole names, and not `may`: the 20 may join, set 20 targets.
_MONTH_ALONE = rf"(?P<m>{'|'.join(w for w in MONTHS if len(w) > 3)})"
_D_LATIN = r"(?<![0-9a-z.,/$])(?P<d>[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th|\.?\ue000)?"
_NTH = r"(?P<part>first|second|third|fourth|[1-4](?:st|nd|rd|th))"
_NTH_PT = r"(?P<part>primeiro|segundo|terceiro|quarto|[1-4]\.?\ue000)"
_JOIN = rf"{_S}(?:至|到|-|–|—|~|to|a|até){_S}"
_OF = "(?:,|/| of| de| do ano de)?"

_M_DIGITS = "(?P<m>1[0-2]|0?[1-9])"
_D_AFTER = "(?P<d>[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_OF_YEAR = rf"(?:the year(?! [12])|(?:the year )?{_Y}{_RIGHT})"

_WRITTEN: tuple[tuple[PeriodKind, str], ...] = (
    ("day", rf"{_ZY}{_S}年{_S}{_M}{_S}月{_S}{_D}{_S}[日号]"),
    ("day", rf"{_LEFT}{_Y}(?P<sep>[-/.]){_M_DIGITS}(?P=sep)(?P<d>[0-3]?[0-9]){_RIGHT}"),
    ("day", rf"{_D_LATIN}(?: de| of)? {_MONTH}{_OF} {_Y}{_RIGHT}"),
    ("day", rf"(?<![a-z]){_MONTH} {_D_AFTER},? {_Y}{_RIGHT}"),
    ("range", rf"{_ZY}{_S}年{_S}{_M}{_S}月?{_JOIN}{_M2}{_S}月"),
    ("month", rf"{_ZY}{_S}年{_S}{_M}{_S}月(?:份)?"),
    ("month", rf"{_LEFT}{_Y}[-/](?P<m>1[0-2]|0[1-9]){_RIGHT}"),
    ("month", rf"(?<![a-z]){_MONTH}{_OF} {_Y}{_RIGHT}"),
    ("year_end", rf"{_ZY}{_S}(?:年{_S})?(?:年底|年末|年终(?![止结了])|底|末(?!端))"),
    ("year_end", rf"(?<![a-z])(?:(?:the )?(?:year[ -])?(?:end|close)(?:[ -]of)?(?: the year)?"
     rf"|(?:final|finais|fim|fins)(?: do ano)?(?: de)?)[ -]{_Y}{_RIGHT}"),
    ("year_end", rf"{_LEFT}{_Y} (?:year[- ]end|no (?:fim|final) do ano)(?![a-z])"),
    ("half", rf"(?:{_ZY}{_S}年?{_S})?(?P<part>[上下])半年(?!度?报)"),
    ("half", rf"(?<![a-z]){_NTH} half of {_OF_YEAR}"),
    ("half", rf"(?<![0-9a-z]){_NTH_PT} semestre(?: (?:do ano )?de {_Y}{_RIGHT})?"),
    ("half", rf"(?<![0-9a-z])(?:(?P<part>h[12]) {_Y}{_RIGHT}|{_Y.replace('<y>', '<y2>')}[ -]?"
     r"(?P<part2>h[12])(?![0-9a-z]))"),
    ("quarter", rf"(?:{_ZY}{_S}年?{_S})?(?:第{_S}(?P<part>[一二三四1-4]){_S}季度?"
     r"|(?P<part2>首)季度?|(?<=[0-9年])(?P<part3>[一二三四])季度)"),
    ("quarter", rf"(?<![a-z]){_NTH} quarter of {_OF_YEAR}"),
    ("quarter", rf"(?<![0-9a-z]){_NTH_PT} trimestre(?: (?:do ano )?de {_Y}{_RIGHT})?"),
    ("quarter", rf"(?<![0-9a-z])(?:(?P<part>q[1-4]) {_Y}{_RIGHT}|{_Y.replace('<y>', '<y2>')}"
     r"[ -]?(?P<part2>q[1-4])(?![0-9a-z]))"),
    ("range", rf"{_ZY}{_S}年?{_JOIN}{_Y2}{_S}年(?!代)"),
    ("range", rf"{_LEFT}{_Y}{_JOIN}{_Y2}{_RIGHT}"),
    ("range", rf"(?<![a-z])(?:between|entre) {_Y} (?:and|e) {_Y2}{_RIGHT}"),
    ("year", rf"{_ZY}{_S}年(?!代)度?"),
    ("year", rf"(?<![a-z])(?:mid|early|late)-{_Y}{_RIGHT}"),
    ("partial", rf"(?<![0-9个十]){_M}{_S}月{_S}{_D}{_S}[日号]"),
    ("partial", rf"(?<![0-9个十.,几第]){_M}{_S}月(?:份|(?![饼亮球]))"),
    ("partial", rf"{_D_LATIN}(?: de| of)? {_MONTH_ALONE}(?![a-z0-9])"),
    ("partial", rf"(?<![a-z]){_MONTH_ALONE} {_D_AFTER}(?![0-9a-z.,%])"),
)  # fmt: skip
PATTERNS = [(kind, re.compile(pattern)) for kind, pattern in _WRITTEN]
SLASHED = re.compile(rf"{_LEFT}(?P<a>[0-3]?[0-9])/(?P<b>[0-3]?[0-9])/{_Y}{_RIGHT}")
BARE = re.compile(
    r"(?<![0-9a-z_$€+/\-])(?<![0-9][.,])(?P<y>(?:19|20)[0-9]{2})(?![0-9%+]|[.,/:\-–][0-9]|[a-z])"
)

# What makes a bare year no year: a qualifier or currency before it, a counter or unit after it.
NO_YEAR_BEFORE = re.compile(
    r"(?:第|[约逾近共达]|超过|至少|增至|升至|减至|降至|[$€]|mop|usd|rmb|cny|eur|hkd|iso|over"
    r"|more than|about|nearly|at least|some|around|mais de|cerca de|quase|pelo menos"
    r"|n\.\ue000|no\.)[ ]?$"
)
NO_YEAR_AFTER = re.compile(
    r" ?(?:[年个项届次家名人位种条间所座处类期批份部倍岁场支艘辆台套"
    r"篇天周元点名米吨件宗户万亿千百多余几]"
    r"|[美欧港澳]元|澳门元|人民币|平方|公里|小时|分钟"
    r"|(?:million|billion|trillion|thousand|hundred|mil"
    r"|milhões|biliões|per ?cent|por cento|square|metros|patacas|times|vezes|-)(?![a-z]))"
)
PREPOSITIONS = frozenset(
    numbered(
        "in since by of from until till during through throughout after before between year "
        "years and to for the mid early late em desde até de a entre e ano anos do no "
        "durante após"
    )
)
COUNTED = frozenset(
    numbered(
        "companies firms enterprises people persons residents visitors tourists students "
        "sectors items projects countries cities measures products meetings sessions areas "
        "jobs cases units days empresas pessoas residentes visitantes turistas estudantes "
        "alunos sectores setores itens projectos projetos países cidades medidas produtos "
        "reuniões sessões áreas casos dias"
    )
)
YEAR_NOUNS = frozenset(
    numbered(
        "trade total value gdp figure figures data growth work policy budget report "
        "statistics exports imports annual edition plan key was were is and in the for at o "
        "a os as de do em foi e"
    )
)
