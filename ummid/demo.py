"""`ummid demo`: the sample feeds become a catalogue that answers over HTTP.

Everything is done by the commands that a person would type, each a process of its own and
shown before it runs: the demo has no way into the catalogue that others do not have.
"""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
HOST = "127.0.0.1"
PORTS_TRIED = 20
READY_SECONDS = 30.0
STOP_SECONDS = 15.0

_IMDB = "tt9910101"
_LINES, _WIDTH = 28, 150
_COMMAND = (sys.executable, "-P", "-c", "from ummid.cli import main; main(prog_name='ummid')")
_open = build_opener(ProxyHandler({})).open
"""Without the environment's proxies: they would be asked for this machine's own address."""


class Try(NamedTuple):
    """Something worth trying: what it shows, what to type, and how to get its answer."""

    shows: str
    typed: str
    answer: Callable[[], str]


@click.command()
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Folder of the demo's own store.",
)
@click.option("--serve/--no-serve", default=True, help="Go on serving at the end, until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to use."
)
def demo(store: Path, serve: bool, port: int) -> None:
    """Ingest the sample feeds, serve them, and show what to ask.

    Running it again reads the same feeds again and publishes nothing new.
    """
    if not (SAMPLES / "feeds").is_dir():
        raise click.ClickException(
            f"there are no sample feeds at {_shown(SAMPLES)}: they come with the source "
            "repository, not with the package. Clone it and run `make demo` there"
        )
    _ingest(store)
    with _server(store, _free_port(port)) as (process, base):
        for number, one in enumerate(_tries(store, base), start=1):
            _title(f"Try {number}: {one.shows}")
            _typed(one.typed)
            click.echo(one.answer())
        _next_steps(store, base, serving=serve)
        if serve:
            _serve_until_interrupted(process)


def _ingest(store: Path) -> None:
    _title(
        "Feeds of a dozen partners go in; what is broken is set aside with its reason. Titles are "
        "enriched offline and made searchable"
    )
    _run(_ingest_command(SAMPLES / "feeds", store))
    _title(
        "Later deliveries: an update, an outdated one, a repeated one, a delete, and a "
        "catalogue that lost most of its offers, which is held for a person"
    )
    _run(_ingest_command(SAMPLES / "later", store))


def _ingest_command(feeds: Path, store: Path) -> list[str]:
    return [*_config(), "ingest", _shown(feeds), *_partners(), "--store", _shown(store)]


def _config() -> tuple[str, str]:
    return "--config", _shown(SAMPLES / "ummid.toml")


def _partners() -> tuple[str, str]:
    return "--partners", _shown(SAMPLES / "partners.toml")


def _tries(store: Path, base: str) -> Iterator[Try]:
    lookup = f"{base}/api/v1/lookup/imdb/{_IMDB}"
    title = f"{base}/api/v1/titles/{_get(lookup)['titles'][0]['id']}"
    availability = f"{title}/availability?territory=FR&at=2025-03-01"
    provenance = f"{title}/provenance"
    letters = ["deadletters", "list", "--store", _shown(store)]
    search = ["search", "a suspenseful story at sea", "--limit", "3", "--store", _shown(store)]
    parse = ["parse", _shown(SAMPLES / "feeds/canal-bleu/catalogue.csv"), *_partners()]
    yield Try(
        "a title by an identifier that several partners share",
        f'curl -s "{lookup}"',
        lambda: _clipped(_json(_get(lookup))),
    )
    yield Try(
        "may it be shown in France on that day? The rights desk's window decides; the studio's "
        "list and the service's own catalogue run longer",
        f'curl -s "{availability}"',
        lambda: _clipped(_json(_get(availability))),
    )
    yield Try(
        "why 2021 and not 2022 (the part of the answer about the year)",
        f'curl -s "{provenance}"',
        lambda: _clipped(_json(_about("year", _get(provenance)))),
    )
    yield Try(
        "titles by what they are about: words, meaning, and moods that a model found in them",
        _command_line(search),
        lambda: _clipped(_output(search)),
    )
    yield Try(
        "what could not be taken, where it stands and why",
        _command_line(letters),
        lambda: _clipped(_output(letters), lines=8),
    )
    yield Try(
        "what one file says: French, Windows-1252, days before months",
        _command_line(parse),
        lambda: _clipped(_output(parse)),
    )


def _next_steps(store: Path, base: str, *, serving: bool) -> None:
    _title("Next: your own feeds")
    replay = ["deadletters", "replay", "--all", "--store", _shown(store)]
    steps = (
        (["parse", "FILE"], "what a file says; changes nothing"),
        (["ingest", "FOLDER", "--store", "var/mine"], "files, folders, globs, archives, gs://"),
        (["serve", "--store", "var/mine"], "the API over it, also while an ingest runs"),
        (
            [*_config(), *replay, *_partners()],
            "after a fix: let Romandie be CH in the partners file, then type this",
        ),
    )
    for arguments, does in steps:
        click.echo(f"  # {does}\n  {_command_line(arguments)}")
    click.echo(
        f"\nWhat a partner's feeds do not say themselves (time zone, territories, column names) "
        f"goes\ninto a profile as in {_shown(SAMPLES / 'partners.toml')}; whose word counts "
        f"for what, as in\n{_shown(SAMPLES / 'ummid.toml')}."
    )
    if serving:
        click.echo(f"\nServing on {base} until Ctrl-C.")


def _serve_until_interrupted(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait()
    except KeyboardInterrupt:
        click.echo("\nstopping the server")
        return
    raise click.ClickException(f"the server ended by itself with status {process.returncode}")


@contextmanager
def _server(store: Path, port: int) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """A running `ummid serve` that answers, and its address; stopped at the end."""
    arguments = ["serve", "--store", _shown(store), "--host", HOST, "--port", str(port)]
    log = store / "serve.log"
    _title("The catalogue answers over HTTP")
    _typed(_command_line(arguments))
    before = signal.signal(signal.SIGTERM, _interrupt)
    with log.open("wb") as output:
        process = subprocess.Popen([*_COMMAND, *arguments], stdout=output, stderr=output)
    base = f"http://{HOST}:{port}"
    try:
        _wait_until_ready(process, base, log)
        click.echo(f"ready on {base}")
        yield process, base
    finally:
        _stop(process)
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", base: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _open(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    raise click.ClickException(
        f"the server did not become ready on {base}; its last words ({_shown(log)}):\n"
        + "\n".join(said[-8:])
    )


def _free_port(wanted: int) -> int:
    """The port wanted, or the next one that nobody has, with a word about it."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind((HOST, port))
            if port != wanted:
                click.echo(f"port {wanted} is taken on this machine; using {port}")
            return port
    raise click.ClickException(
        f"the {PORTS_TRIED} ports from {wanted} are all taken; choose another with --port"
    )


def _get(url: str) -> Any:
    with _open(url, timeout=10) as answer:
        return json.load(answer)


def _about(field: str, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What a provenance answer says about one field, and the sources it names there."""
    found = provenance["fields"][field]
    named = {found["record"], *(loser["record"] for loser in found.get("losers", ()))}
    sources = [
        {name: source[name] for name in ("record", "partner", "format", "path", "place")}
        for source in provenance["sources"]
        if source["record"] in named
    ]
    return {field: found, "sources": sources}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _clipped(text: str, lines: int = _LINES) -> str:
    """The first lines of an answer, and how many more there are."""
    found = text.splitlines()
    shown = [line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in found[:lines]]
    more = len(found) - len(shown)
    return "\n".join([*shown, f"… (lines left out: {more})"] if more else shown)


def _run(arguments: Sequence[str]) -> None:
    """Runs a command whose output goes straight to the terminal."""
    _typed(_command_line(arguments))
    done = subprocess.run([*_COMMAND, *arguments], check=False)
    if done.returncode:
        raise click.ClickException(
            f"`{_command_line(arguments)}` ended with status {done.returncode}; see above"
        )


def _output(arguments: Sequence[str]) -> str:
    """What a command says, its complaints after its answer."""
    done = subprocess.run(
        [*_COMMAND, *arguments], check=False, capture_output=True, encoding="utf-8"
    )
    return done.stdout + done.stderr


def _command_line(arguments: Sequence[str]) -> str:
    """The command as a person types it here: `ummid` alone where that is this very one."""
    script = Path(sys.executable).with_name("ummid")
    found = shutil.which("ummid")
    on_path = found is not None and Path(found).resolve() == script.resolve()
    return shlex.join(["ummid" if on_path else _shown(script), *arguments])


def _shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def _title(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)


def _typed(line: str) -> None:
    click.secho(f"$ {line}", fg="cyan")
