"""Enrichments, kept by the content they were made of, so that nothing is asked or paid twice.

A row is named by model, prompt and facts: a replay or a rebuild finds it, a change of any of
the three does not. Rows of old models and prompts stay, and answer again when one goes back.
"""

from collections.abc import Sequence

import msgspec

from ummid.catalog.keys import stable_id
from ummid.models.enricher import Enrichment, TitleFacts
from ummid.stores.table import Put, Table
from ummid.views import keys

_NEVER = 1 << 43
"""Epoch ms in the year 2248. The version counts down to it: a table keeps the highest."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Enrichment).decode
_encode_facts = msgspec.json.Encoder().encode


def content_id(model: str, prompt: str, facts: TitleFacts) -> str:
    return stable_id(model, prompt, _encode_facts(facts).decode())


def put(content: str, enrichment: Enrichment) -> Put:
    """Of two answers, written in any order, the one that was given first stays."""
    version = max(0, _NEVER - enrichment.generated.at)
    return Put(keys.enrichment(content), keys.VALUE, version, _encode(enrichment))


def read(table: Table, contents: Sequence[str]) -> list[Enrichment | None]:
    """What is kept of each, in the order asked."""
    cells = table.get_many([keys.enrichment(content) for content in contents], keys.VALUE)
    return [_decode(cell.value) if cell is not None and cell.value else None for cell in cells]
