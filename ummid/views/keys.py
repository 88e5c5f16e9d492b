"""Row keys. Ids are already short and safe; partner text is quoted, and hashed when long."""

from functools import lru_cache
from urllib.parse import quote

from ummid.catalog.keys import stable_id

BODY = b"v:body"
ALIAS = b"v:alias"
GRANTS = b"h:grants"
LICENCES = b"v:licences"
GENERATED = b"v:generated"
STATE = b"s:state"
DEAD = b"s:dead"
MEMBERS = b"s:members"
COVERED = b"s:covered"
COVERED_BY_FEED = b"s:coveredby"
PAGES = b"s:pages"
OFFERS = b"s:offers"
STAGED = b"s:staged"
CHANGE = b"v:change"
REPORT = b"v:report"
LETTER = b"s:letter"
VALUE = b"s:value"
MEMBER = b"v:edge"
MESSAGE = b"s:message"

SPREAD = (b"L#", b"M#", b"c#", b"s#", b"v#", b"x#")
"""Kinds of rows whose keys do not begin with a hash: written at the end (the change feed, a new
run's statements), or many beginning alike (a market, a member of edges, an id's scheme, an index).
A store of several machines spreads them; the keys are the same to who reads and scans them."""

LAST = (b"c#",)
"""Kinds of rows that tell of others: where a batch does not appear as a whole, they come last."""

SPLITS = tuple(
    kind + digit
    for kind in (b"E#", b"a#", b"b#", b"e#", b"k#", b"o#", b"r#", b"t#")
    for digit in (b"0", b"8")
)
"""Where a table of several machines is parted to begin with: kinds of many rows."""

_LONG = 120


def record(record_id: str) -> bytes:
    return b"r#" + record_id.encode()


def link(link_id: str) -> bytes:
    return b"k#" + link_id.encode()


def block(block_id: str) -> bytes:
    return b"b#" + block_id.encode()


def crowded(block_id: str) -> bytes:
    return b"w#" + block_id.encode()


def pairs(record_id: str) -> bytes:
    return b"e#" + record_id.encode()


def rulings(record_id: str) -> bytes:
    return b"j#" + record_id.encode()


def members(title_id: str) -> bytes:
    return b"m#" + title_id.encode()


def scope(scope_id: str) -> bytes:
    return b"z#" + scope_id.encode()


def scope_pages(scope_id: str) -> bytes:
    return scope(scope_id) + b"#pages"


def scope_records(scope_id: str) -> bytes:
    return b"o#" + scope_id.encode() + b"#"


def scope_record(scope_id: str, record_id: str) -> bytes:
    return scope_records(scope_id) + record_id.encode()


def title(title_id: str) -> bytes:
    return b"t#" + title_id.encode()


def external(scheme: str, value: str) -> bytes:
    return b"x#" + _text(scheme) + b"#" + _text(value)


def availability(title_id: str) -> bytes:
    return b"a#" + title_id.encode()


def inverse(territory: str, platform: str, title_id: str) -> bytes:
    """The bucket after territory and platform spreads writes: one platform's US catalogue
    is thousands of rows."""
    return b"#".join(
        (b"v", _text(territory), _text(platform), title_id[-2:].encode(), title_id.encode())
    )


def change(serial: int) -> bytes:
    return b"c#%016d" % serial


def run(run_id: str) -> bytes:
    return b"g#" + run_id.encode()


def dead_letter(letter_id: str) -> bytes:
    return b"d#" + letter_id.encode()


def origin(file_id: str) -> bytes:
    return b"f#" + file_id.encode()


def arrived(name: str) -> bytes:
    return b"A#" + stable_id(name).encode()


def dirty(partition: str, run_id: str, part: str) -> bytes:
    return dirty_partition(partition) + run_id.encode() + b"#" + part.encode()


def dirty_partition(partition: str) -> bytes:
    return b"q#" + partition.encode() + b"#"


def entered(partition: str, run_id: str, part: str) -> bytes:
    return entered_partition(partition) + run_id.encode() + b"#" + part.encode()


def entered_partition(partition: str) -> bytes:
    return b"y#" + partition.encode() + b"#"


def candidates(partition: str, run_id: str, part: str) -> bytes:
    return candidates_partition(partition) + run_id.encode() + b"#" + part.encode()


def candidates_partition(partition: str) -> bytes:
    return b"p#" + partition.encode() + b"#"


def affected(partition: str, run_id: str, part: str) -> bytes:
    return affected_partition(partition) + run_id.encode() + b"#" + part.encode()


def affected_partition(partition: str) -> bytes:
    return b"u#" + partition.encode() + b"#"


def unenriched(partition: str, run_id: str, part: str) -> bytes:
    return unenriched_partition(partition) + run_id.encode() + b"#" + part.encode()


def unenriched_partition(partition: str) -> bytes:
    return b"h#" + partition.encode() + b"#"


def staged(run_id: str, record_id: str, file: str, sequence: int) -> bytes:
    return staged_run(run_id) + f"{record_id}#{file}#{sequence:09d}".encode()


def staged_run(run_id: str) -> bytes:
    return b"s#" + run_id.encode() + b"#"


def enrichment(content: str) -> bytes:
    return b"i#" + content.encode()


def embedding(text_id: str) -> bytes:
    return b"l#" + text_id.encode()


def indexed(index: str) -> bytes:
    """What the rows of an index's ledger begin with."""
    return b"L#" + index.encode() + b"#"


def edges(owner: str) -> bytes:
    return b"E#" + owner.encode()


def member(role: str, value: str, owner: str) -> bytes:
    return b"#".join((b"M", role.encode(), _text(value), owner.encode()))


def counter(name: str) -> bytes:
    return b"n#" + name.encode()


@lru_cache(maxsize=4096)
def _text(value: str) -> bytes:
    quoted = quote(value, safe=":.-_/ ")
    return (quoted if len(quoted) <= _LONG else "=" + stable_id(value)).encode()
