"""`ummid`: the one command. Subcommands that need Beam or Flask are found as entry points."""

import errno
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
import msgspec

from ummid import __version__
from ummid.demo import demo
from ummid.enriching import enrich
from ummid.errors import UmmidError
from ummid.finding import index, search
from ummid.following import follow
from ummid.granting import rights
from ummid.review import explain, reading, review
from ummid.settings import HELP, Settings
from ummid.tables import tables
from ummid.vectors import vectors

if TYPE_CHECKING:
    from ummid.views.runs import Enriched

_GROUP = "ummid.commands"


class _Commands(click.Group):
    """Commands of this module and those that other packages provide, loaded when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *entry_points(group=_GROUP).names})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = super().get_command(ctx, name)
        if found is not None:
            return found
        for entry in entry_points(group=_GROUP, name=name):
            command: click.Command = entry.load()
            return command
        return None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UmmidError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads any more: click ends quietly
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}") from error


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="ummid")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Settings file (default: ummid.toml)."
)
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Nexus-UMMID: partner feeds of titles and rights in, one catalogue out."""
    ctx.obj = Settings(file=config)


main.add_command(demo)
main.add_command(enrich)
main.add_command(tables)
main.add_command(follow)
main.add_command(index)
main.add_command(search)
main.add_command(review)
main.add_command(rights)
main.add_command(vectors)


@main.command()
@click.pass_obj
def config(settings: Settings) -> None:
    """Print the settings in force and where each comes from."""
    for setting in settings.all():
        click.echo(f"{setting.name} = {setting.shown!r}  ({setting.origin}; {HELP[setting.name]})")
    for group, partners in settings.precedence.order.items():
        click.echo(f"precedence.{group} = {list(partners)}  ({settings.file})")


@main.command()
def formats() -> None:
    """List the partner formats that can be read."""
    from ummid.feeds.registry import formats as known

    for one in sorted(known(), key=lambda f: f.name):
        click.echo(f"{one.name:<18} {one.mode:<9} {one.label}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_name", help="Read as this format instead of recognising it.")
@click.option("--partner", help="Whose feeds these are; otherwise as the feeds say.")
@click.option("--partners", type=click.Path(path_type=Path), help="Partner profiles (TOML).")
@click.option(
    "--rejects",
    type=click.File("wb", lazy=False),
    help="Write rejections there as NDJSON (default: standard error).",
)
@click.pass_obj
def parse(
    settings: Settings,
    files: tuple[Path, ...],
    format_name: str | None,
    partner: str | None,
    partners: Path | None,
    rejects: BinaryIO | None,
) -> None:
    """Read FILES and print their statements as NDJSON, one JSON object a line.

    Exit status 0 if every file was recognised and every record is out or rejected, else 2.
    """
    from ummid.parsing import parse_files
    from ummid.partners import load_partners

    known = load_partners(partners or settings.partners)
    out, err = sys.stdout.buffer, rejects or sys.stderr.buffer
    understood = parse_files(files, known, partner, format_name, out.write, err.write)
    out.flush()
    if not understood:
        sys.exit(2)


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="[why] ID")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.pass_obj
def title(settings: Settings, words: tuple[str, ...], store: Path | None) -> None:
    """Print a title as the API serves it; with `why`, what makes it so, in words.

    That is how good it is, where its sources disagree, whose word each field is, and what
    joined each of its records.
    """
    from ummid.views.generated import served
    from ummid.views.titles import survivor

    *how, title_id = words
    if how not in ([], ["why"]):
        raise click.UsageError("name one title: `ummid title ID` or `ummid title why ID`")
    with reading(store or settings.store) as table:
        if how:
            for line in explain(table, title_id):
                click.echo(line)
            return
        document = served(table, survivor(table, title_id))
    if document is None or not document.body:
        raise click.ClickException(f"there is no title {title_id!r} in the store")
    click.echo(msgspec.json.format(document.body, indent=2).decode())


@main.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.pass_obj
def views(settings: Settings, store: Path | None) -> None:
    """Print a fingerprint of every view: equal stores have equal ones."""
    from ummid.views.digest import digest

    with reading(store or settings.store) as table:
        for name, (cells, fingerprint) in digest(table).items():
            click.echo(f"{name:<13} {cells:>9,} cells  {fingerprint}")


@main.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--last", default=10, type=click.IntRange(min=1), show_default=True, help="How many.")
@click.pass_obj
def runs(settings: Settings, store: Path | None, last: int) -> None:
    """List the last runs and what became of their records."""
    from ummid.views.runs import reports

    with reading(store or settings.store) as table:
        for report in list(reports(table))[-last:]:
            click.echo(
                f"{report.run}  read {report.read:,} = {report.published:,} published "
                f"+ {report.unchanged:,} unchanged + {report.superseded:,} superseded "
                f"+ {report.withdrawn:,} withdrawn + {report.rejected:,} rejected "
                f"in {report.seconds:.1f} s{_enriched(report.enrichment)}"
            )


def _enriched(done: "Enriched") -> str:
    counts = {name: getattr(done, name) for name in ("enriched", "kept", "failed", "left")}
    if not any(counts.values()):
        return ""
    return "; titles " + ", ".join(f"{count:,} {name}" for name, count in counts.items())


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is there and what is missing, in plain words."""
    from ummid.doctor import examine

    healthy = True
    for finding in examine(settings):
        healthy &= finding.ok or not finding.needed
        mark = "ok     " if finding.ok else "MISSING" if finding.needed else "absent "
        click.echo(f"{mark} {finding.what}: {finding.detail}")
    sys.exit(0 if healthy else 1)
