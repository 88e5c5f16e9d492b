"""Ids of titles as ids of datapoints: letters, digits, `-` and `_` as they are, else in hex."""

import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_CODED = re.compile(r"(?:\.[0-9a-f]{2})+")
MARKER = "..ummid"
"""The id of no title: what says for which embedder an index is."""


def datapoint_id(name: str) -> str:
    return _UNSAFE.sub(_code, name) or "."


def name_of(datapoint: str) -> str:
    return "" if datapoint == "." else _CODED.sub(_decode, datapoint)


def _code(sign: re.Match[str]) -> str:
    return "".join(f".{byte:02x}" for byte in sign[0].encode("utf-8", "surrogatepass"))


def _decode(coded: re.Match[str]) -> str:
    return bytes.fromhex(coded[0].replace(".", "")).decode("utf-8", "surrogatepass")
