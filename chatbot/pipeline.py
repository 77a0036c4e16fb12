"""The steps from a question to an answer, composed once as a LangChain Runnable.

converse → retrieve → read → compose → ground. Streaming, batches, callbacks and tracing are the
library's; command line, page and API all run this one thing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.runnables import Runnable, RunnableLambda

from chatbot.compose import Draft, compare, compose, nearest
from chatbot.converse import standalone
from chatbot.decide import answers, refusal_reason, split_comparison
from chatbot.engine import Engine, Resources
from chatbot.ground import ungrounded
from chatbot.phrases import say
from chatbot.question import LONGEST, Query, read_question
from chatbot.reader import Reading
from chatbot.reading.features import answer_logit
from chatbot.retrieve import retrieve
from chatbot.smalltalk import smalltalk
from corpus.language import question_language
from corpus.records import Answer, Considered, Hit, Language, Refusal, Turn


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it comes in. `language` None means: that of the question."""

    question: str
    history: tuple[Turn, ...] = ()
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the steps have found so far; each step returns a new one."""

    ask: Ask
    resources: Resources
    query: Query | None = None
    hits: tuple[Hit, ...] = ()
    readings: tuple[Reading, ...] = ()
    parts: tuple[tuple[str, Reading], ...] = ()
    draft: Draft | None = None
    answer: Answer | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)


Step = Callable[[State], State]


def build_pipeline(engine: Engine) -> Runnable[Ask, Answer]:
    """The whole answerer: invoke, batch, stream and their async forms take an `Ask`."""

    def start(ask: Ask) -> State:
        ask = replace(
            ask,
            question=_whole(ask.question),
            history=tuple(replace(turn, content=_whole(turn.content)) for turn in ask.history),
        )
        return State(ask, engine.resources(), timings_ms={"started": time.perf_counter()})

    chain: Runnable[Ask, State] = RunnableLambda(start).with_config(run_name="start")
    for step in (converse_step, retrieve_step, read_step, compose_step, ground_step):
        timed = RunnableLambda(_timed(step))
        chain = chain | timed.with_config(run_name=step.__name__.removesuffix("_step"))
    return chain | RunnableLambda(_finish).with_config(run_name="finish")


def _whole(text: str) -> str:
    """A text that can be encoded: halves of surrogate pairs become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _timed(step: Step) -> Step:
    """Run a step unless the answer is there already, and note how long it took."""

    def run(state: State) -> State:
        if state.answer is not None:
            return state
        before = time.perf_counter()
        after = step(state)
        took = round((time.perf_counter() - before) * 1000, 3)
        name = step.__name__.removesuffix("_step")
        return replace(after, timings_ms={**after.timings_ms, name: took})

    return run


def _finish(state: State) -> Answer:
    if state.answer is None:
        raise AssertionError("the last step left no answer")
    timings = dict(state.timings_ms)
    total = (time.perf_counter() - timings.pop("started")) * 1000
    return replace(
        state.answer,
        snapshot=state.resources.snapshot.id,
        hits=state.hits,
        considered=tuple(_considered(reading) for reading in state.readings),
        timings_ms={"total": round(total, 3), **timings},
    )


def _considered(reading: Reading) -> Considered:
    return Considered(
        reading.hit,
        round(reading.score, 4),
        round(reading.answerability, 4),
        reading.enough,
        answer_logit(reading.features),
    )


def converse_step(state: State) -> State:
    """Answer what is no question at once; make any other question standalone."""
    r, ask = state.resources, state.ask
    text = _printable(ask.question)
    history = tuple(replace(turn, content=_printable(turn.content)) for turn in ask.history)
    language = ask.language or _spoken(text, history, r)
    kind = smalltalk(text)
    if kind in ("empty_question", "instruction"):
        return replace(
            state, answer=_refuse(state, text, text, language, kind, say(language, kind))
        )
    if kind:
        reply = Answer(
            ask.question, text, language, "answered", say(language, kind), confidence=1.0
        )
        return replace(state, answer=reply)
    if len(text) > LONGEST:
        message = say(language, "too_long", limit=LONGEST)
        short = text[:80] + "…"
        return replace(state, answer=_refuse(state, short, short, language, "too_long", message))

    def read(question: str) -> Query:
        return read_question(question, r.lexicon, r.segmenter)

    question = standalone(text, history, read)
    query = read_question(question, r.lexicon, r.segmenter, language)
    return replace(state, query=query)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _spoken(text: str, history: Sequence[Turn], resources: Resources) -> Language:
    """The language of a question; where it does not tell, that of the conversation."""
    language: Language = "zh-Hant"
    for said in [*(t.content[:LONGEST] for t in history if t.role == "user"), text]:
        language = question_language(said, language, resources.lexicon.vocabulary)
    return language


def retrieve_step(state: State) -> State:
    """Find the passages nearest to the question."""
    query, r = _query(state), state.resources
    hits = retrieve(r.snapshot, r.encoder, r.segmenter, query, r.settings.candidates)
    return replace(state, hits=hits)


def read_step(state: State) -> State:
    """Read the passages; a comparison is read once for each of its two sides."""
    query, r = _query(state), state.resources
    readings = r.reader.read(query, state.hits)
    parts: list[tuple[str, Reading]] = []
    for name, question in split_comparison(query):
        side = read_question(question, r.lexicon, r.segmenter, query.language)
        found = r.reader.read(
            side, retrieve(r.snapshot, r.encoder, r.segmenter, side, r.settings.candidates)
        )
        if not found or not answers(side, found):
            if answers(query, readings):
                break  # one passage may compare the two by itself
            return replace(state, readings=found or readings, query=side)
        parts.append((name, found[0]))
    else:
        return replace(state, readings=readings, parts=tuple(parts))
    return replace(state, readings=readings)


def compose_step(state: State) -> State:
    """Decide whether the documents answer; put the answer together, or refuse."""
    query, r = _query(state), state.resources
    if state.parts:
        return replace(state, draft=compare(query, state.parts, r.evidence))
    if not answers(query, state.readings):
        message = refusal_reason(query, state.readings)
        top = state.readings[0].answerability if state.readings else 0.0
        answer = _refuse(
            state, query.text, state.ask.question, query.language, "not_found", message
        )
        return replace(state, answer=replace(answer, confidence=round(1 - top, 4)))
    return replace(state, draft=compose(query, state.readings, r.snapshot, r.evidence))


def ground_step(state: State) -> State:
    """Let only what stands in its quotes go out."""
    query, draft, r = _query(state), state.draft, state.resources
    if draft is None:
        raise AssertionError("there is no draft to check")
    wrong = ungrounded(draft.text, draft.citations, query.text, query.language, r.lexicon)
    if wrong:
        message = say(query.language, "ungrounded")
        answer = _refuse(
            state, query.text, state.ask.question, query.language, "ungrounded", message,
            missing="; ".join(wrong),
        )  # fmt: skip
        return replace(state, answer=answer)
    top = [r.answerability for _, r in state.parts] or [state.readings[0].answerability]
    answer = Answer(
        question=state.ask.question,
        standalone_question=query.text,
        language=query.language,
        status="answered",
        text=draft.text,
        short_answer=draft.short_answer,
        citations=draft.citations,
        confidence=round(min(top), 4),
    )
    return replace(state, answer=answer)


def _query(state: State) -> Query:
    if state.query is None:
        raise AssertionError("the question has not been read yet")
    return state.query


def _refuse(
    state: State,
    standalone_question: str,
    question: str,
    language: Language,
    reason: str,
    message: str,
    missing: str = "",
) -> Answer:
    hits: Sequence[Hit] = [reading.hit for reading in state.readings] or state.hits
    return Answer(
        question=question,
        standalone_question=standalone_question,
        language=language,
        status="refused",
        text=message,
        refusal=Refusal(reason, missing or message, nearest(hits)),
    )
