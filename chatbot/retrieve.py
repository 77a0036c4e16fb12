"""Retrieval: dense and lexical search over one snapshot, fused into one list of passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chatbot.question import Query, is_content
from corpus.records import Hit, Mode
from index.encoder import Encoder
from index.segment import Segmenter
from index.stored import Snapshot

DEPTH = 100
"""Passages taken from each list before they are fused."""
DENSE_WEIGHT = 0.6
"""Weight of the dense list where the lexical one is of full use."""
KNOWN = 0.3
"""Share of a foreign question that known terms must make up for their Chinese forms to help."""


def dense_text(query: Query) -> str:
    """The text that is embedded: a foreign question takes the Chinese forms of its terms along.

    Over Chinese passages without a rendition that finds the passage first for 43 of 100 questions
    in English and Portuguese instead of 39. Where the terms are few of its words, the forms lead
    astray.
    """
    if query.is_chinese:
        return query.text
    places = {i for m in query.mentions for i in range(m.start, m.end)}
    if len(places) < KNOWN * len(query.folded):
        return query.text
    forms = (next(filter(_is_han, term.forms), "") for term in query.terms)
    return " ".join([query.text, *dict.fromkeys(filter(None, forms))])


def _is_han(form: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in form)


def search_tokens(query: Query, segmenter: Segmenter) -> list[str]:
    """Tokens for the lexical search: the question's, and the Chinese names of what it mentions.

    The names carry a question in one language into documents in another.
    """
    tokens = [t for t in query.tokens if is_content(t)] or list(query.tokens)
    for term in query.terms:
        if query.is_chinese and not term.is_name:
            continue
        for form in [f for f in term.forms if not f.isascii()][: 1 if term.is_name else 3]:
            if _is_han(form):
                tokens.extend(segmenter.tokens(form))
    return list(dict.fromkeys(tokens))


def retrieve(
    snapshot: Snapshot,
    encoder: Encoder,
    segmenter: Segmenter,
    query: Query,
    k: int,
    mode: Mode = "hybrid",
    allowed: Sequence[int] | None = None,
) -> tuple[Hit, ...]:
    """Find the `k` passages nearest to a question, best first.

    `allowed`: the numbers of the passages that may be found; None means all.
    """
    return next(retrieve_each(snapshot, encoder, segmenter, [query], k, mode, allowed))


def retrieve_each(
    snapshot: Snapshot,
    encoder: Encoder,
    segmenter: Segmenter,
    queries: Sequence[Query],
    k: int,
    mode: Mode = "hybrid",
    allowed: Sequence[int] | None = None,
) -> Iterator[tuple[Hit, ...]]:
    """Do what `retrieve` does for each of several questions; they are embedded in batches."""
    depth = max(k, DEPTH)
    vectors = (
        encoder.encode_queries([dense_text(q) for q in queries]) if mode != "lexical" else None
    )
    for i, query in enumerate(queries):
        dense: Sequence[tuple[int, float]] = ()
        lexical: Sequence[tuple[int, float]] = ()
        if vectors is not None:
            dense = snapshot.dense_search(vectors[i], depth, allowed)
        if mode != "dense":
            lexical = snapshot.lexical_search(search_tokens(query, segmenter), depth, allowed)
        yield fuse(snapshot, dense, lexical, k, query.ordinal)


def fuse(
    snapshot: Snapshot,
    dense: Sequence[tuple[int, float]],
    lexical: Sequence[tuple[int, float]],
    k: int,
    ordinal: int | None = None,
) -> tuple[Hit, ...]:
    """Fuse two lists of (passage number, score), best first, into the `k` best hits.

    A convex combination of scores normalised per query (Bruch, Gai and Ingber, 2023, "An analysis
    of fusion functions for hybrid retrieval"): the dense ones from the last of the list to the
    first, the lexical ones from zero to the first. A passage that a list lacks counts 0 in it.
    Where the question names the number of an item (`ordinal`), items of that number come first.
    """
    scores: dict[int, float] = {}
    low = dense[-1][1] if dense else 0.0
    high = dense[0][1] if dense else 1.0
    weight = DENSE_WEIGHT if dense and lexical else float(bool(dense))
    for n, score in dense:
        scores[n] = weight * ((score - low) / (high - low) if high > low else 1.0)
    top = lexical[0][1] if lexical else 1.0
    for n, score in lexical:
        scores[n] = scores.get(n, 0.0) + (1 - weight) * (score / top if top > 0 else 0.0)
    if ordinal is not None:
        for n in scores:
            scores[n] += float(snapshot.passages[n].number == ordinal)
    dense_rank = {n: (r, s) for r, (n, s) in enumerate(dense, 1)}
    lexical_rank = {n: (r, s) for r, (n, s) in enumerate(lexical, 1)}
    best = sorted(scores, key=lambda n: (-scores[n], n))[:k]
    hits: list[Hit] = []
    for rank, n in enumerate(best, 1):
        d, x = dense_rank.get(n, (None, None)), lexical_rank.get(n, (None, None))
        hits.append(Hit(rank, snapshot.passages[n], scores[n], d[0], x[0], d[1], x[1]))
    return tuple(hits)
