"""The formats known, in the order in which they are asked to recognise a file."""

from functools import cache
from importlib import import_module

from ummid.errors import ConfigError, FeedError
from ummid.feeds.connector import Format
from ummid.feeds.head import Head

_MODULES = (
    "mec",
    "avails_xml",
    "mmc",
    "amazon_cdf",
    "imf",
    "itunes",
    "adi",
    "tva",
    "xmltv",
    "apple_umc",
    "amagi",
    "mrss",
    "hls",
    "watch_actions",
    "roku_search_json",
    "roku_dp_json",
    "avails_xlsx",
    "mec_csv_amazon",
    "tabular",
)
"""From the most specific evidence to the least: tabular files come last."""


@cache
def formats() -> tuple[Format, ...]:
    """Every known format, in sniffing order.

    Raises ConfigError when a connector cannot be loaded: left out, its files would pass for
    those of a more general format, an Avails sheet for any table.
    """
    found: list[Format] = []
    for module in _MODULES:
        try:
            found.extend(import_module(f"ummid.feeds.{module}").FORMATS)
        except ImportError as error:
            raise ConfigError(
                f"the connector ummid.feeds.{module} cannot be loaded ({error}); "
                "install the locked requirements again (make setup)"
            ) from error
    return tuple(found)


def by_name(name: str) -> Format:
    """The format called `name`. Raises FeedError `unknown-format` with the names there are."""
    for known in formats():
        if known.name == name:
            return known
    names = ", ".join(known.name for known in formats())
    raise FeedError("unknown-format", f"no format is called {name!r}; there are: {names}")


def recognise(head: Head) -> Format:
    """The format of a file by its content.

    Raises FeedError `empty-file` or `unknown-format`.
    """
    if head.is_empty:
        raise FeedError("empty-file", "the file is empty; ask the partner to send it again")
    for known in formats():
        if known.sniff(head):
            return known
    raise FeedError(
        "unknown-format",
        f"the content is of no known format ({_shown(head)}); `ummid formats` lists them, "
        "and a column mapping makes a table readable",
    )


def _shown(head: Head) -> str:
    if head.xml_root:
        return f"XML root <{head.xml_root.name}> in namespace {head.xml_root.namespace!r}"
    if head.json:
        return f"JSON {head.json.kind} with {', '.join(sorted(head.json.keys)[:6]) or 'no keys'}"
    return f"first bytes {head.data[:24]!r}"
