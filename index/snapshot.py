"""Snapshots: an index is an immutable folder, written aside, renamed into place, pointed at.

`root/snapshots/<id>/` holds a snapshot, `root/CURRENT` the id of the published one.

Whatever moment a process is killed at, `root/CURRENT` names a complete snapshot: a snapshot's
folder gets its name only when all its files are on disk, and the pointer is replaced by one
atomic rename after that.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from corpus.errors import IndexUnavailable
from corpus.records import Document, Passage
from index.dense import FaissIndex
from index.files import sha256_of, sync_folder, sync_tree, write_atomically
from index.lexical import TantivyIndex
from index.serial import to_line
from index.stored import (
    DENSE,
    DOCUMENTS,
    FORMAT,
    LEXICAL,
    MANIFEST,
    MEND,
    PASSAGES,
    ROWS,
    VECTORS,
    Snapshot,
    load_snapshot,
    manifest_checksum,
)

__all__ = [
    "Snapshot",
    "builder_lock",
    "current_id",
    "load_snapshot",
    "open_current",
    "prune",
    "prune_locked",
    "publish",
    "snapshot_ids",
    "write_snapshot",
]

log = logging.getLogger(__name__)

CURRENT = "CURRENT"
SNAPSHOTS = "snapshots"
_TEMPORARY = ".writing-"


def write_snapshot(
    root: Path,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    rows: tuple[NDArray[np.int64], NDArray[np.uint8]],
    vectors: NDArray[np.float32],
    token_lists: Sequence[Sequence[str]],
    about: dict[str, Any],
) -> str:
    """Write a snapshot under `root/snapshots` and return its id; it is not yet published.

    Args:
        root: the index folder; the caller holds `builder_lock(root)`.
        documents: in the order to be kept; all that `passages` refer to.
        passages: in the order that gives them their numbers.
        rows: each row's passage number, shape (rows,), and key, shape (rows, 16).
        vectors: float32 of shape (rows, dim), unit length.
        token_lists: each row's tokens.
        about: goes into the manifest; must hold `content`, the hash of the content.
    """
    folder = root / SNAPSHOTS
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    stamp = now.strftime("%Y%m%dT%H%M%S") + f"{now.microsecond // 1000:03d}Z"
    name = f"{stamp}-{about['content'][:10]}"
    temporary = folder / f"{_TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
    temporary.mkdir()
    try:
        _write_lines(temporary / DOCUMENTS, documents)
        _write_lines(temporary / PASSAGES, passages)
        np.savez(temporary / ROWS, passage=rows[0], key=rows[1])
        np.save(temporary / VECTORS, vectors, allow_pickle=False)
        FaissIndex.build(vectors).save(temporary / DENSE)
        TantivyIndex.build(token_lists, temporary / LEXICAL)
        manifest = {
            "format": FORMAT,
            "id": name,
            "created": now.isoformat(timespec="milliseconds"),
            **about,
            "dim": int(vectors.shape[1]),
            "counts": {
                "documents": len(documents),
                "passages": len(passages),
                "rows": len(vectors),
            },
            "files": _checksums(temporary),
        }
        manifest["checksum"] = manifest_checksum(manifest)
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
        sync_tree(temporary)
        temporary.rename(folder / name)
        sync_folder(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return name


def publish(root: Path, snapshot_id: str) -> None:
    """Make a written snapshot the current one, by one atomic rename of the pointer.

    Raises:
        IndexUnavailable: there is no such snapshot.
    """
    if not (root / SNAPSHOTS / snapshot_id / MANIFEST).is_file():
        raise IndexUnavailable(f"there is no snapshot {snapshot_id} in {root}; {MEND}")
    write_atomically(root / CURRENT, f"{snapshot_id}\n".encode())


def current_id(root: Path) -> str | None:
    """Return the id of the published snapshot, None where there is none. Reads one small file."""
    try:
        return (root / CURRENT).read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None


def open_current(root: Path) -> Snapshot:
    """Load the published snapshot; where it is damaged, the latest good one before it.

    Raises:
        IndexUnavailable: no snapshot can be opened; the message gives the command that mends it.
    """
    tried: list[str] = []
    while (current := current_id(root)) is not None and current not in tried:
        # Tried again where another process has published, and pruned, in the meantime.
        tried.append(current)
        try:
            return load_snapshot(root / SNAPSHOTS / current)
        except IndexUnavailable as error:
            last = error
    for snapshot_id in reversed(snapshot_ids(root)):
        if snapshot_id in tried or (tried and snapshot_id > tried[-1]):
            continue
        try:
            snapshot = load_snapshot(root / SNAPSHOTS / snapshot_id)
        except IndexUnavailable as error:
            log.warning("%s", error)
            continue
        reason = last if tried else f"{root / CURRENT} is missing"
        log.warning("%s; answering from the earlier snapshot %s", reason, snapshot_id)
        return snapshot
    if tried:
        raise IndexUnavailable(f"no snapshot in {root} can be used: {last}") from last
    raise IndexUnavailable(f"there is no index in {root}; {MEND}")


def snapshot_ids(root: Path) -> list[str]:
    """Return the ids of all written snapshots, oldest first, published or not."""
    folder = root / SNAPSHOTS
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


@contextmanager
def builder_lock(root: Path) -> Iterator[None]:
    """Hold the right to write under `root`; a second builder waits. Freed when a process dies."""
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".builder.lock"):
        yield


def prune(root: Path, keep: int) -> list[str]:
    """Remove all but the current snapshot and the `keep` - 1 latest others; return their ids.

    Also removes what builders that were killed left behind. Waits for a running builder.
    """
    with builder_lock(root):
        return prune_locked(root, keep)


def prune_locked(root: Path, keep: int) -> list[str]:
    """Do what `prune` does; the caller holds `builder_lock(root)`."""
    for leftover in (root / SNAPSHOTS).glob(f"{_TEMPORARY}*"):
        shutil.rmtree(leftover)
    for leftover in root.glob(f".{CURRENT}.*.tmp"):
        leftover.unlink()
    current = current_id(root)
    others = [name for name in snapshot_ids(root) if name != current]
    removed = others[: max(0, len(others) - max(0, keep - 1))]
    for name in removed:
        # Renamed first: a reader must never list a half-removed snapshot.
        doomed = root / SNAPSHOTS / f"{_TEMPORARY}removed-{name}"
        (root / SNAPSHOTS / name).rename(doomed)
        shutil.rmtree(doomed)
    return removed


def _write_lines(file: Path, records: Sequence[Document] | Sequence[Passage]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(to_line(record) + "\n" for record in records)


def _checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """Return SHA-256 and size of every file; the lexical engine's empty locks do not count."""
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": sha256_of(path),
            "size": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
