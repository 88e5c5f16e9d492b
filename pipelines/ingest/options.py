"""The options of the ingest as a template: what `templates/ingest/metadata.json` lists."""

from argparse import ArgumentParser, ArgumentTypeError

from apache_beam.options.pipeline_options import PipelineOptions

SEPARATOR = ";"
"""Between feeds: a comma is gcloud's own, between parameters."""


def truth(text: str) -> bool:
    """`true` or `false`, as a launch form writes them."""
    if text.lower() not in ("true", "false"):
        raise ArgumentTypeError(f"takes true or false, not {text!r}")
    return text.lower() == "true"


class IngestOptions(PipelineOptions):
    """Which feeds go into which store."""

    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument("--feeds", help="files, folders or globs, with ; between them")
        parser.add_argument("--store", help="bigtable://project/instance/table")
        parser.add_argument("--partner", help="whose feeds these are")
        parser.add_argument("--feed_format", help="read them as this format")
        parser.add_argument(
            "--partners", help="partner profiles (TOML), in a bucket or in the image"
        )
        parser.add_argument("--release_held", type=truth, default=False)
