"""An outsider's chain: the retriever and the answerer as parts of LangChain programs."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from program import QUESTION
from pydantic import ValidationError

from chatbot.langchain_retriever import PonteRetriever
from chatbot.pipeline import Ask
from corpus.errors import InputError
from corpus.records import Answer

ENGLISH = "What was the value of trade between Macao and the EU in 2022?"
KEYS = {
    "doc_id", "passage_id", "section", "start", "end", "score", "dense_rank", "lexical_rank",
    "as_of", "revision", "snapshot",
}  # fmt: skip


@pytest.fixture(scope="module")
def retriever(engine):
    return PonteRetriever(engine=engine, k=4)


def cited(documents):
    return "\n".join(f"{d.metadata['section']}: {d.page_content}" for d in documents)


def test_documents_are_the_passages(retriever, engine):
    snapshot = engine.resources().snapshot
    documents = retriever.invoke(QUESTION)
    assert len(documents) == 4
    assert "460.2億" in documents[0].page_content
    for rank, document in enumerate(documents, 1):
        data = document.metadata
        assert set(data) >= KEYS
        assert document.id == data["passage_id"] and data["rank"] == rank
        assert data["snapshot"] == snapshot.id
        source = snapshot.documents[data["doc_id"]]
        assert source.text[data["start"] : data["end"]] == document.page_content
        assert source.revision == data["revision"]
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)
    assert documents[0].metadata["as_of"] == "2022-12-31"


def test_retriever_in_a_chain(retriever):
    chain = retriever | RunnableLambda(cited)
    context = chain.invoke(QUESTION)
    assert "460.2億" in context
    assert chain.batch([QUESTION, ENGLISH]) == [context, chain.invoke(ENGLISH)]
    assert asyncio.run(chain.ainvoke(QUESTION)) == context
    assert "".join(chain.stream(QUESTION)) == context


def test_both_side_by_side(retriever, pipeline):
    chain = RunnableParallel(
        context=retriever | RunnableLambda(cited),
        answer=RunnableLambda(Ask) | pipeline,
        question=RunnablePassthrough(),
    )
    result = chain.invoke(ENGLISH)
    answer = result["answer"]
    assert isinstance(answer, Answer) and answer.status == "answered"
    assert answer.language == "en" and "46.02" in answer.text
    assert answer.citations[0].quote in result["context"]
    assert result["question"] == ENGLISH
    both = asyncio.run(chain.abatch([ENGLISH, QUESTION]))
    assert [r["answer"].text for r in both] == [answer.text, pipeline.invoke(Ask(QUESTION)).text]


def test_answerer_in_every_form(pipeline):
    asks = [Ask(QUESTION), Ask("Who is the mayor of Lisbon?"), Ask(QUESTION, language="pt")]
    single = [pipeline.invoke(ask) for ask in asks]
    assert [answer.status for answer in single] == ["answered", "refused", "answered"]
    assert [answer.language for answer in single] == ["zh-Hant", "en", "pt"]

    async def ask_all():
        return await asyncio.gather(*(pipeline.ainvoke(ask) for ask in asks))

    streamed = [list(pipeline.stream(ask)) for ask in asks]
    assert [len(chunks) for chunks in streamed] == [1, 1, 1]
    for answers in (pipeline.batch(asks), asyncio.run(ask_all()), [c[-1] for c in streamed]):
        assert [a.text for a in answers] == [a.text for a in single]
        assert [a.citations for a in answers] == [a.citations for a in single]


def test_modes_and_bounds(engine):
    words = PonteRetriever(engine=engine, k=3, mode="lexical").invoke("CEPA")
    assert [d.metadata["lexical_rank"] for d in words] == [1, 2, 3]
    assert {d.metadata["dense_rank"] for d in words} == {None}
    for k in (0, 101):
        with pytest.raises(ValidationError):
            PonteRetriever(engine=engine, k=k)
    with pytest.raises(InputError, match="holds no word"):
        PonteRetriever(engine=engine).invoke("?!")
