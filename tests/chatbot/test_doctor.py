"""The doctor finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from chatbot.doctor import examine, exit_code
from eval.cli import app
from index.weights import model_folder

NAMES = [
    "python", "packages", "model", "converted model", "reader", "precision", "glossary", "sources",
    "index folder", "cache folder", "offline", "index",
]  # fmt: skip


def wrong(settings):
    """The names of what is found to be wrong, with the details, and the exit code."""
    checks = examine(settings)
    assert [check.name for check in checks] == NAMES
    return {check.name: check.detail for check in checks if not check.ok}, exit_code(checks)


def test_all_is_well(settings, monkeypatch):
    monkeypatch.setenv("PONTE_INDEX", str(settings.index))
    monkeypatch.setenv("PONTE_CACHE", str(settings.cache))
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 0, result.stdout
    shape = json.loads(result.stdout)
    assert shape["ok"] is True
    assert [check["name"] for check in shape["checks"]] == NAMES
    details = {check["name"]: check["detail"] for check in shape["checks"]}
    assert "torch 2." in details["packages"] and "tantivy" in details["packages"]
    assert "checksums good" in details["index"] and "checksums good" in details["converted model"]
    assert "names" in details["glossary"]


def test_missing_index_is_told_and_nothing_is_made(settings, tmp_path):
    own = settings.with_(index=tmp_path / "index", cache=tmp_path / "cache")
    found, code = wrong(own)
    assert list(found) == ["index"] and "ponte build" in found["index"]
    assert code == 4
    assert list(tmp_path.iterdir()) == []


def test_exit_code_on_the_command_line(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("PONTE_CACHE", str(settings.cache))
    result = CliRunner().invoke(app, ["doctor", "--index", str(tmp_path)])
    assert result.exit_code == 4
    assert f"WRONG index: there is no index in {tmp_path}" in result.stdout


def test_damaged_index_names_the_file(settings, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    (file,) = index.glob("snapshots/*/dense.faiss")
    file.write_bytes(file.read_bytes()[:-1] + b"\0\0")
    found, code = wrong(settings.with_(index=index))
    assert "dense.faiss" in found["index"] and code == 4


def test_index_of_another_glossary(settings, tmp_path):
    glossary = tmp_path / "glossary.toml"
    glossary.write_text(
        settings.glossary.read_text(encoding="utf-8")
        + '\n[[entry]]\nkind = "institution"\nzh-Hant = "測試機構名"\nzh-Hans = "测试机构名"\n'
        'en = "Test Body"\npt = "Entidade de Teste"\n',
        encoding="utf-8",
    )
    found, code = wrong(settings.with_(glossary=glossary))
    assert list(found) == ["index"] and "another glossary" in found["index"] and code == 4


def test_damaged_model(settings, tmp_path):
    folder = model_folder(tmp_path)
    folder.parent.mkdir(parents=True)
    for file in sorted(model_folder(settings.cache).rglob("*")):
        copy = folder / file.relative_to(model_folder(settings.cache))
        if file.is_dir():
            copy.mkdir(parents=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file)
    assert wrong(settings.with_(cache=tmp_path)) == ({}, 0)
    (folder / "config.json").unlink()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    found, code = wrong(settings.with_(cache=tmp_path))
    assert list(found) == ["converted model"] and "config.json" in found["converted model"]
    assert code == 1


@pytest.mark.parametrize(
    ("field", "name", "content"),
    [("glossary", "glossary", "= nonsense"), ("thesaurus", "glossary", "concept = 3")],
)
def test_broken_glossary(settings, tmp_path, field, name, content):
    file = tmp_path / "broken.toml"
    file.write_text(content, encoding="utf-8")
    found, code = wrong(settings.with_(**{field: file}))
    assert str(file) in found[name] and code == 1


def test_sources(settings, tmp_path):
    found, code = wrong(settings.with_(sources=tmp_path / "none"))
    assert "none is not a folder" in found["sources"] and code == 1
    assert "0 documents" in wrong(settings.with_(sources=tmp_path))[0]["sources"]


def test_folders_that_cannot_be_made(settings, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    found, code = wrong(settings.with_(index=tmp_path / "file" / "index"))
    assert found.keys() == {"index folder", "index"} and code == 1


def test_model_that_is_no_model(settings, tmp_path):
    assert "modules.json" in wrong(settings.with_(model=str(tmp_path)))[0]["model"]
    found, code = wrong(settings.with_(model="nonsense"))
    assert "neither a folder nor a hub name" in found["model"] and code == 1


def test_platform_without_bundled_weights(settings, monkeypatch, tmp_path):
    for module in ("chatbot.doctor", "index.models"):
        monkeypatch.setattr(f"{module}.find_source", lambda: None)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    checks = {check.name: check for check in examine(settings)}
    assert checks["model"].ok
    assert "intfloat/multilingual-e5-small comes by its hub name on first use" in (
        checks["model"].detail
    )
    assert checks["converted model"].detail.startswith("not needed")
