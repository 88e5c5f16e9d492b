"""What people decided, as plain documents for tools that read nothing else of ours."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ummid.catalog.times import iso
from ummid.partners import Partners
from ummid.stores.table import Table
from ummid.views import pairs

Documents = dict[str, Mapping[str, Any]]


def rulings(table: Table) -> Documents:
    """Every word on a pair of records, by `RECORD.RECORD`, the smaller first."""
    found: Documents = {}
    for record_id, words in pairs.all_rulings(table):
        for other, said in words.items():
            if record_id < other:
                found[f"{record_id}.{other}"] = {
                    "records": [record_id, other],
                    "same": said.same,
                    "decided": iso(said.time),
                    "author": said.author,
                    "note": said.note,
                }
    return found


def profiles(partners: Partners) -> Documents:
    """What is agreed with each partner, and which files are its own."""
    return {
        name: {**msgspec.to_builtins(profile), "files": list(partners.files.get(name, ()))}
        for name, profile in partners.profiles.items()
    }
