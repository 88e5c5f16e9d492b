"""Statements as lines of JSON: what `ummid parse` prints."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ummid.catalog.identifiers import best
from ummid.catalog.model import Rejected, Source, SourceRecord
from ummid.catalog.texts import display_title
from ummid.errors import FeedError
from ummid.feeds import archives
from ummid.feeds.reader import Reading, partner_from_path
from ummid.partners import Partners

Write = Callable[[bytes], object]
_encode = msgspec.json.Encoder().encode


def parse_files(
    files: Iterable[Path],
    partners: Partners,
    partner: str | None,
    format_name: str | None,
    write: Write,
    write_rejected: Write,
) -> bool:
    """Writes every statement of every file as NDJSON; whether every file was recognised."""
    understood = True
    for file in files:
        for path, stream, trouble in _streams(file):
            if stream is None:
                write_rejected(_encode(trouble) + b"\n")
                understood = False
                continue
            with closing(stream):
                profile = partners.profile_for(path, partner)
                reading = Reading(path, stream, profile, format_name)
                for statement in reading:
                    if isinstance(statement, SourceRecord):
                        write(_encode(record_view(statement)) + b"\n")
                    else:
                        write_rejected(_encode(rejected_view(statement)) + b"\n")
            understood &= reading.recognised
    return understood


def record_view(record: SourceRecord) -> dict[str, Any]:
    """A record with the summary that tools look for first.

    `titles` has one title per language, `ids` one value per scheme (the partner's own id
    under `partner`); `title_texts` and `identifiers` have all of them.
    """
    fields: dict[str, Any] = msgspec.to_builtins(record)
    ids = {i.scheme: best(record.ids, i.scheme) for i in record.ids}
    if record.own_id:
        ids["partner"] = record.own_id
    titles: dict[str, str] = {}
    for text in sorted(record.titles, key=lambda t: t.use != "display"):
        titles.setdefault(text.language, text.value)
    view: dict[str, Any] = {
        "format": record.format,
        "partner": record.partner,
        "kind": record.kind,
        "title": display_title(record.titles),
        "titles": titles,
        "year": record.year,
        "ids": ids,
        "languages": _languages(record),
        "territories": _territories(record),
        "grants": fields.pop("grants", []),
        "source": fields.pop("source"),
        "title_texts": fields.pop("titles", []),
        "identifiers": fields.pop("ids", []),
    }
    fields.pop("languages", None)
    return view | {name: value for name, value in fields.items() if name not in view}


def rejected_view(rejected: Rejected) -> dict[str, Any]:
    """A rejection with its path, place and reason on top."""
    fields: dict[str, Any] = msgspec.to_builtins(rejected)
    source = fields.pop("source")
    return {
        "path": source["path"],
        "place": source["place"],
        "reason": fields.pop("reason"),
        **fields,
    }


def _languages(record: SourceRecord) -> list[str]:
    """Languages stated for the work itself, else those it is described in."""
    stated = dict.fromkeys(
        lang for lang in (record.original_language, *record.languages) if lang is not None
    )
    described = dict.fromkeys(t.language for t in record.titles if t.language != "und")
    return list(stated or described)


def _territories(record: SourceRecord) -> list[str]:
    return list(
        dict.fromkeys(
            code
            for grant in record.grants
            if grant.territories
            for code in grant.territories.included
        )
    )


def _streams(file: Path) -> Iterator[tuple[str, BinaryIO | None, dict[str, Any] | None]]:
    """Each file, or each file of an archive, with its stream; or what is wrong with it."""
    path = str(file)
    try:
        stream: BinaryIO = file.open("rb")
    except OSError as error:
        yield path, None, _trouble(path, "unreadable", f"{error.strerror}: {path}")
        return
    head = stream.read(archives.HEAD)
    stream.seek(0)
    if not archives.is_archive(head):
        yield path, stream, None
        return
    stream.close()
    try:
        for member in archives.members(lambda: file.open("rb"), path):
            name = f"{path}!{member.name}"
            if isinstance(member, archives.BadMember):
                yield name, None, _trouble(name, member.error.code, str(member.error))
            else:
                yield name, member.open(), None
    except FeedError as error:  # the rest of the archive cannot be read
        yield path, None, _trouble(path, error.code, str(error))


def _trouble(path: str, code: str, reason: str) -> dict[str, Any]:
    rejected = Rejected(
        format="unknown",
        partner=partner_from_path(path),
        source=Source(path, "file"),
        code=code,
        reason=reason,
        fatal=True,
    )
    return rejected_view(rejected)
