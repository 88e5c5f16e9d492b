"""External identifiers: one spelling each, checked where the scheme has a check.

EIDR: `10.5240/` + five groups of four hex digits + an ISO 7064 Mod 37,36 check character
(EIDR ID Format 1.5). MovieLabs ids: `md:cid:SCHEME:…` (TR-META-MMI).
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ummid.catalog.model import ExternalId, IdScope

_EIDR_BODY = re.compile(
    r"^(?P<prefix>\d+\.\d+)[/:]+(?P<id>(?:[0-9A-Z]{4}-){5}[0-9A-Z])(?P<suffix>:.*)?$",
    re.IGNORECASE | re.ASCII,
)
_EIDR_PLAIN = re.compile(r"(?:urn:eidr:)?(?:10\.5240[/:])?((?:[0-9A-F]{4}-){5}[0-9A-Z])", re.ASCII)
"""The spellings that nearly all feeds use: taken without looking for others."""

_HEX20 = re.compile(r"^[0-9A-F]{20}$")
_IMDB = re.compile(r"^tt[0-9]{7,10}$")
_IMDB_URL = re.compile(r"imdb\.com/title/(tt[0-9]+)", re.IGNORECASE)
_TMS = re.compile(r"^(MV|EP|SH|SP)([0-9]{8})\.?([0-9]{4})$")
_MOVIELABS = re.compile(r"^md:(?P<type>[a-z]+):(?P<scheme>[A-Za-z-]+):(?P<rest>.+)$", re.IGNORECASE)

_SCHEMES = {
    "tms": "tms",
    "tmsid": "tms",
    "gracenote": "tms",
    "dd_progid": "tms",
    "imdb": "imdb",
    "imdb.com": "imdb",
    "eidr": "eidr",
    "eidr-s": "eidr",
    "eidr-x": "eidr",
    "eidr-urn": "eidr",
    "titleeidr": "eidr",
    "editeidr": "eidr",
    "tmdb": "tmdb",
    "themoviedb.org": "tmdb",
    "tvdb": "tvdb",
    "thetvdb.com": "tvdb",
    "isan": "isan",
    "ean": "ean",
    "upc": "upc",
    "rovi": "rovi",
}


@lru_cache(maxsize=1024)
def _scheme(raw: str) -> str:
    name = raw.strip().lower()
    return _SCHEMES.get(name, name or "other")


def external_id(scheme: str, raw: str, scope: IdScope = "title") -> ExternalId | None:
    """An identifier of a named scheme, normalised and checked; None when nothing is there.

    `scheme` is any spelling a feed uses (`IMDB`, `TMS`, `eidr-s`); an unknown one is kept in
    lower case and its values are taken as they are.
    """
    text = raw.strip()
    if not text:
        return None
    name = _scheme(scheme)
    normalise = _NORMALISE.get(name)
    value, valid = normalise(text) if normalise else (text, True)
    return ExternalId(name, value, scope, valid, None if value == text else text)


def own_id(value: str, scope: IdScope = "title") -> ExternalId:
    """The partner's own identifier, opaque and case-sensitive."""
    return ExternalId("partner", value.strip(), scope)


def movielabs_id(raw: str, scope: IdScope = "title") -> ExternalId | None:
    """`md:cid:eidr-s:…`, `md:alid:org:domain:id`, a bare EIDR or an opaque id.

    EIDR forms become scheme `eidr`; an extended form (`eidr-x` with a suffix) names a part
    of a title and is kept whole under `movielabs`, as are all other forms.
    """
    text = raw.strip()
    if not text:
        return None
    match = _MOVIELABS.match(text)
    if match:
        form, rest = match["scheme"].lower(), match["rest"]
        if form == "eidr-s":
            return external_id("eidr", rest, scope)
        return ExternalId("movielabs", text, scope)
    if text.lower().startswith(("urn:eidr:", "10.5240/", "eidr-s:")):
        return external_id("eidr", text, scope)
    return ExternalId("movielabs", text, scope)


def best(ids: tuple[ExternalId, ...], scheme: str) -> str | None:
    """The first valid value of a scheme, else the first value of it, else None."""
    values = [i for i in ids if i.scheme == scheme]
    return next((i.value for i in values if i.valid), values[0].value if values else None)


def _imdb(text: str) -> tuple[str, bool]:
    found = _IMDB_URL.search(text)
    value = (found[1] if found else text).lower()
    return value, bool(_IMDB.match(value))


def _tms(text: str) -> tuple[str, bool]:
    found = _TMS.match(text.upper())
    return ("".join(found.groups()), True) if found else (text, False)


def _eidr(text: str) -> tuple[str, bool]:
    plain = _EIDR_PLAIN.fullmatch(text)
    if plain:
        return f"10.5240/{plain[1]}", _is_checked(plain[1].replace("-", ""))
    return _odd_eidr(text)


def _odd_eidr(text: str) -> tuple[str, bool]:
    body = text.strip()
    lowered = body.lower()
    for prefix in ("urn:eidr:", "md:cid:eidr-s:", "eidr-s:", "eidr-x:", "eidr:"):
        if lowered.startswith(prefix):
            body, lowered = body[len(prefix) :], lowered[len(prefix) :]
    if not body.startswith("10.") and re.match(r"^[0-9A-Fa-f]{4}-", body):
        body = f"10.5240/{body}"
    match = _EIDR_BODY.match(body)
    if not match:
        return text, False
    digits = match["id"].replace("-", "").upper()
    value = f"{match['prefix']}/{match['id'].upper()}"
    valid = (
        match["prefix"] == "10.5240"
        and not match["suffix"]
        and bool(_HEX20.match(digits[:20]))
        and _is_checked(digits)
    )
    return value, valid


_DIGITS = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", bytes(range(36)))
_DOUBLED = bytes((n % 36 or 36) * 2 % 37 for n in range(36 + 36))
"""By the sum of a digit and what was carried to it: what is carried to the next."""


@lru_cache(maxsize=4096)
def _is_checked(digits: str) -> bool:
    """ISO 7064 Mod 37,36. One record often spells one EIDR in several ways."""
    *body, check = digits.encode().translate(_DIGITS)
    carried = 36
    for digit in body:
        carried = _DOUBLED[carried + digit]
    return (carried + check) % 36 == 1


def _isan(text: str) -> tuple[str, bool]:
    from stdnum import isan

    try:
        return isan.format(isan.validate(text)), True
    except isan.ValidationError:
        return text, False


_NORMALISE: dict[str, Callable[[str], tuple[str, bool]]] = {
    "eidr": _eidr,
    "imdb": _imdb,
    "tms": _tms,
    "isan": _isan,
}
