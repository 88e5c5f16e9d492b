"""Statements by partners, and the golden record of some of them."""

from typing import Any

from ummid.catalog.merge import merge
from ummid.catalog.model import Source, SourceRecord
from ummid.catalog.precedence import Precedence
from ummid.catalog.survivorship import Contributor
from ummid.catalog.title import Title

NOBODY = Precedence()


def said(record_id: str, stated: int = 0, partner: str = "acme", **fields: Any) -> Contributor:
    """A statement made at a time by a partner."""
    record = SourceRecord(
        **{
            "format": "mrss",
            "kind": "film",
            "key": record_id,
            "source": Source("feed", "item"),
            "partner": partner,
        }
        | fields
    )
    return Contributor(record_id, (stated, stated, "digest"), record)


def golden(*contributors: Contributor, precedence: Precedence = NOBODY, **parents: str) -> Title:
    known = {tuple(name.split("__", 1)): title for name, title in parents.items()}
    return merge("t", contributors, precedence, known)  # type: ignore[arg-type]
