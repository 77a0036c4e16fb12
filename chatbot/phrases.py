"""Every sentence that the program itself says in an answer, in the four languages."""

from __future__ import annotations

from corpus.fold import converter
from corpus.records import Language

_HANT = {
    "greeting": "您好！我根據收錄的官方文件回答有關澳門區域合作的問題，並為每一句附上出處。"
    "請直接提問，例如：「2022年澳門與歐盟的貿易總額是多少？」",
    "thanks": "不客氣。如有其他問題，請隨時提出。",
    "bye": "再見！",
    "about": "我是 Ponte，根據收錄的官方文件回答有關澳門區域合作（CEPA、粵港澳大灣區、葡語國家"
    "平台、歐盟、一帶一路）的問題。答案只取自文件，並註明出處；文件沒有寫的，我會直說。",
    "instruction": "我不接受更改做法的指示，只根據收錄的官方文件回答問題。"
    "請提出一個有關文件內容的問題。",
    "empty_question": "請輸入一個問題。",
    "too_long": "問題太長，請用不超過 {limit} 個字提問。",
    "not_found": "收錄的文件沒有回答這個問題。",
    "missing_year": "收錄的文件沒有{asked}的相關資料；最接近的內容所說的是{there}。",
    "missing_year_only": "收錄的文件沒有{asked}的相關資料。",
    "missing_terms": "收錄的文件沒有回答這個問題：最接近的內容沒有提及{terms}。",
    "missing_kind": "收錄的文件提及有關事項，但沒有給出所問的{kind}。",
    "missing_procedure": "收錄的文件沒有說明如何辦理。",
    "ungrounded": "找到了相關內容，但無法用原文逐一核實答案，因此不作回答。",
    "yes": "是。", "has": "有。", "evidence": "文件所載：",
    "kind_figure": "數字", "kind_date": "日期", "kind_place": "地點", "kind_name": "名稱",
    "kind_person": "人物",
    "and": "、", "stop": "。", "colon": "：", "open": "「", "close": "」",
}  # fmt: skip
_EN = {
    "greeting": "Hello! I answer questions on Macao's regional co-operation from official "
    "documents and show the source of every statement. Ask away, for example: “What was the value "
    "of trade between Macao and the EU in 2022?”",
    "thanks": "You are welcome. Feel free to ask anything else.",
    "bye": "Goodbye!",
    "about": "I am Ponte. I answer questions on Macao's regional co-operation (CEPA, the Greater "
    "Bay Area, the Portuguese-speaking countries, the EU, the Belt and Road) from official "
    "documents only, and show the source. What the documents do not say, I tell you so.",
    "instruction": "I take no instructions to act otherwise: I answer questions from the official "
    "documents only. Please ask about what they say.",
    "empty_question": "Please enter a question.",
    "too_long": "The question is too long; please ask it in at most {limit} characters.",
    "not_found": "The documents do not answer this question.",
    "missing_year": "The documents have nothing on this for {asked}; what comes nearest speaks "
    "of {there}.",
    "missing_year_only": "The documents have nothing on this for {asked}.",
    "missing_terms": "The documents do not answer this question: what comes nearest does not "
    "mention {terms}.",
    "missing_kind": "The documents mention the matter but do not give the {kind} asked for.",
    "missing_procedure": "The documents do not explain how this is done.",
    "ungrounded": "Something related was found, but the answer could not be verified word for "
    "word against the documents, so none is given.",
    "yes": "Yes.", "has": "Yes.", "evidence": "The documents say:",
    "kind_figure": "figure", "kind_date": "date", "kind_place": "place", "kind_name": "name",
    "kind_person": "person",
    "and": ", ", "stop": ".", "colon": ": ", "open": "“", "close": "”",
}  # fmt: skip
_PT = {
    "greeting": "Olá! Respondo a perguntas sobre a cooperação regional de Macau com base em "
    "documentos oficiais e indico a fonte de cada afirmação. Pergunte, por exemplo: «Qual foi o "
    "valor do comércio entre Macau e a UE em 2022?»",
    "thanks": "De nada. Se tiver outra pergunta, disponha.",
    "bye": "Até à próxima!",
    "about": "Sou o Ponte. Respondo a perguntas sobre a cooperação regional de Macau (CEPA, Grande "
    "Baía, países de língua portuguesa, UE, Uma Faixa, Uma Rota) apenas com base em documentos "
    "oficiais e indico a fonte. O que os documentos não dizem, digo-o claramente.",
    "instruction": "Não sigo instruções para agir de outro modo: respondo apenas com base nos "
    "documentos oficiais. Faça uma pergunta sobre o seu conteúdo.",
    "empty_question": "Escreva uma pergunta, por favor.",
    "too_long": "A pergunta é demasiado longa; use no máximo {limit} caracteres.",
    "not_found": "Os documentos não respondem a esta pergunta.",
    "missing_year": "Os documentos nada dizem a este respeito para {asked}; o mais próximo "
    "refere-se a {there}.",
    "missing_year_only": "Os documentos nada dizem a este respeito para {asked}.",
    "missing_terms": "Os documentos não respondem a esta pergunta: o que há de mais próximo não "
    "menciona {terms}.",
    "missing_kind": "Os documentos mencionam o assunto, mas não indicam {kind} pedido na pergunta.",
    "missing_procedure": "Os documentos não explicam como se faz.",
    "ungrounded": "Foi encontrado conteúdo relacionado, mas a resposta não pôde ser verificada "
    "palavra por palavra nos documentos, pelo que não é dada.",
    "yes": "Sim.", "has": "Sim.", "evidence": "Os documentos dizem:",
    "kind_figure": "o número", "kind_date": "a data", "kind_place": "o lugar",
    "kind_name": "o nome", "kind_person": "a pessoa",
    "and": ", ", "stop": ".", "colon": ": ", "open": "«", "close": "»",
}  # fmt: skip

PHRASES: dict[Language, dict[str, str]] = {
    "zh-Hant": _HANT,
    "zh-Hans": {key: converter("t2s").convert(text) for key, text in _HANT.items()},
    "en": _EN,
    "pt": _PT,
}


def say(language: Language, key: str, **values: object) -> str:
    """The sentence `key` in a language, with its gaps filled."""
    return PHRASES[language][key].format(**values)


def in_script(text: str, language: Language) -> str:
    """Show a Chinese text in the script of the reader; any other text is returned as it is.

    For display only: quotes keep the script of their document.
    """
    if language == "zh-Hans":
        return converter("t2s").convert(text)
    if language == "zh-Hant":
        return converter("s2hk").convert(text)
    return text
