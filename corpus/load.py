"""Loading: a folder of files becomes documents with their metadata and renditions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.blocks import read_blocks
from corpus.clean import Cleaned, clean
from corpus.errors import DocumentError
from corpus.language import document_language
from corpus.plain import text_revision
from corpus.records import LANGUAGES, Block, Document, Language

SUFFIXES = (".md", ".markdown", ".txt")
LARGEST = 20_000_000
"""Bytes from which a text file is refused."""
_RENDITION = re.compile(r"^(?P<stem>.+?)\.(?P<lang>zh-Hant|zh-Hans|en|pt)$")
_KEYS = {"title", "language", "kind", "period", "as_of", "url"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of a folder, and the files that could not be read."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def load_folder(folder: Path) -> Collection:
    """Read every document of a folder and of its subfolders, in the order of their paths.

    `name.LANG.md` is a rendition of `name` in LANG where `name.toml` says that `name` is in
    another language; otherwise it is the document `name` itself.

    Raises:
        DocumentError: `folder` is not a folder.
    """
    if not folder.is_dir():
        raise DocumentError(f"{folder} is not a folder; give the folder that holds the documents")
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p, folder))
    groups: dict[str, list[Path]] = {}
    skipped: list[Skipped] = []
    for path in files:
        if path.suffix.lower() in SUFFIXES:
            groups.setdefault(doc_id_of(path, folder), []).append(path)
        elif path.suffix.lower() != ".toml":
            known = ", ".join(SUFFIXES)
            skipped.append(Skipped(str(path), f"{path.suffix or 'no'} file; read are {known}"))
    documents: list[Document] = []
    for doc_id, paths in groups.items():
        try:
            document, left_out = load_document(doc_id, paths)
        except DocumentError as error:
            skipped.extend(Skipped(str(path), str(error)) for path in paths)
        else:
            documents.append(document)
            skipped.extend(left_out)
    return Collection(tuple(documents), tuple(skipped))


def doc_id_of(path: Path, folder: Path) -> str:
    """The id of the document that a file belongs to: its path without language and suffix."""
    stem = path.relative_to(folder).with_suffix("").as_posix()
    match = _RENDITION.match(stem)
    return match["stem"] if match else stem


def load_document(doc_id: str, paths: Iterable[Path]) -> tuple[Document, tuple[Skipped, ...]]:
    """Read one document from its file and the files of its renditions.

    A rendition that does not fit its original block by block is left out, the document stays.

    Raises:
        DocumentError: the original or its metadata cannot be read, or it is empty.
    """
    paths = sorted(paths)
    by_language: dict[str, Path] = {}
    for path in paths:
        if m := _RENDITION.match(path.stem):
            by_language.setdefault(m["lang"], path)
    meta = _metadata(paths[0])
    language = meta.get("language")
    plain = [p for p in paths if not _RENDITION.match(p.stem)]
    first = next((by_language[lang] for lang in LANGUAGES if lang in by_language), paths[0])
    original = by_language.get(language or "") or (plain[0] if plain else first)
    if language and not plain and language not in by_language:
        raise DocumentError(f"{doc_id}: its language is {language}, but no file is in {language}")
    cleaned = clean(read_text(original))
    if not cleaned.text.strip():
        raise DocumentError(f"{original.name} holds no text")
    named = next((lang for lang, p in by_language.items() if p == original), None)
    blocks = read_blocks(cleaned.text)
    renditions: dict[Language, tuple[str, ...]] = {}
    left_out = [
        Skipped(str(path), f"{doc_id} has another file of that name already; rename one of them")
        for path in paths
        if path != original and path not in by_language.values()
    ]
    for lang, path in sorted(by_language.items()):
        if path == original:
            continue
        try:
            renditions[_language(lang)] = _rendition(path, cleaned.text, blocks)
        except DocumentError as error:
            left_out.append(Skipped(str(path), str(error)))
    title = meta.get("title") or _title(cleaned, blocks) or doc_id.rsplit("/", 1)[-1]
    document = Document(
        doc_id=doc_id,
        title=title,
        language=_language(language or named or document_language(cleaned.text)),
        text=cleaned.text,
        revision=text_revision(cleaned.text),
        blocks=blocks,
        source=original.name,
        kind=meta.get("kind", ""),
        period=str(meta.get("period", "")),
        as_of=meta.get("as_of"),
        url=meta.get("url"),
        lines=cleaned.lines,
        renditions=renditions,
    )
    return document, tuple(left_out)


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, UTF-16 or GB 18030.

    Raises:
        DocumentError: it is too large, cannot be opened, or is in none of these encodings.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DocumentError(f"{path.name} is larger than {LARGEST // 1_000_000} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path.name} cannot be read: {error.strerror}") from error
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and not (encoding == "gb18030" and _garbled(text)):
            return text
    raise DocumentError(f"{path.name} is not text in UTF-8, UTF-16 or GB 18030")


def _garbled(text: str) -> bool:
    """Whether the ideographs of a text stand for the accents of an alphabet (Rela琪es)."""
    return 2 * len(re.findall(r"[a-z][^\x00-\x7f]", text)) > len(re.findall(r"[^\x00-\x7f]", text))


def _rendition(path: Path, text: str, blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The texts of a rendition, one for each block of its original.

    Raises:
        DocumentError: it has another number of blocks, or a block of another kind.
    """
    cleaned = clean(read_text(path))
    own = read_blocks(cleaned.text)
    for n, (mine, its) in enumerate(zip(own, blocks, strict=False), 1):
        if (mine.kind in ("heading", "item")) != (its.kind in ("heading", "item")) or (
            mine.level != its.level
        ):
            raise DocumentError(
                f"{path.name}: block {n} is a {mine.kind} ({_words(cleaned.text, mine)!r}), in the "
                f"original a {its.kind} ({_words(text, its)!r}); align them block by block"
            )
    if len(own) != len(blocks):
        raise DocumentError(
            f"{path.name} has {len(own)} blocks, its original {len(blocks)}; "
            "align them block by block"
        )
    return tuple(cleaned.text[b.start : b.end] for b in own)


def _words(text: str, block: Block) -> str:
    return text[block.start : block.end][:30]


def _title(cleaned: Cleaned, blocks: tuple[Block, ...]) -> str:
    first = next((b for b in blocks if b.kind == "heading"), None)
    return cleaned.text[first.start : first.end] if first else ""


def _metadata(path: Path) -> dict[str, Any]:
    """The TOML beside a document: `name.toml` for `name.md` and `name.LANG.md`."""
    match = _RENDITION.match(path.stem)
    file = path.with_name(f"{match['stem'] if match else path.stem}.toml")
    if not file.is_file():
        return {}
    try:
        meta = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DocumentError(f"{file.name} is not valid TOML: {error}") from error
    if unknown := set(meta) - _KEYS:
        raise DocumentError(
            f"{file.name}: unknown key {sorted(unknown)[0]!r}; known: {', '.join(sorted(_KEYS))}"
        )
    for key in ("title", "language", "kind", "url"):
        if key in meta and not isinstance(meta[key], str):
            raise DocumentError(f"{file.name}: {key} must be text, not {meta[key]!r}")
    if type(meta.get("period", "")) not in (str, int, date):
        raise DocumentError(f"{file.name}: period is {meta['period']!r}; write text or a year")
    if "as_of" in meta and type(meta["as_of"]) is not date:
        value = meta["as_of"]
        raise DocumentError(f"{file.name}: as_of is {value!r}; write a date such as 2022-12-31")
    if (language := meta.get("language")) is not None and language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise DocumentError(f"{file.name}: language {language!r} is none of {known}")
    return meta


def _language(name: str) -> Language:
    return next(lang for lang in LANGUAGES if lang == name)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
