"""What ships, what is locked, and what a person may type."""

import ast
import re
import sys
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ummid import __version__

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ummid", "transforms", "pipelines", "serving")
PURPOSES = ("build", "runtime", "dev", "gcp")
SETUP = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


class Pin(NamedTuple):
    requirement: Requirement
    hashes: list[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)


def setup_argument(name: str) -> Any:
    """A literal argument of setup()."""
    (call,) = (n for n in ast.walk(SETUP) if isinstance(n, ast.Call) and _calls_setup(n))
    return ast.literal_eval(next(k.value for k in call.keywords if k.arg == name))


def _calls_setup(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "setup"


def stated(purpose: str) -> list[Requirement]:
    lines = (ROOT / f"requirements/{purpose}.in").read_text(encoding="utf-8").split("\n")
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


def pins(purpose: str) -> list[Pin]:
    text = (ROOT / f"requirements/{purpose}.txt").read_text(encoding="utf-8")
    lines = text.replace("\\\n", " ").split("\n")
    entries = [line for line in lines if line and not line.lstrip().startswith("#")]
    return [
        Pin(
            Requirement(entry.partition(" --hash")[0]), re.findall(r"--hash=sha256:(\w{64})", entry)
        )
        for entry in entries
    ]


def versions(purpose: str) -> dict[str, set[str]]:
    """The versions that a lock names for each package; one for each of its markers."""
    found: dict[str, set[str]] = {}
    for pin in pins(purpose):
        found.setdefault(pin.name, set()).add(str(pin.requirement.specifier).removeprefix("=="))
    return found


def test_the_version_is_the_same_everywhere() -> None:
    assert setup_argument("version") == __version__


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_typed_and_has_no_folder_that_is_left_out(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
    folders = {file.parent for file in (ROOT / package).rglob("*.py")}
    assert {f for f in folders if not (f / "__init__.py").is_file()} == set()


def test_every_declared_command_is_one() -> None:
    declared = setup_argument("entry_points")
    for line in declared["ummid.commands"]:
        name, _, target = line.partition(" = ")
        module, _, attribute = target.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        assert command.name == name
    assert declared["console_scripts"] == ["ummid = ummid.cli:main"]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_lock_pins_and_hashes_every_package_it_names(purpose: str) -> None:
    for pin in pins(purpose):
        (specifier,) = pin.requirement.specifier
        assert specifier.operator == "==", pin.name
        assert pin.hashes, pin.name


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_lock_names_no_host_and_no_folder(purpose: str) -> None:
    text = (ROOT / f"requirements/{purpose}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|(?m:^)--?(?!-hash)\w*(index|links|host)|\s/\w|@ ", text)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_lock_answers_what_its_purpose_states(purpose: str) -> None:
    """`make lock` brings a lock up to date."""
    locked = versions(purpose)
    for requirement in stated(purpose):
        chosen = locked.get(canonicalize_name(requirement.name), set())
        assert chosen, f"{requirement.name} is not in {purpose}.txt"
        assert all(requirement.specifier.contains(version) for version in chosen), requirement


def test_the_locks_agree_where_they_overlap() -> None:
    runtime, dev, gcp = versions("runtime"), versions("dev"), versions("gcp")
    assert {name: dev.get(name) for name in runtime} == runtime
    both = runtime.keys() & gcp.keys()
    assert {name: gcp[name] for name in both} == {name: runtime[name] for name in both}
    tested = {"google-cloud-bigtable", "google-genai", "httpx"}  # what is tested is what ships
    assert {name: dev[name] for name in tested} == {name: gcp[name] for name in tested}


def test_every_package_that_the_code_imports_is_stated() -> None:
    named = {canonicalize_name(r.name) for p in ("runtime", "gcp") for r in stated(p)}
    providers = packages_distributions()
    unstated = {
        module
        for package in PACKAGES
        for module in _imported(package) - {*sys.stdlib_module_names, *PACKAGES}
        if not named & {canonicalize_name(d) for d in providers.get(module, [])}
    }
    assert unstated == set()


def _imported(package: str) -> set[str]:
    found: set[str] = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


def test_make_explains_every_word_it_takes() -> None:
    words = re.findall(r"(?m)^([a-z]+):(.*)$", MAKEFILE)
    explained = {word for word, rest in words if " ## " in rest}
    assert explained == {word for word, rest in words if "export" not in rest}
    phony = re.findall(r"(?m)^\.PHONY: (.*)$", MAKEFILE)[0].split()
    assert explained == {word for word in phony if not word.startswith("_")}


def test_a_commit_is_checked_as_ci_checks() -> None:
    recipe = MAKEFILE.partition("\ncheck:")[2].partition("\n\n")[0]
    pieces = [line.strip().lstrip("@") for line in recipe.split("\n")[1:]]
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^ *entry: (.*)$", hooks)
    assert entries == [piece.replace("$(BIN)", ".venv/bin") for piece in pieces]


def test_ci_runs_what_a_person_can_type() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^for target in (.*); do$", script) == ["check test"]
    assert re.findall(r"(?m)^ *(make .*)$", script) == ['make "$target"']
