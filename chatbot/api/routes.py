"""`/api/v1`: ask, search, documents, feedback. The shapes are those of `chatbot.shapes`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from chatbot.search import MOST, Filters
from chatbot.service import Service
from chatbot.shapes import search_shape
from corpus.records import Language, Mode


def router(service: Service) -> APIRouter:
    """The routes under `/api/v1`."""
    api = APIRouter(prefix="/api/v1")

    @api.get("/search")
    async def search(
        q: Annotated[str, Query(max_length=500)],
        k: Annotated[int, Query(ge=1, le=MOST)] = 10,
        mode: Mode = "hybrid",
        document: str = "",
        section: str = "",
        year: int | None = None,
        language: Language | None = None,
    ) -> dict[str, Any]:
        """Find the passages nearest to a query, among those that the filters allow."""
        only = Filters(document, section, year, language)
        return search_shape(await service.search(q, k, mode, only))

    return api
