"""The project as a whole: where its packages come from, what is pinned, what is shipped."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("corpus", "index", "chatbot", "eval")
LONGEST = 300


def project_files():
    """Every file that is part of the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return sorted({file for file in files if file.is_file()})


def metadata():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def constraints():
    """The pins by canonical name; fails where a line is anything but one exact version."""
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==" and not specifier.version.endswith("*"), line
        name = canonicalize_name(requirement.name)
        assert name not in pins, f"{name} is pinned twice"
        pins[name] = specifier.version
    return pins


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_come_from_this_repository(name):
    # The names are common words: another distribution's package must not answer to them.
    origin = importlib.util.find_spec(name).origin
    assert Path(origin).resolve() == ROOT / name / "__init__.py"


def test_modules_are_short():
    modules = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    modules += [path for path in (ROOT / "app.py",) if path.exists()]
    assert len(modules) > 30
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules
    }
    assert {name: count for name, count in lengths.items() if count > LONGEST} == {}


def test_everything_named_is_pinned_within_its_bounds():
    project = metadata()["project"]
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *(line for extra in extras for line in extra)]
    pins = constraints()
    for line in named:
        requirement = Requirement(line)
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} has no pin in constraints.txt"
        assert requirement.specifier.contains(version), f"{line}: pinned to {version}"


def test_torch_is_pinned_and_brings_no_cuda():
    pins = constraints()
    assert pins["torch"] == "2.13.0"
    assert [name for name in pins if name.startswith(("nvidia", "cuda", "triton"))] == []


def test_readme_begins_with_the_two_commands():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    text = [line.split("#")[0].strip() if i else line for i, line in enumerate(lines)]
    assert [line for line in text if line][:4] == ["# Ponte", "```", "make run", "make test"]


def test_no_registry_and_no_path_of_a_machine_is_named():
    # Put together here, so that this file does not name them either.
    hosts = [
        ".".join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("pytorch", "org/whl"),
            ("debian", "org"),
            ("registry", "npmjs"),
            ("huggingface", "co/"),
        )
    ]
    homes = "|".join(("root", "home", "Users", "work", "opt", "mnt", "private"))
    absolute = re.compile(rf"(?<![\w.~/*)\]}}>-])/(?:{homes})/\w")
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a binary file
        name = path.relative_to(ROOT).as_posix()
        found += [(name, host) for host in hosts if host in text]
        found += [(name, match.group()) for match in absolute.finditer(text)]
    assert found == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in the wheel, built by the installed backend, without a network."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    names = {path.relative_to(ROOT).as_posix() for path in project_files()}
    ours = {name for name in names if name.split("/")[0] in PACKAGES}
    assert {name for name in wheel if ".dist-info/" not in name} == ours


def test_the_wheel_holds_the_data_the_program_reads(wheel):
    assert {"corpus/glossary.toml", "corpus/thesaurus.toml", "chatbot/weights.json"} <= wheel
    assert {name for name in wheel if name.startswith("corpus/sources/")} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "corpus/sources").iterdir()
    }
    assert any(name.startswith("chatbot/") and name.endswith(".css") for name in wheel)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)


def test_an_old_python_is_named_and_the_way_out_told(tmp_path):
    # Stands in for an interpreter that says no to the version check.
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18" && exit\nexit 1\n')
    old.chmod(0o755)
    venv = tmp_path / "venv"
    done = subprocess.run(
        ["make", "-C", str(ROOT), f"{venv}/.made", f"VENV={venv}", f"PYTHON={old}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "3.11" in done.stderr and "Python 3.9.18" in done.stderr and "PYTHON=" in done.stderr
    assert not venv.exists()
