"""Our retrieval as a LangChain retriever, for chains that other people build."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from chatbot.engine import Engine
from chatbot.search import MOST, search
from corpus.records import Hit, Mode


class PonteRetriever(BaseRetriever):
    """Finds passages; each comes as a `Document` whose text is the passage's own.

    `metadata` holds `doc_id`, `passage_id`, `title`, `section`, `start`, `end` (offsets in the
    document's text), `line`, `score`, `rank`, `dense_rank`, `lexical_rank`, `as_of` (ISO date or
    None), `revision`, `language`, `url` and `snapshot`. The async forms run in a worker thread.

    Raises (when invoked):
        InputError: the query holds no word to look for.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Engine
    k: int = Field(default=10, ge=1, le=MOST)
    mode: Mode = "hybrid"

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = search(self.engine.resources(), query, self.k, self.mode)
        return [
            Document(
                id=hit.passage.passage_id,
                page_content=hit.passage.text,
                metadata=_metadata(hit, found.snapshot),
            )
            for hit in found.hits
        ]


def _metadata(hit: Hit, snapshot: str) -> dict[str, Any]:
    passage = hit.passage
    return {
        "doc_id": passage.doc_id,
        "passage_id": passage.passage_id,
        "title": passage.title,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "line": passage.locator.line,
        "score": hit.score,
        "rank": hit.rank,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "as_of": passage.as_of.isoformat() if passage.as_of else None,
        "revision": passage.revision,
        "language": passage.language,
        "url": passage.url,
        "snapshot": snapshot,
    }
