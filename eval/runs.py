"""Run folders: what was measured, with what, one row for each question, and the summary.

A run is appended to row by row, so that what an interruption leaves can be gone on with: the same
command finds the unfinished run with its own fingerprint and asks only what is missing. A lock
keeps two processes out of one folder; the second makes its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from chatbot.version import program_version
from corpus.errors import InputError
from corpus.settings import Settings
from eval.bench.figures import machine
from index.files import write_atomically

Kind = Literal["answers", "reading", "retrieval", "robustness"]
Row = dict[str, Any]

CONFIG, ROWS, SUMMARY, LOCK = "config.json", "rows.jsonl", "summary.json", ".lock"
DEFAULT_ROOT = Path("runs")
_LIBRARIES = (
    "torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy", "jieba", "opencc",
    "numpy", "scipy", "ir-measures", "langchain-core",
)  # fmt: skip
_NOT_MEASURED = ("index", "cache", "sources", "host", "port", "threads", "keep_snapshots")
"""Settings that say where things are or how fast they go, not what comes out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured: all that decides the rows.

    `dataset` is the name of the set, `file` where it was read from, `checksum` that of its
    content; `options` are the command's own, `snapshot` the id of the index that is asked.
    """

    kind: Kind
    dataset: str
    file: Path
    checksum: str
    settings: Settings
    snapshot: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def decisive(self) -> dict[str, Any]:
        """The settings that bear on the outcome, as text and numbers."""
        values = asdict(self.settings)
        return {k: _plain(v) for k, v in values.items() if k not in _NOT_MEASURED}

    @property
    def fingerprint(self) -> str:
        """Equal for two plans exactly where they would give the same rows."""
        parts = [
            self.kind, self.checksum, self.snapshot, dict(self.options), self.decisive,
            source_hash(),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


class Run:
    """A run that is being made: `rows` holds what is there already, by id.

    Use it as a context manager; leaving it gives up the lock, not the rows.
    """

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self.rows: dict[str, Row] = {row["id"]: row for row in _mended(path / ROWS)}
        self.resumed = len(self.rows)
        self._lock = lock
        self._file = (path / ROWS).open("a", encoding="utf-8")

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self._lock.release()

    def add(self, row: Row) -> None:
        """Append a row; it is on disk when this returns, whatever happens to the process."""
        self._file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()
        self.rows[row["id"]] = row

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write the summary: from then on the run is complete."""
        write_json(self.path / SUMMARY, {**summary, "run_dir": str(self.path)})


@dataclass(frozen=True, slots=True)
class Finished:
    """A complete run as read from its folder."""

    path: Path
    config: dict[str, Any]
    rows: tuple[Row, ...]
    summary: dict[str, Any]


def open_run(plan: Plan, root: Path = DEFAULT_ROOT, fresh: bool = False) -> Run:
    """Go on with the unfinished run of this plan under `root`, or begin one.

    Raises:
        InputError: `root` cannot be written to.
    """
    fingerprint = plan.fingerprint
    try:
        root.mkdir(parents=True, exist_ok=True)
        for path in sorted(root.iterdir(), reverse=True) if not fresh else ():
            if not (path / CONFIG).is_file() or (path / SUMMARY).exists():
                continue
            if _json(path / CONFIG).get("fingerprint") == fingerprint and (lock := _locked(path)):
                if (path / SUMMARY).exists():  # finished between the two looks
                    lock.release()
                    continue
                return Run(path, lock)
        return _begin(plan, root, fingerprint)
    except OSError as error:
        raise InputError(
            f"the run cannot be written under {root}: {error.strerror}; name another folder "
            "with --runs"
        ) from error


def read_run(path: Path) -> Finished:
    """Read a complete run.

    Raises:
        InputError: there is none in `path`, it is unfinished, or a file of it is damaged.
    """
    if not (path / CONFIG).is_file():
        raise InputError(f"{path} is no run: it holds no {CONFIG}; give the folder of a run")
    if not (path / SUMMARY).is_file():
        raise InputError(f"the run {path} is not finished; give its command again to go on with it")
    return Finished(path, _json(path / CONFIG), tuple(_rows(path / ROWS)), _json(path / SUMMARY))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, whole or not at all."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, default=str)
    write_atomically(path, (text + "\n").encode())


def file_checksum(*paths: Path) -> str:
    """A hash of the content of some files, in their order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def source_hash() -> str:
    """A hash of the program itself: code and data that ship with it, sets of questions apart."""
    top = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for package in ("corpus", "index", "chatbot", "eval"):
        for path in sorted((top / package).rglob("*")):
            if path.suffix in (".py", ".toml", ".json", ".safetensors") and path.is_file():
                digest.update(f"{path.relative_to(top)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _begin(plan: Plan, root: Path, fingerprint: str) -> Run:
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d-%H%M%S}-{plan.kind}-{_slug(plan.dataset)}-{secrets.token_hex(2)}"
    path = root / name
    path.mkdir()
    lock = _locked(path)
    if lock is None:
        raise AssertionError(f"the new folder {path} is locked")
    config = {
        "kind": plan.kind,
        "dataset": plan.dataset,
        "dataset_file": str(plan.file),
        "dataset_sha256": plan.checksum,
        "options": dict(plan.options),
        "settings": {k: _plain(v) for k, v in asdict(plan.settings).items()},
        "snapshot": plan.snapshot,
        "program": program_version(),
        "source": source_hash(),
        "versions": {name: v for name in _LIBRARIES if (v := _version(name))},
        "machine": machine(),
        "started": now.isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "fingerprint": fingerprint,
    }
    write_json(path / CONFIG, config)
    return Run(path, lock)


def _locked(path: Path) -> FileLock | None:
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def _mended(path: Path) -> Sequence[Row]:
    """The whole rows of a file; what an interruption left of another is cut off."""
    if not path.exists():
        return ()
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
            os.fsync(file.fileno())
    return _rows(path)


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines, 1):
            if line:
                row = json.loads(line)
                if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                    raise InputError(f"{path}, line {number} is no row of a run; run it again")
                rows.append(row)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}; run it again") from error
    return rows


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}; run it again") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} is damaged: it holds no JSON object; run it again")
    return value


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name)[:60] or "set"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
