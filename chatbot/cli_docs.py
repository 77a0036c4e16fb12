"""`ponte docs`: what is in the index, and the texts that quotes are cut from."""

from __future__ import annotations

from typing import Annotated

import typer

from chatbot.console import print_json, write
from chatbot.options import PLAIN, Debug, Index, Json, examples, settings_for
from corpus.errors import InputError

docs_app = typer.Typer(invoke_without_command=True, **PLAIN)


@docs_app.callback(
    epilog=examples("ponte docs", "ponte docs --json", "ponte docs show regional-cooperation")
)
def docs(
    ctx: typer.Context, index: Index = None, as_json: Json = False, debug: Debug = False
) -> None:
    """List the documents of the index, or show one."""
    ctx.obj = (index, as_json)
    if ctx.invoked_subcommand is not None:
        return
    from chatbot.display import show_documents
    from chatbot.shapes import documents_shape
    from index.snapshot import open_current

    shape = documents_shape(open_current(settings_for(index).index))
    print_json(shape) if as_json else show_documents(shape["documents"])


@docs_app.command(
    epilog=examples(
        "ponte docs show regional-cooperation", "ponte docs show belt-and-road-2023 --json"
    )
)
def show(
    ctx: typer.Context,
    doc_id: Annotated[str, typer.Argument(metavar="DOC_ID", show_default=False)],
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the text of a document: the one that quotes are cut from."""
    from chatbot.shapes import document_shape
    from index.snapshot import open_current

    snapshot = open_current(settings_for(index or ctx.obj[0]).index)
    if (document := snapshot.documents.get(doc_id)) is None:
        known = ", ".join(snapshot.documents)
        raise InputError(f"there is no document {doc_id!r} in the index; there are: {known}")
    if as_json or ctx.obj[1]:
        print_json(document_shape(document, snapshot.id))
    else:
        write(document.text)
