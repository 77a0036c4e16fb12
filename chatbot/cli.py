"""The command line, `ponte`: arguments in, text or JSON out, errors into exit codes.

Each command imports what it needs when it runs, so that `ponte --help` and `ponte docs` need not
wait for torch and LangChain.
"""

from __future__ import annotations

import atexit
import gc
import io
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from chatbot.cli_docs import docs_app
from chatbot.console import print_json, progress, waiting
from chatbot.exits import REFUSED, Commands, start_logging
from chatbot.options import (
    PLAIN,
    Debug,
    Index,
    Json,
    Lang,
    build_if_missing,
    engine_for,
    examples,
    settings_for,
    show_version,
    tell_more,
)
from corpus.errors import InputError
from corpus.records import Mode

app = typer.Typer(
    cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    **PLAIN,
)  # fmt: skip
app.add_typer(docs_app, name="docs")


@app.callback(
    epilog=examples(
        'ponte ask "2022年澳門與歐盟的貿易總額是多少？"',
        'ponte search "CEPA" --json',
        "ponte serve",
    )
)
def ponte(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Answers from official documents, with the source of every statement."""
    start_logging()


@app.command(
    epilog=examples("ponte build", "ponte build --sources ~/documents --index ~/ponte-index --json")
)
def build(
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources",
            metavar="DIR",
            show_default=False,
            help="Folder of documents (default: the bundled collection).",
        ),
    ] = None,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Build the index of a folder of documents and publish it.

    Vectors of passages that have not changed are used again.
    """
    from chatbot.display import show_report
    from chatbot.shapes import report_shape

    settings = settings_for(index, sources=sources)
    with progress(f"Building the index in {settings.index}") as done:
        from chatbot.engine import build as build_index

        report = build_index(settings, done)
    print_json(report_shape(report)) if as_json else show_report(report)


@app.command(
    epilog=examples(
        'ponte ask "How many projects had been carried out by the end of 2022?"',
        'ponte ask "澳門與歐盟的貿易總額？" --lang pt --json',
        'ponte ask "那2021年呢？" --history chat.json',
        "ponte ask --batch questions.jsonl > answers.jsonl",
        'ponte ask "Who is the mayor of Lisbon?" --exit-code || echo refused',
    )
)
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", show_default=False)] = None,
    lang: Annotated[
        Lang, typer.Option(help="Language of the answer; auto: the question's.")
    ] = "auto",
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help='JSON list of {"role": "user"|"assistant", "content"}: what was said.',
        ),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="JSON Lines with id, question, optionally lang and history; - is "
            "standard input. Writes one JSON line for each.",
        ),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 where an answer is refused.")
    ] = False,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Answer a question from the documents, or say that they do not answer it."""
    from chatbot.inputs import Row, check_text, read_batch, read_history

    if (question is None) == (batch is None):
        raise InputError("give either a QUESTION or --batch FILE; see `ponte ask --help`")
    if batch is not None and history is not None:
        raise InputError("--history goes with one QUESTION; rows of a batch bring their own")
    turns = read_history(history) if history else ()
    rows = (
        read_batch(batch)
        if batch is not None
        else (Row("", check_text(question or "", "the question"), None, turns),)
    )
    settings = settings_for(index)
    with waiting("Loading …"):
        from chatbot.display import show_answer
        from chatbot.pipeline import Ask, build_pipeline
        from chatbot.question import as_language
        from chatbot.shapes import answer_shape

    pipeline = build_pipeline(engine_for(settings))
    refused = False
    for row in rows:
        answer = pipeline.invoke(Ask(row.question, row.history, row.language or as_language(lang)))
        refused |= answer.status == "refused"
        if batch is not None or as_json:
            print_json(answer_shape(answer, row.id if batch is not None else None))
        else:
            show_answer(answer)
    if refused and exit_code:
        raise typer.Exit(REFUSED)


@app.command(
    epilog=examples(
        'ponte search "橫琴 澳資企業"', 'ponte search "trade with the EU" -k 3 --mode dense --json'
    )
)
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    mode: Annotated[Mode, typer.Option(help="By meaning, by words, or both.")] = "hybrid",
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Find the passages nearest to a query."""
    from chatbot.inputs import check_text
    from chatbot.search import check_query

    check_query(check_text(query, "the query"), k)
    settings = settings_for(index)
    from chatbot.display import show_found
    from chatbot.search import search as find
    from chatbot.search import search_words

    if mode == "lexical":
        from chatbot.engine import lexicon_of, segmenter_of
        from index.snapshot import open_current

        build_if_missing(settings)
        lexicon = lexicon_of(settings)
        snapshot = open_current(settings.index)
        found = search_words(snapshot, lexicon, segmenter_of(settings, lexicon), query, k)
    else:
        found = find(engine_for(settings).resources(), query, k, mode)
    from chatbot.shapes import search_shape

    print_json(search_shape(found)) if as_json else show_found(found)


@app.command(epilog=examples("ponte serve", "ponte serve --host 0.0.0.0 --port 8080"))
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen at (default: 127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen at (default: 7860).")
    ] = None,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Serve the page and its API until interrupted."""
    settings = settings_for(index, host=host, port=port)
    from chatbot.web.server import serve as serve_page

    if as_json:
        print_json({"url": f"http://{settings.host}:{settings.port}", "index": str(settings.index)})
    tell_more(logging.DEBUG if debug else logging.INFO)
    # Being interrupted is how a server ends; the index, where it is missing, it builds itself.
    with suppress(KeyboardInterrupt):
        serve_page(settings)


@app.command(epilog=examples("ponte doctor", "ponte doctor --json --index ~/ponte-index"))
def doctor(index: Index = None, as_json: Json = False, debug: Debug = False) -> None:
    """Check the installation and the index; change nothing."""
    settings = settings_for(index)
    from chatbot.display import show_checks
    from chatbot.doctor import examine, exit_code
    from chatbot.shapes import checks_shape

    checks = examine(settings)
    print_json(checks_shape(checks)) if as_json else show_checks(checks)
    if code := exit_code(checks):
        raise typer.Exit(code)


def main() -> None:
    """Run the command line; the process ends with one of the contract's exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What UTF-8 cannot hold (bytes of odd file names) becomes a JSON escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # The end of the process frees everything; without this the collector first looks through it
    # all, which takes more than a second once a model is loaded.
    atexit.register(gc.freeze)
    app(prog_name="ponte")


if __name__ == "__main__":
    main()
