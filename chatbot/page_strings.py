"""Every sentence that the page says around the answers, in the four languages.

What the page says about an answer stands in the answer's language, rendered by the server. What
stands around the conversation is there in all four languages, and the browser shows one.
"""

from __future__ import annotations

from corpus.fold import converter
from corpus.records import LANGUAGES, Language

_HANT = {
    # Around an answer.
    "sources": "出處", "nearest": "最接近的內容（並非答案）",
    "refused": "文件中沒有答案", "unverified": "答案未能逐字核實", "unclear": "請修改問題",
    "missing": "欠缺：", "interpreted": "理解為：", "stopped": "已停止。", "failed": "未能完成回答",
    "failed_text": "程式發生錯誤，並未作答。請再試一次；若仍然如此，請通知系統管理員。",
    "preparing": "正在載入文件，稍候即可作答…",
    "converse": "正在理解問題…", "retrieve": "正在搜尋文件…", "read": "正在閱讀相關段落…",
    "compose": "正在整理答案…", "ground": "正在逐字核對…",
    "unofficial": "非正式譯文", "original": "原文",
    "answer_unofficial": "以上為文件的非正式譯文；原文見各出處。",
    "as_of": "所述時間 {date}", "line": "第 {n} 行", "page": "第 {n} 頁",
    "revision": "文件版本", "snapshot": "索引快照", "view": "查看原文",
    "open_source": "查看出處 {n}", "document_link": "文件網址：",
    "changed": "文件已更新，此處只顯示作答時的引文。", "you": "您問：",
}  # fmt: skip
_EN = {
    "sources": "Sources", "nearest": "Nearest passages (not an answer)",
    "refused": "Not in the documents", "unverified": "Not verified word for word",
    "unclear": "Please change the question",
    "missing": "Missing: ", "interpreted": "Understood as: ", "stopped": "Stopped.",
    "failed": "No answer could be completed",
    "failed_text": "The program met an error and did not answer. Please try again; if it happens "
    "again, tell the administrator.",
    "preparing": "Loading the documents; the answer follows…",
    "converse": "Reading the question…", "retrieve": "Searching the documents…",
    "read": "Reading the passages…", "compose": "Putting the answer together…",
    "ground": "Checking it word for word…",
    "unofficial": "Unofficial translation", "original": "Original",
    "answer_unofficial": "The above is an unofficial translation; each source shows the original.",
    "as_of": "Refers to {date}", "line": "Line {n}", "page": "Page {n}",
    "revision": "Document revision", "snapshot": "Index snapshot", "view": "View the passage",
    "open_source": "Show source {n}", "document_link": "Document address: ",
    "changed": "The document has changed since; only the quote used in the answer is shown.",
    "you": "You asked: ",
}  # fmt: skip
_PT = {
    "sources": "Fontes",
    "nearest": "Passagens mais próximas (não são resposta)",
    "refused": "Não consta dos documentos", "unverified": "Não verificada palavra por palavra",
    "unclear": "Altere a pergunta, por favor",
    "missing": "Em falta: ", "interpreted": "Entendida como: ", "stopped": "Interrompido.",
    "failed": "Não foi possível concluir a resposta",
    "failed_text": "Ocorreu um erro no programa e não houve resposta. Tente de novo; se persistir, "
    "avise o administrador.",
    "preparing": "A carregar os documentos; a resposta segue dentro de momentos…",
    "converse": "A ler a pergunta…", "retrieve": "A pesquisar os documentos…",
    "read": "A ler as passagens…", "compose": "A compor a resposta…",
    "ground": "A verificar palavra por palavra…",
    "unofficial": "Tradução não oficial", "original": "Original",
    "answer_unofficial": "O texto acima é uma tradução não oficial; cada fonte mostra o original.",
    "as_of": "Refere-se a {date}", "line": "Linha {n}", "page": "Página {n}",
    "revision": "Versão do documento", "snapshot": "Índice", "view": "Ver a passagem",
    "open_source": "Mostrar a fonte {n}", "document_link": "Endereço do documento: ",
    "changed": "O documento foi entretanto alterado; mostra-se só a citação usada na resposta.",
    "you": "Perguntou: ",
}  # fmt: skip

_FRAME_HANT = {
    "tagline": "澳門區域合作官方文件問答",
    "heading": "查找澳門區域合作的官方資料",
    "intro": "以繁體中文、簡體中文、英文或葡文提問。答案只取自收錄的官方文件，每一句均附出處，"
    "可即時核對原文；文件沒有寫的，會直接說明。",
    "topics": "內容涵蓋 CEPA、粵港澳大灣區、葡語國家、歐盟及「一帶一路」。",
    "examples": "試試這些問題",
    "placeholder": "輸入有關澳門區域合作的問題…", "question": "問題",
    "send": "提問", "stop": "停止", "clear": "清除對話", "language": "介面語言",
    "note": "答案摘自官方文件，不構成法律或投資意見；請以文件原文為準。",
    "panel": "出處", "close": "關閉出處", "conversation": "對話", "skip": "跳到提問欄",
    "loading": "正在載入模型…", "indexing": "正在建立文件索引…",
    "failed": "系統未能啟動，暫時無法作答。", "offline": "與伺服器的連線中斷，正在重試…",
}  # fmt: skip
_FRAME_EN = {
    "tagline": "Answers on Macao’s regional co-operation, from official documents",
    "heading": "Find what the official documents say",
    "intro": "Ask in Traditional or Simplified Chinese, English or Portuguese. Answers are cut "
    "from official documents only, and every statement shows its source, so that you can check "
    "the original at once. What the documents do not say, you are told so.",
    "topics": "Covers CEPA, the Greater Bay Area, the Portuguese-speaking countries, the European "
    "Union and the Belt and Road.",
    "examples": "Try one of these questions",
    "placeholder": "Ask about Macao’s regional co-operation…", "question": "Question",
    "send": "Ask", "stop": "Stop", "clear": "Clear", "language": "Language of this page",
    "note": "Answers are extracts from official documents, not legal or investment advice; the "
    "original text prevails.",
    "panel": "Source", "close": "Close the source", "conversation": "Conversation",
    "skip": "Skip to the question box",
    "loading": "Loading the model…", "indexing": "Building the index of the documents…",
    "failed": "The service could not start; questions cannot be answered for now.",
    "offline": "The connection to the server was lost; trying again…",
}  # fmt: skip
_FRAME_PT = {
    "tagline": "Respostas sobre a cooperação regional de Macau, a partir de documentos oficiais",
    "heading": "Saiba o que dizem os documentos oficiais",
    "intro": "Pergunte em chinês tradicional ou simplificado, em inglês ou em português. As "
    "respostas vêm apenas de documentos oficiais e cada afirmação indica a fonte, para que possa "
    "conferir logo o original. O que os documentos não dizem, é dito claramente.",
    "topics": "Abrange o CEPA, a Grande Baía, os países de língua portuguesa, a União Europeia e "
    "a iniciativa Uma Faixa, Uma Rota.",
    "examples": "Experimente uma destas perguntas",
    "placeholder": "Pergunte sobre a cooperação regional de Macau…", "question": "Pergunta",
    "send": "Perguntar", "stop": "Parar", "clear": "Limpar", "language": "Língua desta página",
    "note": "As respostas são excertos de documentos oficiais e não constituem aconselhamento "
    "jurídico ou de investimento; prevalece o texto original.",
    "panel": "Fonte", "close": "Fechar a fonte", "conversation": "Conversa",
    "skip": "Ir para a caixa de pergunta",
    "loading": "A carregar o modelo…", "indexing": "A criar o índice dos documentos…",
    "failed": "O serviço não pôde arrancar; de momento não há respostas.",
    "offline": "Perdeu-se a ligação ao servidor; a tentar de novo…",
}  # fmt: skip

NAMES: dict[Language, tuple[str, str]] = {
    "zh-Hant": ("繁體", "繁"),
    "zh-Hans": ("简体", "简"),
    "en": ("English", "EN"),
    "pt": ("Português", "PT"),
}
"""The languages by their own names, long and short."""

EXAMPLES: tuple[tuple[Language, str], ...] = (
    ("zh-Hant", "2022年澳門與歐盟的商品貿易總額是多少？"),
    ("zh-Hant", "CEPA涵蓋哪四大方面？"),
    ("zh-Hans", "什么是粤港澳大湾区？"),
    ("en", "How much did Macao and the Chinese mainland trade with each other in 2022?"),
    ("pt", "Onde fica o Secretariado Permanente do Fórum de Macau?"),
    ("zh-Hant", "特區政府在歐洲設有哪些辦事處？"),
)
"""Questions that the bundled documents answer."""


def _simplified(texts: dict[str, str]) -> dict[str, str]:
    return {key: converter("t2s").convert(text) for key, text in texts.items()}


_TEXTS: dict[Language, dict[str, str]] = {
    "zh-Hant": _HANT, "zh-Hans": _simplified(_HANT), "en": _EN, "pt": _PT
}  # fmt: skip
FRAME: dict[Language, dict[str, str]] = {
    "zh-Hant": _FRAME_HANT,
    "zh-Hans": _simplified(_FRAME_HANT),
    "en": _FRAME_EN,
    "pt": _FRAME_PT,
}


def label(language: Language, key: str, **values: object) -> str:
    """What the page says about an answer, in the answer's language."""
    return _TEXTS[language][key].format(**values)


def everywhere(key: str) -> str:
    """What stands around the conversation: HTML with one span for each language.

    The texts are the program's own; the style sheet shows the span of the page's language.
    """
    return "".join(
        f'<span class="l10n" lang="{language}">{FRAME[language][key]}</span>'
        for language in LANGUAGES
    )
