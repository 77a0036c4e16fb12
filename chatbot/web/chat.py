"""The conversation: a Gradio Blocks whose events ask the pipeline and stream the answer.

The conversation is one `gr.HTML`, written by `chat_html` with everything escaped; Gradio changes
only the nodes that differ, so what is open or focused stays so while an answer comes in. Sources
travel with their answer and are opened by the browser alone (`chat.js`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any, TypeVar, cast

import gradio as gr

from chatbot.loading import Ready
from chatbot.pipeline import Ask
from chatbot.question import LONGEST
from chatbot.service import STEPS, Service
from chatbot.web.chat_html import (
    answer_html,
    notice_html,
    parts_of,
    progress_html,
    refusal_html,
    start_html,
    turn_html,
)
from chatbot.web.strings import NAMES, everywhere, texts
from corpus.errors import Busy
from corpus.language import question_language
from corpus.records import Answer, Language, Turn

log = logging.getLogger(__name__)

PAUSE = 0.12
"""Seconds between two statements of an answer that comes in."""
KEPT = 50
"""Turns that stay on the page; older ones are dropped."""

T = TypeVar("T")


class Halt:
    """What the visitor did to the question under way: `asyncio` waits for it."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.forget = False

    def set(self, forget: bool = False) -> None:
        """End the question; `forget`: together with its conversation."""
        self.forget = self.forget or forget
        self.event.set()


@dataclass(frozen=True, slots=True)
class Session:
    """One visitor's conversation: its finished turns as HTML, and the question under way."""

    turns: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    number: int = 0
    pending: str = ""
    language: Language = "zh-Hant"
    halt: Halt = field(default_factory=Halt, compare=False)


Update = tuple[str, Session]


class Conversation:
    """The handlers of the page's events."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def take(self, question: str, session: Session) -> tuple[str, str, Session]:
        """Move a question from the box to the conversation: from now on it can be stopped."""
        return "", *self._begin(question, session)

    def example(self, session: Session, event: gr.EventData) -> Update:
        """Take the example that was clicked."""
        return self._begin(str(event.question), session)

    def _begin(self, question: str, session: Session) -> Update:
        question = question.strip()
        if not question:
            return thread_html(session), session
        language = question_language(question, session.language)
        number = session.number + 1
        session = replace(session, number=number, pending=question, language=language, halt=Halt())
        step = "preparing" if self._service.loading.ready is None else STEPS[0]
        return self._busy(session, progress_html(language, step)), session

    async def ask(self, session: Session) -> AsyncIterator[Update]:
        """Answer the question that was taken: statements one by one.

        Whoever stops or clears only sets the `halt`, and the last word is said here: what this
        stream has sent before may still be on its way and would undo another event's answer.
        """
        if not session.pending:
            yield thread_html(session), session
            return
        last: Update = thread_html(session), session
        async with contextlib.aclosing(self._answered(session)) as updates:
            async for update in until_set(updates, session.halt.event):
                last = update
                yield update
        if not session.halt.event.is_set():
            return
        if session.halt.forget:
            yield self.begin_anew()
        elif last[1].pending:
            yield self._done(last[1], notice_html(session.language, "stopped"))

    async def _answered(self, session: Session) -> AsyncGenerator[Update]:
        question, language = session.pending, session.language
        try:
            while (ready := self._service.loading.ready) is None:
                yield self._busy(session, progress_html(language, "preparing")), session
                await asyncio.sleep(0.5)
            answer: Answer | None = None
            async with contextlib.aclosing(
                self._service.events(Ask(question, session.history))
            ) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        answer = event
                    else:
                        yield self._busy(session, progress_html(language, event.name)), session
            if answer is None:
                raise RuntimeError("the pipeline ended without an answer")
        except Busy:
            yield self._done(session, notice_html(language, "crowded", "crowded_text"))
            return
        except Exception:
            log.exception("the question could not be answered")
            notice = notice_html(language, "failed", "failed_text")
            yield self._done(session, notice)
            return
        session = replace(session, language=answer.language)
        documents = documents_of(ready, answer)
        if answer.status == "refused":
            body = refusal_html(answer, documents, session.number)
        else:
            for shown in range(len(parts_of(answer)[1])):
                body = answer_html(answer, documents, session.number, shown)
                yield self._busy(session, body), session
                await asyncio.sleep(PAUSE)
            body = answer_html(answer, documents, session.number)
        said = (Turn("user", question[:LONGEST]), Turn("assistant", answer.text))
        yield self._done(replace(session, history=(*session.history, *said)[-2 * KEPT :]), body)

    async def stop(self, session: Session) -> None:
        """End the question under way."""
        session.halt.set()

    async def clear(self, session: Session) -> Update:
        """Begin anew, and end the question under way."""
        session.halt.set(forget=True)
        return self.begin_anew()

    def begin_anew(self) -> Update:
        """An empty conversation."""
        return start_html(), Session()

    def _busy(self, session: Session, body: str) -> str:
        return thread_html(session, self._turn(session, body, busy=True))

    def _done(self, session: Session, body: str) -> Update:
        turns = (*session.turns, self._turn(session, body, busy=False))[-KEPT:]
        session = replace(session, turns=turns, pending="")
        return thread_html(session), session

    def _turn(self, session: Session, body: str, busy: bool) -> str:
        return turn_html(session.number, shorten(session.pending), session.language, body, busy)


async def until_set(items: AsyncGenerator[T], end: asyncio.Event) -> AsyncIterator[T]:
    """Yield the items until the event is set, without waiting for the item under way."""
    ended = asyncio.ensure_future(end.wait())
    step: asyncio.Future[T] | None = None
    try:
        while not end.is_set():
            step = asyncio.ensure_future(anext(items))
            await asyncio.wait({step, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                return
            try:
                item = step.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        ended.cancel()
        if step is not None and not step.done():
            step.cancel()
            # The generator can be closed only once it has seen the cancellation.
            await asyncio.wait({step})


def shorten(question: str) -> str:
    """A question as the page shows it back: cut where it is longer than can be asked."""
    return question if len(question) <= LONGEST else question[:LONGEST] + "…"


def thread_html(session: Session, busy: str = "") -> str:
    """The conversation so far, with the turn under way; the start view where there is none."""
    turns = "".join(session.turns) + busy
    return f'<div class="turns">{turns}</div>' if turns else start_html()


def documents_of(ready: Ready, answer: Answer) -> dict[str, Any]:
    """The documents of the snapshot that answered; none where another has taken its place."""
    snapshot = ready.engine.resources().snapshot
    return dict(snapshot.documents) if snapshot.id == answer.snapshot else {}


def blocks(service: Service) -> gr.Blocks:
    """The page's components and what happens on their events."""
    talk = Conversation(service)
    spoken = texts("page")["zh-Hant"]
    with gr.Blocks(title="Ponte", analytics_enabled=False) as page:
        session = gr.State(Session())
        plain("ponte-header", header_html())
        with gr.Column(elem_id="ponte-main"):
            thread = plain(
                "ponte-thread", start_html(), "window.ponte.thread(element, trigger, watch)"
            )
            plain("ponte-source", panel_html(), "window.ponte.panel(element)")
            with gr.Column(elem_id="ponte-ask"):
                status = '<p id="ponte-status" role="status" hidden></p>'
                plain("ponte-state", status, "window.ponte.speak()")
                with gr.Row(elem_id="ponte-row"):
                    box = gr.Textbox(
                        placeholder=spoken["placeholder"],
                        label=spoken["question"],
                        show_label=False, container=False, lines=1, max_lines=6, scale=1,
                        max_length=4 * LONGEST, autofocus=True, elem_id="ponte-box",
                        html_attributes=gr.InputHTMLAttributes(
                            enterkeyhint="send", autocomplete="off"
                        ),
                    )  # fmt: skip
                    send = gr.Button(spoken["send"], elem_id="ponte-send", min_width=0)
                    stop = gr.Button(spoken["stop"], elem_id="ponte-stop", min_width=0)
                with gr.Row(elem_id="ponte-foot"):
                    plain("ponte-note", f"<p>{everywhere('note')}</p>")
                    clear = gr.Button(spoken["clear"], elem_id="ponte-clear", min_width=0)
        shown = [thread, session]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: dict[str, Any] = {**quiet, "concurrency_limit": None}
        # The box is emptied before the answer begins, so that the next question can be typed.
        taken = [
            event(talk.take, [box, session], [box, *shown], queue=False, **quiet)
            for event in (box.submit, send.click)
        ]
        taken.append(thread.select(talk.example, session, shown, queue=False, **quiet))
        for event in taken:
            event.success(talk.ask, session, shown, **asking)
        stop.click(talk.stop, session, None, queue=False, **quiet)
        clear.click(talk.clear, session, shown, queue=False, **quiet)
    return cast(gr.Blocks, page)


def plain(name: str, html: str, on_load: str | None = None) -> gr.HTML:
    """HTML of our own making, free of Gradio's typography."""
    return gr.HTML(html, elem_id=name, apply_default_css=False, js_on_load=on_load)


def header_html() -> str:
    """Name, one line on what it is, and the choice of the page's language."""
    choices = "".join(
        f'<button type="button" lang="{language}" data-language="{language}">'
        f'<span class="long">{name}</span><span class="brief">{brief}</span></button>'
        for language, (name, brief) in NAMES.items()
    )
    logo = files("chatbot.web").joinpath("static", "ponte.svg").read_text(encoding="utf-8")
    return (
        f'<a class="skip" href="#ponte-box">{everywhere("skip")}</a><header class="head">{logo}'
        f'<div class="name"><h1>Ponte</h1><p>{everywhere("tagline")}</p></div>'
        f'<nav class="languages">{choices}</nav></header>'
    )


def panel_html() -> str:
    """The source panel, empty and closed."""
    return (
        '<aside class="panel" hidden><div class="panel-head">'
        f'<h2>{everywhere("panel")}</h2><button type="button" class="close">'
        '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg>'
        '</button></div><div class="panel-body"></div></aside>'
    )
