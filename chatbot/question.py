"""What a question asks for: its language, the kind of answer, its years, names and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from corpus.dates import Period, read_dates
from corpus.fold import fold
from corpus.glossary import Lexicon, Mention, Term
from corpus.language import question_language
from corpus.numbers import Figure, read_figures
from corpus.records import LANGUAGES, Language
from index.segment import Segmenter, stem

AnswerKind = Literal[
    "figure", "date", "place", "person", "name", "list", "definition", "yesno", "comparison",
    "reason", "procedure", "statement",
]  # fmt: skip

LONGEST = 2000
"""Characters of a question that are read; the rest is ignored and said to be so."""

# One pattern for each kind over the folded question, in the order in which they are tried.
_KINDS: tuple[tuple[AnswerKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))  # type: ignore[misc]
    for kind, pattern in (
        ("comparison",
         r"比较一?下|对比|相比|比一比|区别|差别|差异|分别是?多少|各是?多少|哪个更|哪边|边个.{0,6}[大多高早]|边份|"
         r"[大多高早低少]啲|定系|还是.*(?:大|多|高|早)|\bcompar|\bdifference|\bversus\b|\bvs\b|"
         r"\b(?:more|larger|bigger|higher|earlier|greater|lower|smaller)\b.*\b(?:than|or)\b|\bwhich (?:of|one|is|came)\b.*\b"
         r"(?:larger|bigger|more|higher|first|earlier|greater)\b|\bdiferenca|\bdiferença|\bmaior\b.*\bou\b|"
         r"\bcom quem .* mais\b|\bqual (?:d[oae]s?|e|é|foi) .*\b(?:maior|mais|primeiro|menor)\b|\bmais .*\bou\b"),
        ("procedure",
         r"(?:申请|办理|注册|登记|报名|入会|续期|缴税|开户)(?:的)?(?:流程|手续|程序|步骤|方法|条件|资格|要求|材料|文件|表格|费用)|"
         r"(?:如何|怎样|怎么|怎|点样?|边度)(?:才|先|至|能|可以|可|去|做到|得以)*(?:申请|申領|办|搞|攞|拎|拿到|取得|获得|领取|参加|加入|成为|报|交|预约|预订|租|登记|开(?!展|放|拓)|做)|"
         r"(?:需要|要)(?:什么|咩|乜嘢?|哪些|边啲|准备|提交|符合)+(?:的)?(?:条件|手续|资料|文件|材料|资格|证件)|"
         r"\bhow (?:do|can|could|should|would|must|may|might) (?:i|we|you|one|someone|people|students?|firms?|compan(?:y|ies)|businesses|investors?|residents?|foreigners|a|an|the applicant)\b|"
         r"\b(?:procedure|application process|formalities|paperwork|requirements? (?:for|to)|apply for|sign up|enrol|eligib\w+)\b|"
         r"\bwhere (?:do|can|should) (?:i|we|you|one)\b|"
         r"\b(?:procedimentos?|formalidades|requisitos|passos (?:para|a)|documentos necessários|inscrever|candidatar)\b|"
         r"\bcomo (?:é que )?(?:eu|nós|se|uma empresa|um investidor|os? \w+|as? \w+)? ?(?:pode|podem|posso|consigo|deve|faço|faz|candidata|inscreve|regista|requer|obt[eé]m|pede|abre|constitui|participa)\b|"
         r"\bonde (?:posso|se pode|devo|me)\b|"
         r"(?:如何|怎样|怎么|点样|点)(?:才)?(?:能|可以|先)?(?:去|可)?(?:申请|办理|注册|开办|登记|提交|缴|交|领取|开设|报名|投诉|换领|续)|"
         r"(?:申请|办理|注册)(?:流程|手续|程序|步骤|方法|表格|材料|文件)|要(?:交|带|准备)(?:什么|咩|哪些)(?:文件|材料)|要?点(?:样)?做|点样先|怎么办|如何办|步骤|手续|"
         r"\bhow (?:do|can|could|should|would) (?:i|we|you|one|a company|an? \w+)\b|\bhow to\b|\bwhat (?:documents|forms|are the steps|steps)\b|\bsteps (?:to|for)\b|"
         r"\bcomo (?:posso|podemos|se pede|se pode|pedir|requerer|obter|solicitar|apresentar|faço|faco|abrir|registar|registrar|candidatar|me candidato|me inscrevo|constituir)\b|"
         r"\bque (?:documentos|passos|formulários)\b"),
        ("reason", r"为什么|为何|为咩|点解|何以|原因|\bwhy\b|\breason|\bporqu[eê]\b|\bpor que\b|\bmotivo|\braz[aã]o\b"),
        ("date",
         r"何时|什么时候|几时|哪(?:一)?年|哪(?:一)?天|哪(?:一)?日|哪个?月|几多年|几月|边年|边一年|边日|日期|年份|何年|何月|自何|"
         r"\bwhen\b|\b(?:what|which) (?:year|date|month|day)\b|\bsince what\b|\bdate (?:of|on|did|was|when)\b|"
         r"\bquando\b|\b(?:que|qual|em que|de que|a partir de que) (?:ano|data|m[eê]s|dia|altura)\b|\bdesde que ano\b"),
        ("figure",
         r"多少|几多|(?<![哪边])几(?:[个项次届家年国种类间份名位成条倍钱]|大(?!块|方面|类|领域|部分))|有几(?!大)|第几|多大|几大|多高|几高|多长|多久|几成|百分之几|占比|比重|比例|"
         r"\bhow (?:many|much|big|large|high|long|often|far|great)\b|\b(?:number|percentage|proportion|share|total|amount|value|size|rate) of\b|"
         r"\bwhat (?:percentage|proportion|share|number|amount|rate|size|volume|value)\b|"
         r"\bquant[oa]s?\b|\bque (?:percentagem|parte|proporç|valor|montante|peso|area|área|dimens|popula)|"
         r"\bqual (?:[eé]|foi|era|a|o)? ?(?:a |o )?(?:percentagem|valor|montante|n[uú]mero|dimens|total|taxa|popula|area|área|peso|volume|superf|stock|quota)"),
        ("list",
         r"哪些|有哪|哪几|哪[两三四五六七八九十]|什么(?:方面|领域|活动|项目|内容|措施|国家|城市|机构|功能|行业|部门|展会|服务|市场)|"
         r"有(?:什么|咩|乜嘢?|边啲|边几)|边啲|边[几两三四五六七八九十]|几大(?:块|方面|类|领域|部分)|包括(?:什么|咩|哪)|列出|列举|名单|分别(?:是|系|为)|全部|所有|都有谁|咩(?:活动|国家|服务|方面)|"
         r"\b(?:what|which) (?:are|were|(?!is\b|was\b|does\b|has\b)\w+s\b)|\blist\b|\bname (?:the|all|some)\b|\benumerate\b|\ball the\b|"
         r"\bquais\b|\blist[ae]\b|\benumer|\bindique\b|\bque (?:\w+s)\b|\bem que (?:\w+s)\b|\bcom que (?:\w+s)\b"),
        ("person", r"谁|边个(?:人|负责|做主)|哪位|何人|\bwho\b|\bwhom\b|\bwhose\b|\bquem\b"),
        ("place",
         r"哪里|哪儿|何处|何地|边度|边处|位于|设在|地点|地址|在哪|喺边|\bwhere\b|\blocated\b|\blocation\b|\bvenue\b|\baddress\b|"
         r"\bonde\b|\blocal\b|\blocaliza|\bmorada\b|\bendereço\b|\bem que (?:cidade|local|lugar|pa[ií]s)\b"),
        ("name",
         r"叫(?:什么|做?咩|乜)|名称|名字|称为|全称|全名|哪[一]?[个项份家届间种条]|什么(?:名|协议|机构|基金|平台|大赛|论坛|活动|计划|模式|角色|机制)|边[个间份项]|咩名|"
         r"\bwhat is the (?:full )?name\b|\b(?:called|named|titled)\b|\bwhat (?:body|fund|agreement|institution|event|platform|name)\b|\bwhich\b|"
         r"\bcomo se (?:chama|designa|denomina)|\bnome\b|\bdesigna|\bque (?:fundo|acordo|instituição|plataforma|evento|entidade)\b|\bqual\b"),
        ("yesno",
         r"是否|是不是|有没有|有冇|系咪|会不会|能否|可否|能不能|吗[?？]?$|吗|么[?？]$|有无|"
         r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|may|should)\b|"
         r"^(?:é|e|são|foi|foram|há|existe|existem|tem|têm|pode|podem|está|estão|será|o plano|macau|vai)\b.*\?|\bserá que\b|\bse há\b"),
        ("definition",
         r"什么是|是什么|系咩|系乜|何谓|介绍|谈谈|讲讲|讲下|说说|说明|概况|简介|意思|指什么|干什么|做什么|是指|"
         r"\bwhat(?:'s| is| are| does)\b|\btell me\b|\bexplain\b|\bdescribe\b|\babout\b|\boverview\b|\bmean\b|\bdefine\b|"
         r"\bo que [eé]\b|\bo que s[aã]o\b|\bfale\b|\bexpli|\bdescrev|\bapresent|\bsignifica\b|\bem que consiste\b"),
    )
)  # fmt: skip

# Words that only carry the question, not what it is about. Folded; Chinese, then alphabetic.
_HAN_STOP = frozenset(
    "的 了 和 与 及 或 在 是 系 有 吗 呢 么 什么 哪些 哪个 哪 多少 几 几多 几个 如何 怎样 怎么 为什么 为何 请问 请 "
    "介绍 一下 告诉 告诉我 我 你 您 我们 可以 能 会 要 想 知道 想知道 关于 对于 对 于 从 由 至 到 被 把 将 "
    "以 以及 并 而 就 都 也 还 又 再 很 最 更 这 那 这个 那个 其 其中 之 个 项 次 届 家 间 名 种 类 年 月 日 "
    "第二条 甚么 当时 "
    "而家 家吓 定 定系 同埋 有几 有几大 几大 点样 边份 边间 边年 啲 仲 仲有 先 系咪 计划 内容 措施 重点 工作 当时 "
    "咩 乜 乜嘢 嘅 喺 係 咗 啲 嘢 边 边个 边度 边啲 几时 点 点样 点解 咁 嗰 佢 冇 同 俾 畀 到底 究竟 "
    "具体 目前 现在 现时 当前 迄今 分别 主要 一共 总共 合共 共 总 方面 情况 内容 相关 有关 等 中 上 下 里 内 "
    "哪里 哪儿 何时 何处 何地 时候 什么时候 谁 是否 是不是 有没有 有冇 叫 叫做 称为 名称 名字 列出 列举 说明 "
    "说说 谈谈 讲讲 讲 说 问 答 文件 资料 根据 按照 按 大概 大约 约 左右 包括 包含 哪一年 哪年 当中 两地 双方 "
    "开始 进行 做 为 用 给 让 使 它 他 她 它们 不 没 没有 一 二 三 四 五 六 七 八 九 十 两 第".split()
)
_LATIN_STOP = (
    "a an the of is are was were be been being am do does did have has had will would can could may "
    "might shall should must what which who whom whose when where why how many much and or but not no "
    "in on at to for from with by as into onto over under between among about above below up down out "
    "it its this that these those there here their they them he she his her we our us you your i me my "
    "please tell give show let know say s t re ve d ll m some any all each both such than then so if "
    "also just only very more most less least other another same own too currently now today whether "
    "exactly actually roughly approximately name list according document documents called there's kind "
    "plan plans planned intend intended contain contains want wants offer offers foresee foreseen "
    "measure measures item items content eu year years date number time "
    "de do da dos das o os as um uma uns umas e ou em no na nos nas ao aos pelo pela pelos pelas que "
    "qual quais quem quando onde quanto quanta quantos quantas como porque é são foi foram era eram ser "
    "estar está estão há tem têm ter com sem para por entre sobre mais menos seu sua seus suas este "
    "esta isto esse essa isso aquele num numa se lhe lhes já não sim também até desde me diga "
    "dizer favor quero saber gostaria pode podem existe existem ali aí aqui atualmente hoje à às "
    "isso qualquer algum alguma alguns algumas documento documentos segundo plano planos medida medidas prevê previsto previstas quer "
    "querem pretende conteúdo lista ano anos data maneira forma ponto número"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A standalone question, taken apart.

    `ordinal` is the number of the item that it names (第3項, measure 3, medida n.º 3).
    `mentions` are the names and concepts it speaks of, `words` its further content words (folded
    tokens in none of the mentions), `periods` the times it asks for, `figures` the numbers in it.
    """

    text: str
    folded: str
    language: Language
    kind: AnswerKind
    mentions: tuple[Mention, ...]
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    periods: tuple[Period, ...]
    figures: tuple[Figure, ...] = ()
    ordinal: int | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The names and concepts, each once, in order."""
        return tuple(dict.fromkeys(m.term for m in self.mentions))

    @property
    def is_chinese(self) -> bool:
        """Whether the question is in either Chinese script."""
        return self.language.startswith("zh")


def read_question(
    text: str, lexicon: Lexicon, segmenter: Segmenter, language: Language | None = None
) -> Query:
    """Take a standalone question apart; `language` overrides what is recognised."""
    text = " ".join(text.split())[:LONGEST]
    folded = fold(text)
    language = language or question_language(text, "zh-Hant", lexicon.vocabulary)
    mentions = tuple(
        m
        for m in lexicon.question_mentions(text, folded, language)
        if m.term.is_name
        or any(is_content(t) for t in segmenter.tokens(folded[m.start : m.end]))
    )
    rest = list(folded)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    periods = tuple(read_dates(text, language))
    for period in periods:
        if len(folded) == len(text):
            rest[period.span_start : period.span_end] = " " * (period.span_end - period.span_start)
    figures = tuple(read_figures(text, language))
    for figure in figures:
        if len(folded) == len(text):
            rest[figure.start : figure.end] = " " * (figure.end - figure.start)
    tokens = segmenter.tokens(folded)
    words = [w for w in segmenter.tokens("".join(rest)) if is_content(w)]
    words = [w for w in map(_bare, words) if is_content(w)]
    # The segmenter gives a long word and its parts; the word alone is one unit of meaning.
    words = [w for w in words if not any(w != v and w in v and not w.isascii() for v in words)]
    return Query(
        text=text,
        folded=folded,
        language=language,
        kind=answer_kind(_without_acronyms(folded, mentions)),
        mentions=mentions,
        words=tuple(dict.fromkeys(words)),
        tokens=tuple(tokens),
        periods=periods,
        figures=figures,
        ordinal=_ordinal(folded),
    )


_FUNCTION = "的了过地得有是系会要就都也将被把和与同跟及或在对向从到以于为之各每该此其嘅咗喺仲先吗呢"


def _bare(word: str) -> str:
    """A Chinese word without the function characters that the segmenter left on it."""
    return word if word.isascii() or len(word) > 3 else word.strip(_FUNCTION)


_ITEM = r"(?:measure|item|point|priority|task|section|article|medida|ponto|item|n[uú]mero|artigo)"
_NTH = {
    word: n
    for n, words in enumerate(
        ("first primeira primeiro", "second segunda segundo", "third terceira terceiro",
         "fourth quarta quarto", "fifth quinta quinto", "sixth sexta sexto", "seventh sétima",
         "eighth oitava", "ninth nona", "tenth décima"), 1,
    )
    for word in words.split()
}  # fmt: skip
_ORDINAL = re.compile(
    rf"第\s*(?P<zh>\d+|[一二三四五六七八九十]+)\s*[条项点]|{_ITEM}\s*(?:no\.?|nº|n\.?\s?[ºo°]|number|#)?\s*(?P<n>\d+)\b|"
    rf"\b(?P<w>{'|'.join(_NTH)})\s+{_ITEM}"
)  # fmt: skip
_HAN_DIGITS = "零一二三四五六七八九"


def _ordinal(folded: str) -> int | None:
    """The number of an item of a numbered text that a question names."""
    m = _ORDINAL.search(folded)
    if not m:
        return None
    if m["w"]:
        return _NTH[m["w"]]
    digits = m["n"] or m["zh"]
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    ten = (_HAN_DIGITS.find(tens) if tens else 1) * 10 if "十" in digits else 0
    return ten + (_HAN_DIGITS.find(ones) if ones else 0)


def _without_acronyms(folded: str, mentions: Sequence[Mention]) -> str:
    """The question with acronyms that would read as a word blanked out (WHO)."""
    out = list(folded)
    for m in mentions:
        if folded[m.start : m.end].upper() in m.term.acronyms:
            out[m.start : m.end] = "#" * (m.end - m.start)
    return "".join(out)


def answer_kind(folded: str) -> AnswerKind:
    """The kind of answer that a folded question wants."""
    return next((kind for kind, pattern in _KINDS if pattern.search(folded)), "statement")


# Where the thing that is asked for stands: right after these words, or right before those.
_FOCUS_AFTER = re.compile(
    r"(?:多少|几多|哪|几|边)(?:个|项|次|届|家|间|种|名|位|条|份|座|类|些|啲)?|什么|咩|乜嘢?|谁|"
    r"\b(?:how many|how much|what|which|whose|who|quant[oa]s?|quais|qual|quem|que)\b"
    r"(?:['’]s)?(?: (?:is|was|are|were|do|does|did|has|have|the|a|an|é|foi|eram?|são|o|os|as|à|ao|of|de|kind|type|tipo))*"
)
_FOCUS_BEFORE = re.compile(
    r"(?:是|系|有|在|喺|为|等于|达|到|共|约|大概)*(?:多少|几多|什么|咩|乜嘢?|谁|边个|边位|边间|边度|哪里|哪儿|哪位|哪个|哪间|何|几大|几高|几钱|点)"
)


def focus(query: Query) -> tuple[tuple[int, int], ...]:
    """Spans of the folded question where the name of what is asked for may begin or end.

    A pair (a, b): a unit that begins in `[a, b]` or ends there is the focus.
    """
    spans: list[tuple[int, int]] = []
    for m in _FOCUS_AFTER.finditer(query.folded):
        spans.append((m.end(), m.end() + 2))
        break
    if query.is_chinese:
        for m in _FOCUS_BEFORE.finditer(query.folded):
            spans.append((max(0, m.start() - 1), m.start()))
            break
    return tuple(spans)


def is_content(token: str) -> bool:
    """Whether a token carries meaning of its own rather than only the question's."""
    if token in _HAN_STOP or token in _latin_stop():
        return False
    return len(token) > 1 or token.isdigit()


@lru_cache(maxsize=1)
def _latin_stop() -> frozenset[str]:
    return frozenset(stem(word) for word in _LATIN_STOP.split())


def as_language(name: str | None) -> Language | None:
    """The language of that name; None for `auto` and for no name."""
    return next((lang for lang in LANGUAGES if lang == name), None)
