"""The image recipe: pinned bases, and every dependency from the locks with its hash."""

import re

from scripts.templates import FOLDER

RECIPE = (FOLDER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LOCK = FOLDER.parent / "requirements/runtime.txt"


def test_the_base_image_has_the_beam_of_the_lock() -> None:
    (locked,) = re.findall(r"(?m)^apache-beam==(\S+)", LOCK.read_text(encoding="utf-8"))
    assert re.findall(r"apache/beam_python3\.\d+_sdk:(\S+)", RECIPE) == [locked]


def test_every_base_image_is_pinned() -> None:
    bases = re.findall(r"(?m)^FROM (\S+)", RECIPE)
    assert len(bases) == 2
    assert all(re.search(r":\d[\w.]+$", base) for base in bases)


def test_whatever_is_fetched_has_a_hash() -> None:
    installs = re.findall(r"pip install ([^&\n]+)", RECIPE)
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)


def test_workers_install_nothing_when_they_start() -> None:
    assert "REQUIREMENTS_FILE" not in RECIPE
    assert "SETUP_FILE" not in RECIPE


def test_what_is_copied_is_there_and_not_left_out_of_the_build() -> None:
    kept = (FOLDER.parent / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", RECIPE)
    names = {name.replace("${TEMPLATE}", "ingest") for one in copied for name in one.split()}
    assert "setup.py" in names
    for name in names:
        assert (FOLDER.parent / name).exists(), name
        assert f"!{name.partition('/')[0]}" in kept, name
