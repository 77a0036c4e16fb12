"""Settings: defaults, file, environment, and what is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from corpus.errors import InputError, SettingsError
from corpus.settings import Settings, load_settings


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A working folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults(empty):
    settings = load_settings(environ={})
    assert settings == Settings()
    assert (settings.port, settings.host, settings.model) == (7860, "127.0.0.1", "bundled")
    assert settings.glossary.is_file()
    assert settings.thesaurus.is_file()
    assert settings.sources.is_dir()
    assert settings.index.name == "index"
    with pytest.raises(FrozenInstanceError):
        settings.port = 1


def test_the_file_wins_over_defaults_and_the_environment_over_the_file(empty):
    (empty / "ponte.toml").write_text('port = 8000\nhost = "0.0.0.0"\nindex = "~/x"\n')
    settings = load_settings(environ={"PONTE_PORT": "9000", "PONTE_CANDIDATES": "5", "PORT": "1"})
    assert (settings.port, settings.host, settings.candidates) == (9000, "0.0.0.0", 5)
    assert settings.index == Path.home() / "x"
    assert load_settings(environ={}).port == 8000


def test_an_empty_variable_is_none(empty):
    assert load_settings(environ={"PONTE_PORT": "", "PONTE_HOST": ""}) == Settings()


def test_the_file_can_be_named(empty):
    one, two = empty / "one.toml", empty / "two.toml"
    one.write_text("threads = 1\n")
    two.write_text("threads = 2\n")
    assert load_settings(environ={"PONTE_CONFIG": str(one)}).threads == 1
    assert load_settings(two, {"PONTE_CONFIG": str(one)}).threads == 2


def test_every_setting_can_come_from_the_environment(empty):
    raw = {str: "float32", int: "7", Path: "/a/b"}
    for field in fields(Settings):
        kind = type(getattr(Settings(), field.name))
        kind = Path if issubclass(kind, Path) else kind
        settings = load_settings(environ={f"PONTE_{field.name.upper()}": raw[kind]})
        assert getattr(settings, field.name) == kind(raw[kind])


def test_the_process_environment_is_the_default(empty, monkeypatch):
    monkeypatch.setenv("PONTE_STALE_MONTHS", "3")
    assert load_settings().stale_months == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 8000", ["'prot'", "port"]),
        ('port = "http"', ["port", "'http'", "whole number"]),
        ("port = 1.5", ["port", "1.5", "whole number"]),
        ("port = true", ["port", "True", "whole number"]),
        ("port = -1", ["port", "-1", "negative"]),
        ("host = 1", ["host", "1", "str"]),
        ("index = 5", ["index", "5", "Path"]),
        ("index = [", ["not valid TOML"]),
        ('precision = "half"', ["precision", "'half'", "float32"]),
        ("[index]\na = 1", ["index"]),
    ],
)
def test_a_bad_file_is_refused_with_its_value(empty, text, words):
    file = empty / "ponte.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={})
    assert isinstance(caught.value, InputError)
    for word in words:
        assert word in str(caught.value)
    if "precision" not in text:
        assert "ponte.toml" in str(caught.value)


def test_a_file_that_is_not_utf_8_is_refused(empty):
    (empty / "ponte.toml").write_bytes(b'host = "\xff"\n')
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(environ={})


@pytest.mark.parametrize(
    ("name", "value"), [("PONTE_PORT", "eighty"), ("PONTE_THREADS", "-2"), ("PONTE_PRECISION", "x")]
)
def test_a_bad_variable_is_refused_by_its_name(empty, name, value):
    with pytest.raises(SettingsError, match=name.removeprefix("PONTE_PRECISION") or "precision"):
        load_settings(environ={name: value})


def test_a_file_that_is_named_must_be_there(empty):
    with pytest.raises(SettingsError, match=r"none\.toml does not exist"):
        load_settings(empty / "none.toml", {})
    with pytest.raises(SettingsError, match=r"none\.toml does not exist"):
        load_settings(environ={"PONTE_CONFIG": str(empty / "none.toml")})
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(empty, {})


def test_with_replaces_what_is_given():
    settings = Settings()
    changed = settings.with_(port=1, host=None, index=Path("/i"))
    assert (changed.port, changed.host, changed.index) == (1, settings.host, Path("/i"))
    assert settings.port == 7860
    assert settings.with_(threads=0).threads == 0
    with pytest.raises(TypeError):
        settings.with_(prot=1)
