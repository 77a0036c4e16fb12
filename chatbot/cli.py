"""The command line, `ponte`: arguments in, text or JSON out, errors into exit codes.

Each command imports what it needs when it runs, so that `ponte --help` and `ponte docs` need not
wait for torch and LangChain.
"""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chatbot.console import print_json, progress, waiting
from chatbot.exits import REFUSED, Commands, start_logging
from corpus.errors import InputError

if TYPE_CHECKING:
    from chatbot.engine import Engine
    from corpus.settings import Settings


def _note(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:  # noqa: ANN401
    """Keep --index and --debug where every command of one call, and its errors, see them."""
    if value:
        ctx.meta[str(param.name)] = value
        if param.name == "debug":
            for package in ("corpus", "index", "chatbot"):
                logging.getLogger(package).setLevel(logging.DEBUG)
    return value


def _version(value: bool) -> None:
    if value:
        from chatbot.version import program_version

        typer.echo(f"ponte {program_version()}")
        raise typer.Exit


Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", callback=_note, show_default=False,
                 help="Folder of the index (default: PONTE_INDEX, else your data folder)."),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_note, help="Show log messages and, on errors, tracebacks."),
]
Lang = Literal["auto", "zh-Hant", "zh-Hans", "en", "pt"]
Mode = Literal["hybrid", "dense", "lexical"]

_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "context_settings": {
    "help_option_names": ["-h", "--help"]}}  # fmt: skip
app = typer.Typer(
    cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    **_PLAIN,
)  # fmt: skip
docs_app = typer.Typer(invoke_without_command=True, **_PLAIN)
app.add_typer(docs_app, name="docs")


@app.callback()
def ponte(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Answers from official documents, with the source of every statement.

    \b
    Examples:
      ponte ask "2022年澳門與歐盟的貿易總額是多少？"
      ponte search "CEPA" --json
      ponte serve
    """
    start_logging()


@app.command()
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

    \b
    Examples:
      ponte build
      ponte build --sources ~/documents --index ~/ponte-index --json
    """  # fmt: skip
    from chatbot.display import show_report
    from chatbot.shapes import report_shape

    settings = _settings(index, sources=sources)
    with progress(f"Building the index in {settings.index}") as done:
        from chatbot.engine import build as build_index

        report = build_index(settings, done)
    print_json(report_shape(report)) if as_json else show_report(report)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(show_default=False)] = None,
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
    """Answer a question from the documents, or say that they do not answer it.

    \b
    Examples:
      ponte ask "How many projects had been carried out by the end of 2022?"
      ponte ask "澳門與歐盟的貿易總額？" --lang pt --json
      ponte ask "那2021年呢？" --history chat.json
      ponte ask --batch questions.jsonl > answers.jsonl
      ponte ask "Who is the mayor of Lisbon?" --exit-code || echo refused
    """  # fmt: skip
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
    settings = _settings(index)
    with waiting("Loading …"):
        from chatbot.display import show_answer
        from chatbot.pipeline import Ask, build_pipeline
        from chatbot.question import as_language
        from chatbot.shapes import answer_shape

    pipeline = build_pipeline(_engine(settings))
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


@app.command()
def search(
    query: Annotated[str, typer.Argument(show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    mode: Annotated[Mode, typer.Option(help="By meaning, by words, or both.")] = "hybrid",
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Find the passages nearest to a query.

    \b
    Examples:
      ponte search "橫琴 澳資企業"
      ponte search "trade with the EU" -k 3 --mode dense --json
    """
    from chatbot.inputs import check_text
    from chatbot.search import check_query

    check_query(check_text(query, "the query"), k)
    settings = _settings(index)
    from chatbot.display import show_found
    from chatbot.search import search as find
    from chatbot.search import search_words

    if mode == "lexical":
        from chatbot.engine import lexicon_of, segmenter_of
        from index.snapshot import open_current

        _ensure_index(settings)
        lexicon = lexicon_of(settings)
        snapshot = open_current(settings.index)
        found = search_words(snapshot, lexicon, segmenter_of(settings, lexicon), query, k)
    else:
        found = find(_engine(settings).resources(), query, k, mode)
    from chatbot.shapes import search_shape

    print_json(search_shape(found)) if as_json else show_found(found)


@docs_app.callback()
def docs(
    ctx: typer.Context, index: Index = None, as_json: Json = False, debug: Debug = False
) -> None:
    """List the documents of the index, or show one.

    \b
    Examples:
      ponte docs
      ponte docs --json
      ponte docs show regional-cooperation
    """
    ctx.obj = (index, as_json)
    if ctx.invoked_subcommand is not None:
        return
    from chatbot.display import show_documents
    from chatbot.shapes import documents_shape
    from index.snapshot import open_current

    shape = documents_shape(open_current(_settings(index).index))
    print_json(shape) if as_json else show_documents(shape["documents"])


@docs_app.command()
def show(
    ctx: typer.Context,
    doc_id: Annotated[str, typer.Argument(show_default=False)],
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the text of a document: the one that quotes are cut from.

    \b
    Examples:
      ponte docs show regional-cooperation
      ponte docs show belt-and-road-2023 --json
    """
    from chatbot.console import screen, write
    from chatbot.shapes import document_shape
    from index.snapshot import open_current

    snapshot = open_current(_settings(index or ctx.obj[0]).index)
    if (document := snapshot.documents.get(doc_id)) is None:
        known = ", ".join(snapshot.documents)
        raise InputError(f"there is no document {doc_id!r} in the index; there are: {known}")
    if as_json or ctx.obj[1]:
        print_json(document_shape(document, snapshot.id))
    else:
        write(screen(), document.text)


@app.command()
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
    """Serve the page and its API until interrupted.

    \b
    Examples:
      ponte serve
      ponte serve --host 0.0.0.0 --port 8080
    """
    settings = _settings(index, host=host, port=port)
    _ensure_index(settings)
    if as_json:
        print_json({"url": f"http://{settings.host}:{settings.port}", "index": str(settings.index)})
    from chatbot.page import serve as serve_page

    serve_page(settings)


@app.command()
def doctor(index: Index = None, as_json: Json = False, debug: Debug = False) -> None:
    """Check the installation and the index; change nothing.

    \b
    Examples:
      ponte doctor
      ponte doctor --json --index ~/ponte-index
    """
    settings = _settings(index)
    from chatbot.display import show_checks
    from chatbot.doctor import examine, exit_code
    from chatbot.shapes import checks_shape

    checks = examine(settings)
    print_json(checks_shape(checks)) if as_json else show_checks(checks)
    if code := exit_code(checks):
        raise typer.Exit(code)


def _settings(index: Path | None, **changes: object) -> Settings:
    from corpus.settings import load_settings

    return load_settings().with_(index=index, **changes)


def _ensure_index(settings: Settings) -> None:
    """Build the index where there is none, showing how far it is."""
    from index.snapshot import current_id

    if current_id(settings.index) is None:
        from chatbot.engine import ensure_index

        title = f"There is no index in {settings.index} yet; building it"
        with progress(title) as done:
            ensure_index(settings, done)


def _engine(settings: Settings) -> Engine:
    from chatbot.engine import Engine

    _ensure_index(settings)
    with waiting("Loading the model …"):
        return Engine(settings)


def main() -> None:
    """Run the command line; the process ends with one of the contract's exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What UTF-8 cannot hold (bytes of odd file names) becomes a JSON escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="ponte")


if __name__ == "__main__":
    main()
