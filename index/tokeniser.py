"""The model's tokenizer: unigram pieces behind a normaliser equal to the packed file's map.

Measured over all of Unicode: the map is NFKC but for 47 characters. 30 controls vanish, 15
kinds of white and invisible characters become a space, and two stay as they are (the
full-width tilde is a piece of its own). The differences are found when the model is converted,
not listed here. NFKC also composes a letter and its accent, as the model's original tokenizer
does and single-character maps cannot; folded texts are composed already.
"""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from index.e5file import PackedModel

_SHELTER = 0xF0000  # private-use characters, in no vocabulary


def write_tokeniser(model: PackedModel, folder: Path) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json` into `folder`."""
    names = {
        "bos_token": model.pieces[model.bos][0],
        "cls_token": model.pieces[model.bos][0],
        "eos_token": model.pieces[model.eos][0],
        "sep_token": model.pieces[model.eos][0],
        "pad_token": model.pieces[model.pad][0],
        "unk_token": model.pieces[model.unk][0],
        "mask_token": "<mask>",
    }
    tokenizer = build_tokenizer(model)
    tokenizer.add_special_tokens(
        sorted(set(names.values()), key=lambda name: tokenizer.token_to_id(name) or 0)
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": model.positions,
        "clean_up_tokenization_spaces": False,
        **names,
    }
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(settings, indent=2), encoding="utf-8")


def build_tokenizer(model: PackedModel) -> Tokenizer:
    """Return the tokenizer of a packed model: normalise, mark spaces, cut, add <s> and </s>."""
    tokenizer = Tokenizer(models.Unigram(model.pieces, model.unk, False))
    tokenizer.normalizer = _normaliser(model.normalisation)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    bos, eos = model.pieces[model.bos][0], model.pieces[model.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, model.bos), (eos, model.eos)],
    )
    return tokenizer


def _normaliser(mapping: dict[str, str]) -> normalizers.Normalizer:
    """Return NFKC, with what sets `mapping` apart from it before and after."""
    nfkc = normalizers.NFKC()
    removed, spaces, kept = [], [], []
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        char = chr(code)
        target = mapping.get(char, char)
        if nfkc.normalize_str(char) == target:
            continue
        if target == "":
            removed.append(char)
        elif target == " ":
            spaces.append(char)
        else:
            kept.append((char, target))
    steps: list[normalizers.Normalizer] = []
    if removed:
        steps.append(normalizers.Replace(Regex(_any_of(removed)), ""))
    if spaces:
        steps.append(normalizers.Replace(Regex(_any_of(spaces)), " "))
    shelters = [chr(_SHELTER + i) for i in range(len(kept))]
    for (char, _), shelter in zip(kept, shelters, strict=True):
        steps.append(normalizers.Replace(char, shelter))
    steps.append(nfkc)
    for (_, target), shelter in zip(kept, shelters, strict=True):
        steps.append(normalizers.Replace(shelter, target))
    steps.append(normalizers.Replace(Regex(" {2,}"), " "))
    return normalizers.Sequence(steps)


def _any_of(chars: list[str]) -> str:
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in chars) + "]"
