"""What is said of a template's metadata before it is built."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from click.testing import CliRunner
from google.cloud.dataflow_v1beta3.types import TemplateMetadata

from scripts import templates

NAMES = sorted(one.parent.name for one in templates.FOLDER.glob("*/metadata.json"))


class SomeOptions(PipelineOptions):
    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument("--shelf")
        parser.add_argument("--dusted", type=bool, default=False)


def right() -> dict[str, Any]:
    shelf = {"name": "shelf", "label": "Shelf", "helpText": "Which", "regexes": ["^[a-z]+$"]}
    dusted = {"name": "dusted", "label": "Dusted", "helpText": "Whether", "isOptional": True}
    dusted |= {"paramType": "BOOLEAN", "defaultValue": "false"}
    return {"name": "Tidy", "description": "Tidies.", "parameters": [shelf, dusted]}


def said(metadata: object) -> str:
    return "\n".join(templates.wrong(json.dumps(metadata), SomeOptions))


def test_right_metadata_is_not_complained_about() -> None:
    assert said(right()) == ""


def first(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda metadata: metadata["parameters"][0].update(fields)


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "unknown field": (lambda m: m.update(_comment="x"), 'no field named "_comment"'),
    "unknown field of a parameter": (first(help="x"), 'no field named "help"'),
    "unknown type": (first(paramType="SHELF"), "Invalid enum value SHELF"),
    "no name": (lambda m: m.pop("name"), "the template has no name"),
    "no description": (lambda m: m.pop("description"), "the template has no description"),
    "no label": (first(label=""), "parameter shelf: has no label"),
    "no help": (first(helpText=""), "parameter shelf: has no helpText"),
    "no parameter name": (first(name=""), r"parameter \(no name\): has no name"),
    "bad regex": (first(regexes=["^(a"]), r"regex '\^\(a' cannot be used: missing \)"),
    "default beside the regex": (
        first(isOptional=True, defaultValue="A1"),
        r"default 'A1' does not match '\^\[a-z\]\+\$'",
    ),
    "default of a required one": (first(defaultValue="a"), "has a default and is required"),
    "no choices": (first(paramType="ENUM"), "parameter shelf: is an ENUM without enumOptions"),
    "a text said to be a boolean": (first(paramType="BOOLEAN"), "paramType is not BOOLEAN"),
    "a boolean said to be a text": (
        lambda m: m["parameters"][1].update(paramType="TEXT"),
        "parameter dusted: its option says that paramType is BOOLEAN",
    ),
    "listed twice": (
        lambda m: m["parameters"].append(m["parameters"][0]),
        "parameter shelf: is listed 2 times",
    ),
    "no option": (first(name="self"), "parameter self: is no option of SomeOptions"),
    "not listed": (
        lambda m: m["parameters"].pop(0),
        "option --shelf of SomeOptions is no parameter; list it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_named(mistake: str) -> None:
    break_it, expected = MISTAKES[mistake]
    metadata = right()
    break_it(metadata)
    assert re.search(expected, said(metadata)), said(metadata)


def test_what_is_no_json_is_said_to_be_none() -> None:
    assert templates.wrong("{", SomeOptions)[0].startswith("no JSON: ")


@pytest.mark.parametrize("name", NAMES)
def test_every_template_here_is_accepted_by_dataflows_own_type(name: str) -> None:
    text = (templates.FOLDER / name / "metadata.json").read_text(encoding="utf-8")
    options = templates.options_of(name)
    assert templates.wrong(text, options) == []
    listed = [one.name for one in TemplateMetadata.from_json(text).parameters]
    parser = ArgumentParser(add_help=False)
    options._add_argparse_args(parser)
    assert sorted(listed) == sorted(action.dest for action in parser._actions)


def test_the_commands_are_printed_once_the_metadata_is_right() -> None:
    done = CliRunner().invoke(templates.main, ["ingest", "--image", "here/it:1"])
    assert done.exit_code == 0, done.output
    build, push, register = done.output.splitlines()
    assert build.startswith("docker build ")
    assert "TEMPLATE=ingest" in build
    assert push == "docker push here/it:1"
    assert register.startswith("gcloud dataflow flex-template build gs://")


def test_an_unknown_template_is_told_which_there_are() -> None:
    done = CliRunner().invoke(templates.main, ["nothing"])
    assert done.exit_code == 2
    assert "there is no template nothing; there is ingest" in done.output


def test_nothing_is_printed_for_wrong_metadata(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest/metadata.json").write_text(json.dumps(right()))
    monkeypatch.setattr(templates, "FOLDER", tmp_path)
    done = CliRunner().invoke(templates.main, ["ingest"])
    assert done.exit_code == 1
    assert "parameter shelf: is no option of IngestOptions" in done.output
    assert "docker" not in done.output
