"""JSON values as partners write them: scalar, list or object in the same place, `"null"`.

Feeds put numbers in strings, one object where a list is due and the word null for nothing;
these helpers give each reader the shape it needs.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_TEXT_MEMBERS = ("value", "@value", "name", "text", "title")


def is_nothing(value: Any) -> bool:
    """None, empty, or the word null."""
    if isinstance(value, str):
        return value.strip().lower() in ("", "null")
    return value is None or value in ([], {})


def as_list(value: Any) -> list[Any]:
    """The items of a list, or the one value as a list; what is nothing is left out."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if not is_nothing(item)]


def placed(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(JSON pointer, item) of each item of a list, nulls too, or of the one value there is."""
    if isinstance(value, list):
        yield from ((f"{place}/{index}", item) for index, item in enumerate(value))
    elif not is_nothing(value):
        yield place, value


def as_dict(value: Any) -> dict[str, Any]:
    """The object, or the first object of a list; {} for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict)), {})
    return {}


def as_text(value: Any) -> str:
    """The text of a scalar, of an object's `value` (or `name`…), of a list's first; else ""."""
    if isinstance(value, str):
        text = value.strip()
        return "" if text.lower() == "null" else text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, dict):
        return next((t for name in _TEXT_MEMBERS if (t := as_text(value.get(name)))), "")
    if isinstance(value, list):
        return next((t for item in value if (t := as_text(item))), "")
    return ""


def as_texts(value: Any) -> list[str]:
    """The texts of a list or a scalar; of an object without a text of its own, its values."""
    texts: list[str] = []
    for item in as_list(value):
        if isinstance(item, dict) and not as_text(item):
            texts.extend(t for inner in item.values() if (t := as_text(inner)))
        elif text := as_text(item):
            texts.append(text)
    return texts


def as_number(value: Any) -> Decimal | None:
    """A finite number from a number or its text; None when it is none."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(as_text(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > 18 or int(number.as_tuple().exponent) < -18:
        return None
    return number


def as_int(value: Any) -> int | None:
    """A whole number from a number or its text (`2`, `"2"`, `2.0`); None when it is none."""
    number = as_number(value)
    return int(number) if number is not None and number == int(number) else None


def member(item: Mapping[str, Any], *names: str) -> Any:
    """The first of these members that holds something; letter case is tolerated (`Language`)."""
    for name in names:
        if not is_nothing(item.get(name)):
            return item[name]
    spelt = _other_spellings(tuple(item), names)
    return next((item[key] for key in spelt if not is_nothing(item[key])), None)


@lru_cache(maxsize=4096)
def _other_spellings(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that are one of the names but for letter case. A feed's objects look alike."""
    wanted = {name.lower() for name in names}
    return tuple(key for key in keys if key.lower() in wanted)


def raw_json(item: Any) -> str:
    """The item as JSON text, for a dead letter."""
    return _ENCODER.encode(item).decode()
