"""The words around a figure: units, qualifiers, measure words, and what only looks like one.

All patterns are written for folded text (Simplified characters, lower case).
"""

from __future__ import annotations

import re

from corpus.numerals import HUNDREDS, ONES, ORDINAL_SIGN, ORDINALS, SCALES, TEENS, TENS

# Canonical unit: the ways of writing it after a number (folded text).
UNITS = {
    "pp": "个?百分点|percentage points?|pontos percentuais|ponto percentual|p\\.p\\.|pp",
    "%": "%|per ?cent|pct|por cento",
    "‰": "‰|per mille|por mil",
    "MOP": "澳门元|澳门币|(?:macao |macau |macanese )?patacas?(?: de macau)?|mop\\$?",
    "HKD": "港元|港币|hong kong dollars?|dólar(?:es)? de hong kong|hk\\$|hkd",
    "USD": "美元|美金|u\\.?s\\.? dollars?|us\\$|usd|american dollars?"
    "|dólar(?:es)? (?:norte-)?americanos?|dólar(?:es)? dos (?:estados unidos|eua)",
    "CNY": "元人民币|人民币|(?:yuan )?renminbi|yuans?(?: renminbi)?|rmb|cny",
    "EUR": "欧元|euros?|eur|€",
    "GBP": "英镑|pounds? sterling|gbp|£",
    "JPY": "日元|日圆|jpy|japanese yen",
    "AUD": "澳元|aud|australian dollars?",
    "元": "元",
    "$": "dollars?|dólar(?:es)?",
    "km2": "平方公里|平方千米|km2|km²|sq\\.? ?km|square kilomet(?:re|er)s?"
    "|quil[óô]metros? quadrados?",
    "m2": "平方米|平方公尺|m2|m²|sq\\.? ?m|sqm|square met(?:re|er)s?|metros? quadrados?",
    "ha": "公顷|hectares?|ha",
    "km": "公里|千米|kilomet(?:re|er)s?|quil[óô]metros?|km",
    "m": "公尺|米|met(?:re|er)s?|metros?|m",
    "t": "吨|tonnes?|tons?|toneladas?",
    "x": "倍|-?fold",
    "hour": "个?小时|hours?|horas?",
    "minute": "分钟|minutes?|minutos?",
    "day": "天|日|days?|dias?",
    "week": "个?星期|周(?!年)|weeks?|semanas?",
    "month": "个月|months?|mês|meses",
    "year": "年(?!代|级|龄)|years?|anos?",
}
ANY_DOLLAR = ("USD", "HKD", "AUD")
ANY_YUAN = ("MOP", "CNY", "HKD")
PREFIX_UNITS = {
    "MOP": "mop\\$?|澳门元|澳门币|patacas",
    "HKD": "hk\\$|hkd|港元|港币",
    "USD": "us\\$|usd|美元|美金",
    "CNY": "rmb|cny|人民币|¥|yuan|renminbi",
    "EUR": "€|eur|欧元",
    "GBP": "£|gbp",
    "$": "\\$",
}
QUALIFIERS_BEFORE = {
    "at_least": "≥|至少|最少|不少于|不低于|at least|no(?:t)? (?:less|fewer) than|pelo menos"
    "|no mínimo|ao menos|não menos de|não inferior(?:es)? a",
    "at_most": "≤|最多|至多|不超过|不多于|不高于|at most|no(?:t)? more than|not exceeding|no máximo"
    "|não mais de|não superior(?:es)? a",
    "more_than": ">|逾|超过|超逾|超|多于|高于|more than|over|exceed(?:s|ed|ing)?|above|in excess of"
    "|upwards? of|surpass(?:es|ed|ing)|mais de|acima de|superior(?:es)? a|excede[mu]?|excedendo"
    "|ultrapass(?:a|am|ou|aram|ando)(?: os| as| o| a)?",
    "less_than": "<|不足|少于|低于|不到|未满|less than|fewer than|under|below|menos de"
    "|inferior(?:es)? a|abaixo de",
    "about": "大约|大概|约|接近|将近|近|about|around|approximately|approx\\.|roughly|some"
    "|circa|nearly|almost|close to|cerca de|aproximadamente|quase|perto de|por volta de|em torno de"
    "|à volta de|próximo de|uns|umas",
}
QUALIFIERS_AFTER = {
    "more_than": "多|余|\\+(?![0-9])",
    "at_least": "(?:或|及)?以上|ou mais|or more",
    "at_most": "(?:或|及)?以[下内]|ou menos|or less|or fewer",
    "about": "左右|上下",
}
COUNTERS = (
    "个|项|届|次|家|名|人|位|大|条|种|间|所|座|处|类|期|批|份|国|省|市|区|城|州|级|层|款|部|岁|场|支|艘|辆"
    "|台|套|篇|章|轮|组|队|方面|户|株|幅|片|段|句|道|门|笔|宗|件|本|张|只|号|点|步|地|语|核|周年"
)
# Chinese numerals that state no quantity: idioms, place names, days of the week, congresses.
_IDIOMS = (
    r"一带一路|一[带路]|一程多站|一国两制|[一两]国(?=两制)|两[地岸制会者]"
    r"|一[体定般致样起直切些旦向律再贯流线经并同共边面时生手系站窗键网卡举如味度则览概]"
    r"|[统唯同单专万逐划均归不每]一|(?<!分)之一|进一步|更进一步|一步步|一方面|一部分"
    r"|一系列|一批|十分(?!钟|之|点)|十足|三角|四[川海周处]|九[龙江洲寨]"
    r"|三[亚明沙峡农维文星]|三方(?!面)|第[一三](?:方|时间|线|者)|五[金邑湖]|六合|七彩|八达"
    r"|十堰|千方百计|万(?:一(?![千百十个项万])|[科达])|百分百|二十国集团"
    r"|[十二]{1,3}[五六七八]大|(?:十[六七八九]|二十)大(?!部|类|项|重|领|产|企|城)"
    r"|[一二三四五六七八]中全会|(?:星期|礼拜|周)[一二三四五六日]|其[一二三]"
    r"|[一二三四五六七八九]是|五一|十一黄金周|一中心|一平台|一基地|一河"
)
# With them names, codes and telephone numbers that hold digits.
NAMES = re.compile(
    rf"(?<![〇零一二三四五六七八九十百千万亿两0-9])(?:{_IDIOMS})"
    r"|https?://[^\s、。）)]{1,300}|www\.[^\s、。）)]{1,300}|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,80}"
    r"|(?<![a-z0-9])(?:iso|iec|gb/t|gb|rfc)[ /-]?[0-9][0-9:.-]{0,20}"
    r"|(?<![a-z0-9à-ÿ])(?!(?:mop|usd|us|rmb|cny|eur|hkd|hk|gbp)[$]?[0-9]|k?m[23](?![0-9a-z]))"
    r"[a-zà-ÿ]{1,30}-?[0-9][0-9a-z]{0,30}(?:-[0-9a-z]{1,30}){0,4}(?:\.[0-9]+)?(?![0-9a-z])"
    r"|(?:电话|传真|热线|telephone|telefone|tel|fax|phone)[.:： ]{0,3}"
    r"[+(]?[0-9][0-9 ()+-]{4,24}[0-9]"
    r"|\+[0-9][0-9 ()-]{6,20}[0-9]|(?<![0-9.,_])[0-9]{4}[ -][0-9]{4}(?![0-9.,])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?:-[0-9]{2}(?![0-9])|年代|s(?![a-z]))"
    r"|(?<![0-9])[0-9]{2}年代|[一二三四五六七八九]十年代"
    r"|(?<![0-9])[0-9]+(?:\+[0-9]+)+|(?<![0-9])[0-9]+(?:/[0-9]+)+|(?<![0-9])[0-9]{1,2}:[0-9]{2}"
    r"|\b(?:one of|one another|no one|one country|one belt|one road|one[- ]stop|one[- ]to[- ]one"
    r"|first of all|at first|first[- ](?:class|hand|rate)|third[- ]part(?:y|ies)"
    r"|primeir[oa][- ]ministr[oa]"
    r"|em primeiro lugar|(?:segunda|terça|quarta|quinta|sexta)s?[- ]feiras?|two[- ]way|uma vez que"
    r"|uma faixa|uma rota|one by one|second[- ]hand|quarter-final)\b"
)
# The number of a heading or of a list item, at the head of its line.
LIST_MARK = re.compile(
    r"^[ \t]*(?:#+ |[-*•] )?(?:([0-9]{1,3})[.)、](?![0-9])|[(]([0-9]{1,2})[)]"
    r"|[一二三四五六七八九十]{1,3}、)(?=[ \t]*[^\s])",
    re.MULTILINE,
)


def _any(table: dict[str, str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in table.values())


def _canon(table: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(pattern)) for name, pattern in table.items()]


_WORD = "|".join(
    sorted({*ONES, *TEENS, *TENS, *HUNDREDS, *ORDINALS, *SCALES, "hundred"}, key=len, reverse=True)
)
_EDGE = "(?![a-zà-ÿ])"
_ZH_NUMERALS = "〇零○一二三四五六七八九十百千万亿兆两"
_ZH = f"[一二三四五六七八九十两][{_ZH_NUMERALS}]*(?:点[〇零一二三四五六七八九]+[万亿]*)?"
CORE = re.compile(
    rf"(?P<den>百|千|[0-9]{{1,3}}|[一二三四五六七八九十]{{1,3}})分之"
    rf"(?P<num>[0-9]+(?:\.[0-9]+)?|{_ZH}|百)"
    rf"|(?P<half>一半|(?<![a-z])(?:half(?= of | the )|metade){_EDGE})"
    r"|(?P<arabic>(?<!m)(?<![0-9.,_])(?<![0-9][ ])[0-9]{1,3}(?: [0-9]{3})+(?:,[0-9]+)?"
    r"(?![0-9.,]?[0-9])"
    r"|(?<![0-9._m])(?<![0-9],)[0-9]+(?:[.,_][0-9]+)*)"
    rf"|(?P<zh>(?<![{_ZH_NUMERALS}几数0-9]){_ZH})"
    r"|(?P<first>首)(?=[届个次家批位间项条名])"
    r"|(?<![a-zà-ÿ])(?P<fraction>(?:one|um|two|dois|three|três)[ -]"
    r"(?:third|terço|quarter|quarto)s?)"
    rf"{_EDGE}|(?<![a-zà-ÿ])(?P<words>(?:an? (?=hundred|thousand|million|billion|trillion))?"
    rf"(?:{_WORD}){_EDGE}(?:(?:[ -]| and | e )(?:{_WORD}){_EDGE}){{0,12}})"
)
ZH_SCALE = re.compile(
    r"[ ]?([多余]?)((?:[十百千]?万亿|[十百千]?[万亿]|兆(?![瓦赫字比帕焦欧])|[百千](?![米克瓦分])))"
)
_SCALE_WORDS = "|".join(sorted((s for s in SCALES if s != "mil"), key=len, reverse=True))
SCALE = re.compile(
    rf"[ -]?((?:hundred |mil )?(?:{_SCALE_WORDS}|thousand)|hundred(?: thousand)?|mil){_EDGE}"
)
ORDINAL_MARK = re.compile(rf"(?:st|nd|rd|th){_EDGE}|\.?{ORDINAL_SIGN}s?")
UNIT = re.compile(rf"[ ]?-?(?:(?:of|de) )?(?:{_any(UNITS)})(?:(?<![a-zà-ÿ])|{_EDGE})(?!-?[0-9])")
UNIT_NAMES = _canon(UNITS)
PREFIX_UNIT = re.compile(rf"(?<![a-z])(?:{_any(PREFIX_UNITS)})[ ]?$")
PREFIX_UNIT_NAMES = _canon(PREFIX_UNITS)
BEFORE = re.compile(
    rf"(?<![a-zà-ÿ])(?:{_any(QUALIFIERS_BEFORE)})[ ]?"
    r"(?:[为有达至占了]|(?<=[至最][少多])[一-鿿]{1,3})?[ ]?$"
)
BEFORE_NAMES = _canon(QUALIFIERS_BEFORE)
AFTER = re.compile(rf"(?:{_any(QUALIFIERS_AFTER)}){_EDGE}")
AFTER_NAMES = _canon(QUALIFIERS_AFTER)
COUNTER = re.compile(COUNTERS)
UP = re.compile(
    r"(?:上升|增长|增加|增至|升至|上涨|提升|提高|扩大|增|升|涨)[至到了达约为逾]{0,3}$"
    r"|(?<![a-z])(?:rose|rises?|risen|rising|increas(?:e|es|ed|ing)|gr[eo]w|grown|growth|up(?! to)"
    r"|gain(?:ed)?|aument\w+|cresc\w+|sub(?:iu|ida|iram|ir)|acréscimo)"
    r"(?: (?:of|by|to|de|em|para))?[ ]$"
)
DOWN = re.compile(
    r"(?:下降|下跌|减少|减至|降至|降低|回落|收窄|缩减|跌|减|降)[至到了达约为逾]{0,3}$"
    r"|(?<![a-z])(?:fell|falls?|fallen|falling|decreas(?:e|es|ed|ing)|declin(?:e|es|ed|ing)"
    r"|drop(?:ped|s)?|down"
    r"|reduc(?:ed|tion)|diminu\w+|desc(?:eu|ida|eram|er)|ca[ií]\w*|queda|redu\w+|decrésc\w+|quebra)"
    r"(?: (?:of|by|to|de|em|para))?[ ]$"
)
UP_AFTER = re.compile(r" (?:year-on-year )?(?:increase|rise|growth|gain|higher)(?![a-z])")
DOWN_AFTER = re.compile(
    r" (?:year-on-year )?(?:decrease|fall|drop|decline|reduction|lower)(?![a-z])"
)
# A half, or a scale that no number takes (3十): the number read so far is not the whole of it.
MORE_TO_COME = re.compile(
    r"[个]?半(?![年岛导])|[十百千万亿兆](?![瓦赫字比帕焦欧克伏])| and a half| e mei[oa]"
)
RANGE = re.compile(rf"[ ]?(?:至|到|-|–|—|~|to|a|até|and|e){_EDGE}[ ]?")
