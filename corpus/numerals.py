"""How numbers are spelt: folding for the readers, and the value of one spelt number.

Nothing here looks at a sentence; `corpus.dates` and `corpus.numbers` do, and ask this module for
values. Everything is exact (`int` and `Decimal`).
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import Literal

from corpus.fold import Folded, fold_with_offsets
from corpus.records import Language

# "point": 14,200.5 (Chinese, English); "comma": 14.200,5 (Portuguese); "open": not known.
Convention = Literal["point", "comma", "open"]

# Stands for the ordinal signs º and ª, which NFKC would turn into the letters o and a.
ORDINAL_SIGN = "\ue000"
# More digits than any figure has; a longer run is a code, and stays exact in no context.
MAX_DIGITS = 25

ZH_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
ZH_TENS = {"十": 10, "百": 100, "千": 1000}
ZH_SCALES = {"万": 10**4, "亿": 10**8, "兆": 10**12}


def numbered(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    """Number the words; forms parted by a stroke share one number."""
    return {
        form: first + step * i for i, forms in enumerate(words.split()) for form in forms.split("|")
    }


ONES = numbered("one|um|uma two|dois|duas three|três four|quatro five|cinco", 1) | numbered(
    "six|seis seven|sete eight|oito nine|nove", 6
)
TEENS = numbered(
    "ten|dez eleven|onze twelve|doze thirteen|treze fourteen|catorze|quatorze", 10
) | numbered(
    "fifteen|quinze sixteen|dezasseis|dezesseis seventeen|dezassete|dezessete eighteen|dezoito "
    "nineteen|dezanove|dezenove",
    15,
)
TENS = numbered(
    "twenty|vinte thirty|trinta forty|quarenta fifty|cinquenta sixty|sessenta seventy|setenta "
    "eighty|oitenta ninety|noventa",
    20,
    10,
)
HUNDREDS = numbered(
    "cem|cento duzentos|duzentas trezentos|trezentas quatrocentos|quatrocentas "
    "quinhentos|quinhentas seiscentos|seiscentas setecentos|setecentas oitocentos|oitocentas "
    "novecentos|novecentas",
    100,
    100,
)
# European Portuguese counts by the long scale (bilião 10^12), Brazilian by the short (bilhão 10^9).
SCALES = {
    "thousand": 10**3, "mil": 10**3,
    "million": 10**6, "millions": 10**6, "mn": 10**6,
    "milhão": 10**6, "milhões": 10**6, "milhao": 10**6, "milhoes": 10**6,
    "billion": 10**9, "billions": 10**9, "bn": 10**9, "bilhão": 10**9, "bilhões": 10**9,
    "trillion": 10**12, "trillions": 10**12, "tn": 10**12,
    "bilião": 10**12, "biliões": 10**12, "trilhão": 10**12, "trilhões": 10**12,
    "trilião": 10**18, "triliões": 10**18,
}  # fmt: skip
ORDINALS = (
    numbered(
        "first|primeiro|primeira second|segundo|segunda third|terceiro|terceira "
        "fourth|quarto|quarta fifth|quinto|quinta sixth|sexto|sexta seventh|sétimo|sétima "
        "eighth|oitavo|oitava ninth|nono|nona tenth|décimo|décima",
        1,
    )
    | numbered("eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth", 11)
    | numbered("eighteenth nineteenth", 18)
    | numbered(
        "twentieth|vigésimo|vigésima thirtieth|trigésimo|trigésima fortieth fiftieth", 20, 10
    )
)

_POINT = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:_[0-9]{3})+)(?:\.[0-9]+)?")
_COMMA = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:[_ ][0-9]{3})+)(?:,[0-9]+)?")
_PLAIN_POINT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_PLAIN_COMMA = re.compile(r"(?:0|[1-9][0-9]*)(?:,[0-9]+)?")
# A point in a Portuguese number that cannot group thousands: 45.9 or 0.125.
_STRAY_POINT = re.compile(r"(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]+)")
_PORTUGUESE = re.compile(
    r"(?<![a-z])(?:de|da|do|das|dos|em|no|na|mil|milhões|biliões|mais|cerca|quase|por cento|metros"
    r"|e|foi|foram|ano|qual|quantos|quantas)(?![a-z])|ção(?![a-z])|ções(?![a-z])"
)


def prepare(text: str) -> Folded:
    """Fold `text` for reading numbers, keeping offsets.

    Four things that folding would blur are kept apart: the full-width comma as a stop of a
    clause, thin and no-break spaces within digits (as `_`), ordinal signs, and superscripts that
    are notes and not part of a number.
    """
    text = re.sub(r"，(?![０-９])|(?<![０-９])，", "、", text)
    text = re.sub(r"(?<=[0-9])[\u00a0\u2007\u2009\u202f](?=[0-9])", "_", text)
    text = re.sub(r"[ºª]|(?<=[0-9])°(?![ ]?[cC])", ORDINAL_SIGN, text)
    text = re.sub(r"(?<![mM])[⁰¹²³⁴-⁹₀-₉]|[¼-¾⅐-⅟]", "\ue001", text)
    return fold_with_offsets(text)


def convention_of(language: Language | None, folded: str) -> Convention:
    """Say how numbers are punctuated; a text of unknown language shows itself by its words."""
    if language is not None:
        return "comma" if language == "pt" else "point"
    if re.search(r"[一-鿿]", folded) or not _PORTUGUESE.search(folded):
        return "open"
    return "comma"


def arabic_value(token: str, convention: Convention) -> Decimal | None:
    """Return the value of digits with separators; None if malformed under the convention.

    "open" takes the Chinese and English reading where there is one (14.200 is 14.2 and 14,200 is
    14200), else the Portuguese (45,9 is 45.9).
    """
    if len(token) > MAX_DIGITS:
        return None
    if convention != "comma" and (_POINT.fullmatch(token) or _PLAIN_POINT.fullmatch(token)):
        return Decimal(re.sub(r"[,_]", "", token))
    if convention != "point" and (_COMMA.fullmatch(token) or _PLAIN_COMMA.fullmatch(token)):
        return Decimal(re.sub(r"[._ ]", "", token).replace(",", "."))
    if convention == "comma" and _STRAY_POINT.fullmatch(token):
        return Decimal(token)
    return None


def chinese_value(token: str) -> Decimal | None:
    """Return the value of a folded Chinese numeral such as 十四亿 or 二十八点五; None if not one.

    Refuses what only looks like a number: 三四 (three or four), 十四五 (a plan), 百亿 (a size).
    """
    whole, point, fraction = token.partition("点")
    scale = 1
    if point:
        while fraction and fraction[-1] in ZH_SCALES:
            scale *= ZH_SCALES[fraction[-1]]
            fraction = fraction[:-1]
        if not fraction or any(c not in ZH_DIGITS for c in fraction) or len(token) > MAX_DIGITS:
            return None
    number = _chinese_integer(whole)
    if number is None:
        return None
    if not point:
        return Decimal(number)
    digits = "".join(str(ZH_DIGITS[c]) for c in fraction)
    return Decimal(f"{number}.{digits}") * scale


def _chinese_integer(token: str) -> int | None:
    if len(token) > MAX_DIGITS:
        return None
    if len(token) > 2 and all(c in ZH_DIGITS for c in token) and "两" not in token:
        # Digit by digit, as in a year: only with a zero in it, or it may be an enumeration.
        return int("".join(str(ZH_DIGITS[c]) for c in token)) if set(token) & set("〇零○") else None
    total, section, digit = 0, 0, -1
    last_ten, last_scale, zero = 10**4, 10**20, False
    for i, char in enumerate(token):
        if char in ZH_DIGITS:
            if digit >= 0:
                return None
            if ZH_DIGITS[char] == 0:
                if zero or (len(token) > 1 and not (section or total)):
                    return None
                zero = True
                continue
            follows_ten = token[i + 1 : i + 2] in ZH_TENS
            if not zero and 10 < last_ten < 10**4 and not follows_ten:
                return None  # 三百五: colloquial, and not to be guessed at
            if not zero and total and last_ten == 10**4 and i + 1 == len(token):
                return None  # 三万五
            digit, zero = ZH_DIGITS[char], False
        elif char in ZH_TENS:
            ten = ZH_TENS[char]
            if ten >= last_ten or (digit < 0 and not (ten == 10 and section == 0)):
                return None
            section += (1 if digit < 0 else digit) * ten
            last_ten, digit, zero = ten, -1, False
        elif char in ZH_SCALES:
            scale = ZH_SCALES[char]
            section += max(digit, 0)
            if section == 0 and total and last_scale < scale:
                total *= scale  # 万亿
            elif section == 0 or scale >= last_scale:
                return None
            else:
                total += section * scale
            section, digit, last_ten, last_scale, zero = 0, -1, 10**4, scale, False
        else:
            return None
    return total + section + max(digit, 0)


def words_value(words: list[str]) -> tuple[int, bool] | None:
    """Return (value, is ordinal) of English or Portuguese number words, in order, without `and`.

    None if the words do not make one number (`nineteen ninety two`).
    """
    total, part, last_scale, ordinal = 0, 0, 10**20, False
    for i, word in enumerate(words):
        if ordinal and word not in ORDINALS:
            return None
        if word in ORDINALS:
            value, ordinal = ORDINALS[word], True
            small = value < 10 and part % 100 >= 20 and part % 10 == 0
            tenth = value < 10 and i > 0 and words[i - 1] in ("décimo", "décima")
            if not (small or tenth or part % 100 == 0):
                return None
            part += value
        elif word in ONES or word in TEENS:
            value = ONES.get(word) or TEENS[word]
            small = value < 10 and part % 100 >= 20 and part % 10 == 0
            if not (small or part % 100 == 0):
                return None
            part += value
        elif word in TENS:
            if part % 100:
                return None
            part += TENS[word]
        elif word in HUNDREDS:
            if part:
                return None
            part = HUNDREDS[word]
        elif word == "hundred":
            if not 0 < part < 100:
                return None
            part *= 100
        elif word in SCALES:
            scale = SCALES[word]
            if part == 0 and total and last_scale == 1000 and scale == 10**6:
                total *= scale  # mil milhões
            elif scale >= last_scale or (part == 0 and word != "mil"):
                return None
            else:
                total += max(part, 1) * scale
            part, last_scale = 0, scale
        else:
            return None
    return (total + part, ordinal) if total + part else None


def run_value(run: str) -> tuple[int, bool] | None:
    """Return the (value, is ordinal) of a run of words as written (`one hundred and five`)."""
    words = ["one" if w in ("a", "an") else w for w in re.split("[ -]", run)]
    return words_value([w for w in words if w not in ("and", "e")])


def plain_value(spelt: str) -> Decimal | None:
    """Return the value of digits without grouping, or of a Chinese numeral."""
    return arabic_value(spelt, "point") if spelt[0].isascii() else chinese_value(spelt)


def fraction_value(over: str, under: str) -> Decimal | None:
    """Return over/under to 28 digits, the same for the same fraction however it is written."""
    top, bottom = plain_value(over), plain_value(under)
    if top is None or not bottom:
        return None
    with localcontext(prec=28):
        return top / bottom
