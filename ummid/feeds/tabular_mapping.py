"""Columns to fields for one file: what the partner declared, what headers and values tell.

A mapping entry is a column's header with options behind bars:
`Genres|sep=;`, `Start|format=%d/%m/%Y`, `Length|unit=s`, `Titre|language=fr`,
`Title UK|territory=GB`. A key may carry a language (`title:fr`), so that one field can have
several columns.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ummid.errors import ConfigError, FeedError
from ummid.feeds.tabular_guess import Column, guess, squashed
from ummid.feeds.tabular_names import FIELDS, LOCALISED, PEOPLE
from ummid.feeds.tabular_values import UNKNOWN, cell_text

OPTIONS = ("sep", "format", "unit", "language", "territory")
SAMPLE_ROWS = 200
"""Rows looked at before the first statement is out, to read what headers leave open."""

_OPTION = re.compile(rf"\|({'|'.join(OPTIONS)})=")
_IMDB = re.compile(r"^tt\d{7,10}$")
_EIDR = re.compile(r"^10\.5240/(?:[0-9A-F]{4}-){5}[0-9A-Z]$", re.IGNORECASE)
_YEAR = re.compile(r"^(?:18[7-9]\d|19\d\d|20\d\d)$")
_OTHER_YEARS = re.compile(r"birth|born|death|died|end|last|added|updated", re.IGNORECASE)
_NUMBER = re.compile(r"^\d{1,12}(?:\.\d+)?$")
_EARLIEST_SECONDS, _EARLIEST_MS = 1000, 1_000_000
"""Median of unit-less running times from which they are seconds, and milliseconds."""


def declared_column(key: str, entry: str) -> Column:
    """The column that one entry of a mapping declares, not yet found in a file (index -1).

    Raises ConfigError for a field or option that there is none of.
    """
    field, _, language = key.partition(":")
    if field not in FIELDS:
        raise ConfigError(
            f"mapping: there is no field {field!r}{_near(field, list(FIELDS))}; "
            "a field is one of " + ", ".join(FIELDS)
        )
    if language and field not in LOCALISED:
        raise ConfigError(f"mapping: {field!r} has no language, so {key!r} must be {field!r}")
    header, *rest = _OPTION.split(entry)
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    unit = options.get("unit")
    if unit is not None and unit not in ("ms", "s", "min", "h"):
        raise ConfigError(f"mapping: {key}: unit {unit!r} must be ms, s, min or h")
    if not header.strip():
        raise ConfigError(f"mapping: {key}: name the column, as in {key} = 'Header|sep=;'")
    return Column(
        -1,
        header.strip(),
        field,
        options.get("language") or language or None,
        options.get("territory"),
        options.get("sep"),
        options.get("format"),
        unit,
    )


def columns_for(
    headers: Sequence[str], mapping: Mapping[str, str], sample: Sequence[Sequence[object]] = ()
) -> tuple[list[Column], list[str]]:
    """(a column per header, doubts): declared fields first, then guessed ones.

    Raises FeedError `missing-column` when a declared title or id is not in the file.
    """
    found, doubts = _declared(headers, mapping)
    taken = {c.field for c in found}
    ours = {c.index for c in found}
    guessed = guess([h if i not in ours else "" for i, h in enumerate(headers)], taken)
    columns = found + [c for c in guessed if c.index not in ours]
    columns.sort(key=lambda c: c.index)
    return _by_values(columns, sample, doubts), doubts


def extra_names(headers: Sequence[str]) -> list[str]:
    """A name for each column that can be a key: never empty, never twice."""
    seen: dict[str, int] = {}
    names = []
    for index, header in enumerate(headers):
        name = header or f"column {index + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _declared(headers: Sequence[str], mapping: Mapping[str, str]) -> tuple[list[Column], list[str]]:
    exact = {header: index for index, header in reversed(list(enumerate(headers)))}
    loose = {squashed(header): index for header, index in exact.items()}
    found, doubts = [], []
    for key, entry in mapping.items():
        column = declared_column(key, entry)
        index = exact.get(column.header, loose.get(squashed(column.header), -1))
        if index < 0:
            sentence = (
                f"the mapping's column {column.header!r} for {key!r} is not in this file"
                f"{_near(column.header, headers)}"
            )
            if column.field in ("id", "title"):
                raise FeedError("missing-column", f"{sentence}; correct the mapping or the file")
            doubts.append(f"missing-column: {sentence}")
        else:
            found.append(replace(column, index=index))
    return found, doubts


def _by_values(
    columns: list[Column], sample: Sequence[Sequence[object]], doubts: list[str]
) -> list[Column]:
    fields = {c.field for c in columns}
    refined = []
    for column in columns:
        values = [
            text
            for row in sample
            if column.index < len(row) and (text := cell_text(row[column.index])) not in UNKNOWN
        ]
        if not column.field:
            column = _by_shape(column, values, fields)
        elif column.field == "runtime" and column.unit is None:
            column = _with_unit(column, values, doubts)
        elif column.field in PEOPLE and column.separator is None:
            column = replace(column, last_first=_last_first(values))
        refined.append(column)
    return refined


def _by_shape(column: Column, values: list[str], fields: set[str]) -> Column:
    """A column without a known name, whose every known value has one telling shape."""
    if values and all(map(_IMDB.match, values)):
        return replace(column, field="imdb")
    if values and all(map(_EIDR.match, values)):
        return replace(column, field="eidr")
    dated = fields & {"year", "release_date"} or _OTHER_YEARS.search(column.header)
    if len(values) >= 3 and not dated and all(map(_YEAR.match, values)):
        fields.add("year")
        return replace(column, field="year")
    return column


def _with_unit(column: Column, values: list[str], doubts: list[str]) -> Column:
    numbers = sorted(float(v) for v in values if _NUMBER.match(v))
    median = numbers[len(numbers) // 2] if numbers else 0
    unit = "ms" if median >= _EARLIEST_MS else "s" if median >= _EARLIEST_SECONDS else "min"
    if unit != "min":
        doubts.append(
            f"assumed-unit: {column.header!r} has no unit and a median of {median:.0f}, read as "
            f"{unit}; declare it in the mapping (runtime = '{column.header}|unit={unit}')"
        )
    return replace(column, unit=unit)


def _last_first(values: list[str]) -> bool:
    """Whether cells hold `Last, First`: nearly all have one comma and none has two."""
    commas = [v.count(",") for v in values if "|" not in v and ";" not in v]
    return len(commas) >= 5 and max(commas) == 1 and sum(commas) >= 0.8 * len(commas)


def _near(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
