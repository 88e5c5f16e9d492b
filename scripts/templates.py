"""Flex templates: checks templates/NAME and prints the commands that would build it."""

import json
import re
import shlex
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
from apache_beam.options.pipeline_options import PipelineOptions
from google.cloud.dataflow_v1beta3.types import ParameterMetadata, ParameterType, TemplateMetadata
from google.protobuf.json_format import ParseError

FOLDER = Path(__file__).parent.parent / "templates"


def options_of(name: str) -> type[PipelineOptions]:
    """The options of templates/NAME: the one class of pipelines.NAME.options."""
    module = import_module(f"pipelines.{name}.options")
    (found,) = (
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    )
    return found


def wrong(text: str, options: type[PipelineOptions]) -> list[str]:
    """What is wrong with a metadata.json, each with what to do; nothing for one to build."""
    try:
        json.loads(text)
        metadata = TemplateMetadata.from_json(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    except ParseError as error:
        return [f"Dataflow does not take it: {error}"]
    found = [
        f"the template has no {name}"
        for name in ("name", "description")
        if not getattr(metadata, name)
    ]
    for parameter in metadata.parameters:
        found += (f"parameter {parameter.name or '(no name)'}: {one}" for one in _faults(parameter))
    return [*found, *_differences(metadata, options)]


def _faults(parameter: ParameterMetadata) -> Iterator[str]:
    for name, value in (
        ("name", parameter.name),
        ("label", parameter.label),
        ("helpText", parameter.help_text),
    ):
        if not value:
            yield f"has no {name}; people see it when they launch"
    for regex in parameter.regexes:
        try:
            pattern = re.compile(regex)
        except re.error as error:
            yield f"regex {regex!r} cannot be used: {error}"
            continue
        if parameter.default_value and not pattern.fullmatch(parameter.default_value):
            yield f"default {parameter.default_value!r} does not match {regex!r}"
    if parameter.default_value and not parameter.is_optional:
        yield "has a default and is required; set isOptional"
    if parameter.param_type == ParameterType.ENUM and not parameter.enum_options:
        yield "is an ENUM without enumOptions"


def _differences(metadata: TemplateMetadata, options: type[PipelineOptions]) -> Iterator[str]:
    parser = ArgumentParser(add_help=False)
    options._add_argparse_args(parser)
    there = {action.dest: action for action in parser._actions}
    listed = Counter(parameter.name for parameter in metadata.parameters)
    for name in sorted(name for name, times in listed.items() if times > 1):
        yield f"parameter {name}: is listed {listed[name]} times"
    for name in sorted(there.keys() - listed.keys()):
        yield f"option --{name} of {options.__name__} is no parameter; list it"
    for name in sorted(listed.keys() - there.keys() - {""}):
        yield f"parameter {name}: is no option of {options.__name__}; add it there or leave it out"
    for parameter in metadata.parameters:
        if action := there.get(parameter.name):
            boolean = isinstance(action.default, bool)
            if boolean != (parameter.param_type == ParameterType.BOOLEAN):
                wanted = "BOOLEAN" if boolean else "not BOOLEAN"
                yield f"parameter {parameter.name}: its option says that paramType is {wanted}"


def commands(name: str, image: str, bucket: str) -> list[str]:
    """The shell commands that build and register a template, in order."""
    folder = f"templates/{name}"
    build = ["docker", "build", "--file", "templates/Dockerfile"]
    register = ["gcloud", "dataflow", "flex-template", "build", f"{bucket}/templates/{name}.json"]
    kind = ["--image", image, "--sdk-language", "PYTHON"]
    return [
        shlex.join([*build, "--build-arg", f"TEMPLATE={name}", "--tag", image, "."]),
        shlex.join(["docker", "push", image]),
        shlex.join([*register, *kind, "--metadata-file", f"{folder}/metadata.json"]),
    ]


@click.command()
@click.argument("name")
@click.option("--image", help="The image to build and push; else an example.")
@click.option("--bucket", default="gs://BUCKET", show_default=True, help="Where templates lie.")
def main(name: str, image: str | None, bucket: str) -> None:
    """Check templates/NAME and print what would build it. Runs nothing."""
    file = FOLDER / name / "metadata.json"
    if not file.is_file():
        there = ", ".join(sorted(one.parent.name for one in FOLDER.glob("*/metadata.json")))
        raise click.UsageError(f"there is no template {name}; there is {there}")
    if found := wrong(file.read_text(encoding="utf-8"), options_of(name)):
        raise click.ClickException("\n  ".join([f"templates/{name}/metadata.json", *found]))
    example = f"REGION-docker.pkg.dev/PROJECT/REPOSITORY/ummid-{name}:TAG"
    for command in commands(name, image or example, bucket):
        click.echo(command)


if __name__ == "__main__":
    main()
