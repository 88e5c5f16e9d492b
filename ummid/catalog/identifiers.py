"""External identifiers: one spelling each, checked where the scheme has a check.

EIDR: `10.5240/` + five groups of four hex digits + an ISO 7064 Mod 37,36 check character
(EIDR ID Format 1.5). MovieLabs ids: `md:cid:SCHEME:…` (TR-META-MMI).
"""

import re
from functools import lru_cache

from stdnum.iso7064 import mod_37_36

from ummid.catalog.model import ExternalId, IdScope

_EIDR_BODY = re.compile(
    r"^(?P<prefix>\d+\.\d+)[/:]+(?P<id>(?:[0-9A-Z]{4}-){5}[0-9A-Z])(?P<suffix>:.*)?$",
    re.IGNORECASE | re.ASCII,
)
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


def external_id(scheme: str, raw: str, scope: IdScope = "title") -> ExternalId | None:
    """An identifier of a named scheme, normalised and checked; None when nothing is there.

    `scheme` is any spelling a feed uses (`IMDB`, `TMS`, `eidr-s`); an unknown one is kept in
    lower case and its values are taken as they are.
    """
    text = raw.strip()
    if not text:
        return None
    name = _SCHEMES.get(scheme.strip().lower(), scheme.strip().lower() or "other")
    value, valid = _normalise(name, text)
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


@lru_cache(maxsize=65536)
def _normalise(scheme: str, text: str) -> tuple[str, bool]:
    match scheme:
        case "eidr":
            return _eidr(text)
        case "imdb":
            found = _IMDB_URL.search(text)
            value = (found[1] if found else text).lower()
            return value, bool(_IMDB.match(value))
        case "tms":
            found = _TMS.match(text.upper())
            return ("".join(found.groups()), True) if found else (text, False)
        case "isan":
            return _isan(text)
        case _:
            return text, True


def _eidr(text: str) -> tuple[str, bool]:
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


@lru_cache(maxsize=65536)
def _is_checked(digits: str) -> bool:
    """One record often spells one EIDR in several ways."""
    return bool(mod_37_36.checksum(digits) == 1)


def _isan(text: str) -> tuple[str, bool]:
    from stdnum import isan

    try:
        return isan.format(isan.validate(text)), True
    except isan.ValidationError:
        return text, False
