"""Which embedding model the settings mean: its name, its checksum, its folder.

`describe_model` is cheap for the bundled model, so that a rebuild that changes nothing, or a
look at a snapshot's fitness, loads no weights.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ModelError
from corpus.settings import Settings
from index.e5file import find_source
from index.files import sha256_of
from index.weights import MODEL_NAME, bundled_checksum, bundled_model

log = logging.getLogger(__name__)

ENCODING_VERSION = 1
"""Counts up with every change to what is embedded of a text (folding, prompts)."""

HUB_NAME = "intfloat/multilingual-e5-small"
"""Where the bundled model comes from on platforms that have no package with its weights."""

_UNUSED = ("onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "pytorch_model*.bin")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model's name for people and its checksum: vectors mix only where checksums agree."""

    name: str
    checksum: str


def describe_model(settings: Settings) -> ModelInfo:
    """Return name and checksum of the model that the settings name, without loading it.

    A local folder's files are read in full. A hub model that is not in the local hub cache is
    fetched first, the only case that uses the network.

    Raises:
        ModelError: the folder does not exist, or the hub model cannot be had.
    """
    if uses_bundled(settings):
        return ModelInfo(MODEL_NAME, _versioned(bundled_checksum()))
    folder = Path(settings.model)
    if folder.is_dir():
        lines = [
            f"{sha256_of(path)} {path.relative_to(folder).as_posix()}"
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
        ]
        return ModelInfo(folder.absolute().name, _versioned("\n".join(lines)))
    # The hub's folder of a revision bears the revision's hash as its name.
    return ModelInfo(_hub_name(settings), _versioned(f"hub {_hub_folder(settings).name}"))


def locate_model(settings: Settings) -> Path:
    """Return the model's folder, converting the bundled one on first use.

    Raises:
        ModelError: as `describe_model`, and where the bundled weights cannot be converted.
    """
    if uses_bundled(settings):
        return bundled_model(settings.cache)
    folder = Path(settings.model)
    return folder if folder.is_dir() else _hub_folder(settings)


def uses_bundled(settings: Settings) -> bool:
    """Tell whether the model's weights come from the installed package: no network, ever."""
    return settings.model == "bundled" and find_source() is not None


def _versioned(key: str) -> str:
    return hashlib.sha256(f"{key}\nencoding {ENCODING_VERSION}".encode()).hexdigest()


def _hub_name(settings: Settings) -> str:
    return HUB_NAME if settings.model == "bundled" else settings.model


def _hub_folder(settings: Settings) -> Path:
    """Return the hub's local folder of a model: the cached one, else freshly fetched."""
    name = _hub_name(settings)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise ModelError(
            f"the model {name!r} is neither a folder that exists nor a hub name (owner/name); "
            "set PONTE_MODEL to one of these, or to bundled"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True, ignore_patterns=[*_UNUSED]))
    except LocalEntryNotFoundError:
        log.info("the model %s is not in the local hub cache; fetching it", name)
    try:
        return Path(snapshot_download(name, ignore_patterns=[*_UNUSED]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise ModelError(
            f"the model {name} cannot be fetched from the hub ({error}); connect to the network "
            "once, or set PONTE_MODEL to a folder that holds a Sentence-Transformers model"
        ) from error
