"""What the first bytes of a file say, whatever its name, and however broken it is."""

import json
import resource
import subprocess
import sys
from functools import cached_property

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.feeds.head import Head, JsonShape


def head(data: bytes | str, *, whole: bool = True) -> Head:
    return Head(data.encode() if isinstance(data, str) else data, whole=whole)


@pytest.mark.parametrize(
    ("data", "body", "encoding"),
    [
        (b"\xef\xbb\xbf \n<a/>", b"<a/>", "utf-8"),
        (b" \t\r\n{}", b"{}", "utf-8"),
        ("\ufeff<é/>".encode("utf-16-le"), "<é/>".encode(), "utf-16-le"),
        ("\ufeff<é/>".encode("utf-16-be"), "<é/>".encode(), "utf-16-be"),
        ("\ufeff<é/>".encode("utf-16-le")[:-1], "<é/\ufffd".encode(), "utf-16-le"),
        (b"caf\xe9\0", b"caf\xc3\xa9 ".rstrip() + b" ", "utf-8"),
    ],
)
def test_the_body_is_in_utf8_without_mark_and_space_before(
    data: bytes, body: bytes, encoding: str
) -> None:
    assert (head(data).body, head(data).encoding) == (body, encoding)


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff\0 "])
def test_nothing_but_marks_and_space_is_empty(data: bytes) -> None:
    assert head(data).is_empty


@pytest.mark.parametrize(
    ("data", "declared", "is_utf8"),
    [
        (b"<r>caf\xe9</r>", "", True),
        (b'<?xml version="1.0" encoding="UTF-8"?><r>\xe9</r>', "utf-8", True),
        (b'<?xml version="1.0" encoding="us-ascii"?><r>\xe9</r>', "us-ascii", True),
        # what .NET writes into a string and then saves as UTF-8
        (b'<?xml version="1.0" encoding="utf-16"?><r/>', "utf-16", True),
        (b'<?xml version="1.0" encoding="x-mac-klingon"?><r/>', "x-mac-klingon", True),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><r>\xe9</r>', "iso-8859-1", False),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><r>é</r>'.encode(), "iso-8859-1", True),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><r>e</r>', "iso-8859-1", False),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><r/>', "iso-8859-1", True),
        ('\ufeff<?xml version="1.0" encoding="utf-16"?><r/>'.encode("utf-16-le"), "", False),
        (b"PK\x03\x04rest", "", False),
        (b"PAR1rest", "", False),
    ],
)
def test_the_bytes_are_believed_over_the_declaration(
    data: bytes, declared: str, is_utf8: bool
) -> None:
    assert (head(data).declared_encoding, head(data).is_utf8) == (declared, is_utf8)


def test_a_character_cut_by_the_end_of_the_head_speaks_for_no_encoding() -> None:
    data = '<?xml version="1.0" encoding="ISO-8859-1"?><r>éé'.encode()[:-1]
    assert head(data, whole=False).is_utf8
    assert not head(data, whole=True).is_utf8


@pytest.mark.parametrize(
    ("data", "is_zip", "is_parquet"),
    [(b"PK\x03\x04", True, False), (b"PK\x05\x06", True, False), (b"PAR1", False, True),
     (b"PK", False, False), (b"", False, False)],
)  # fmt: skip
def test_magic_bytes(data: bytes, is_zip: bool, is_parquet: bool) -> None:
    assert (head(data).is_zip, head(data).is_parquet) == (is_zip, is_parquet)


ROOT = '<x:feed xmlns:x="urn:x" xmlns="urn:y" version="2">'


@pytest.mark.parametrize(
    "document",
    [
        ROOT,
        f"  {ROOT}<item",
        f'<?xml version="1.0" encoding="utf-8"?><!-- made by -->{ROOT}<a></b>',
        f'<!DOCTYPE feed SYSTEM "feed.dtd">\n{ROOT}',
        f'<?xml version="1.0" encoding="utf-16"?>{ROOT}',
        f"\ufeff{ROOT}",
    ],
)
def test_the_root_is_seen_in_a_head_that_breaks_off_after_it(document: str) -> None:
    for data in (document.encode(), f"\ufeff{document.lstrip()}".encode("utf-16-le")):
        if data.startswith(b"\xff\xfe") and "\ufeff" in document:
            continue
        root = head(data, whole=False).xml_root
        assert root is not None
        assert (root.namespace, root.name) == ("urn:x", "feed")
        assert root.attributes == {"version": "2"}
        assert root.namespaces == {"urn:x", "urn:y"}


@pytest.mark.parametrize(
    "data",
    [
        b"<!-- \xa9 Soci\xe9t\xe9 -->" + ROOT.encode(),
        b"<?xml version='1.0'?>\0" + ROOT.encode(),
        "<?xml version='1.0' encoding='ISO-8859-1'?><!-- é -->".encode("latin-1") + ROOT.encode(),
    ],
)
def test_stray_bytes_before_the_root_do_not_hide_it(data: bytes) -> None:
    root = head(data).xml_root
    assert root is not None
    assert root.name == "feed"


@pytest.mark.parametrize(
    "data",
    ["", "plain", "{", "<", "<>", "<!--", "<?xml", "< r/>", "<!DOCTYPE r", "<1/>", "<r", "<x:y/"],
)
def test_what_is_no_xml_has_no_root(data: str) -> None:
    assert head(data).xml_root is None


def test_entities_in_the_head_are_never_expanded() -> None:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE r [<!ENTITY l0 "ha">{levels}]>'
    assert head(f'{bomb}<r a="&l9;"/>').xml_root is None
    root = head(f"{bomb}<r>&l9;</r>").xml_root
    assert root is not None
    assert root.attributes == {}
    secret = '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r a="&e;"/>'
    assert head(secret).xml_root is None


@pytest.mark.parametrize(
    ("text", "kind", "keys", "scalars"),
    [
        ("{}", "object", set(), {}),
        ("[]", "array", set(), {}),
        ('{"a": 1, "b": {"c": 2}, "d": [3]}', "object", {"a", "b", "d"}, {"a": "1"}),
        ('{"a": "x", "a": "y", "b": true, "n": null}', "object", {"a", "b", "n"},
         {"a": "x", "b": "True"}),
        ('[{"a": 1, "b": {"c": 2}}, {"z": 3}]', "array", {"a", "b"}, {"a": "1"}),
        ('[1, [2], {"a": 1.5}]', "array", {"a"}, {"a": "1.5"}),
        ('[[{"a": 1}]]', "array", set(), {}),
        ('{"a": 1, "b": [{"c', "object", {"a", "b"}, {"a": "1"}),
        ('{"a": 1, "b": nonsense', "object", {"a", "b"}, {"a": "1"}),
        ('{ "long name"   : ', "object", {"long name"}, {}),
        ('{"a": 1, "b": ' + "[" * 100 + "]" * 100 + ', "c": 2}', "object", {"a", "b"}, {"a": "1"}),
        ('{"a": "x.y", "x.a": 2}', "object", {"a", "x.a"}, {"a": "x.y", "x.a": "2"}),
    ],
)  # fmt: skip
def test_the_shape_of_a_json_document(
    text: str, kind: str, keys: set[str], scalars: dict[str, str]
) -> None:
    assert head(text).json == JsonShape(kind, frozenset(keys), scalars, 0)


def test_up_to_three_lines_of_junk_before_a_document_are_skipped() -> None:
    document = '{"a": 1}'
    for count in range(4):
        shape = head("Notice: undefined\n" * count + document).json
        assert shape is not None
        assert (shape.skipped, shape.keys) == (count, {"a"})
    assert head("Notice: undefined\n" * 4 + document).json is None


@pytest.mark.parametrize(
    "data", ["", "plain", "<a/>\n{}", "#EXTM3U\n{}", "{", "{nonsense", "[nonsense"]
)
def test_what_is_no_json_has_no_shape(data: str) -> None:
    assert head(data).json is None


@pytest.mark.parametrize(
    "value",
    ["1" * 5000, "-" + "9" * 300_000, "1e99999999999999999999", "1." + "1" * 5000, "NaN"],
)
def test_absurd_numbers_end_the_look_and_nothing_else(value: str) -> None:
    shape = head(f'{{"before": 1, "n": {value}, "after": 2}}').json
    assert shape is not None
    assert {"before", "n"} <= shape.keys
    assert shape.scalars["before"] == "1"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_absurd_nesting_costs_nothing(opening: str) -> None:
    """The parser's own path of a value grows with its depth: 64 KiB of `[` took 10 GB."""
    document = opening * (250_000 // len(opening))
    code = (
        "import sys; from ummid.feeds.head import Head; "
        "print(Head(sys.stdin.buffer.read(), whole=False).json is None)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=document.encode(), capture_output=True, check=True,
        timeout=60, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    )  # fmt: skip
    assert run.stdout in (b"True\n", b"False\n")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Title,Year\nStalker,1979\n", ("Title", "Year")),
        ("Title;Year\n", ("Title", "Year")),
        ("Title\tYear, or so\n", ("Title", "Year, or so")),
        ("Title|Year", ("Title", "Year")),
        ('"Title, original" , Year\n', ("Title, original", "Year")),
        ("Title,Year\rStalker,1979\r", ("Title", "Year")),
        ("\ufeffTitle,Year\r\n", ("Title", "Year")),
        ("Just a line\n", ()),
        ("", ()),
        ("a," + "x" * 200_000, ()),
    ],
)
def test_the_first_row_of_a_table(text: str, header: tuple[str, ...]) -> None:
    assert head(text).csv_header == header


def test_text_is_windows_1252_where_it_is_no_utf8() -> None:
    assert head(b"Am\xe9lie,\x80").text == "Amélie,€"
    latin = b'<?xml version="1.0" encoding="ISO-8859-1"?><r>\xe9</r>'
    assert "é" in head(latin).text


def test_a_head_that_is_cut_ends_with_a_whole_line() -> None:
    assert head("a,b\nc,", whole=False).text == "a,b\n"
    assert head("a,b\nc,", whole=True).text == "a,b\nc,"
    assert head("a,b", whole=False).text == "a,b"


FRAGMENTS = st.sampled_from(
    [b"<", b">", b"<?xml ", b"encoding='utf-16'", b"<!DOCTYPE r [", b"]>", b"<r xmlns='u'>", b"{",
     b"[", b'"', b'"a":', b"1e9", b",", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
     b"PK\x03\x04", b"PAR1", b"\xe9", b"#EXTM3U\n", b"WEBVTT"]
)  # fmt: skip


@given(st.lists(FRAGMENTS | st.binary(max_size=8)).map(b"".join), st.booleans())
def test_no_question_about_any_bytes_fails(data: bytes, whole: bool) -> None:
    one = Head(data, whole=whole)
    questions = [n for n, q in vars(Head).items() if isinstance(q, cached_property | property)]
    assert len(questions) >= 12
    for name in questions:
        getattr(one, name)


def test_a_head_of_json_is_read_in_full() -> None:
    document = {f"key {n}": "x" * 1000 for n in range(100)}
    shape = head(json.dumps(document)).json
    assert shape is not None
    assert len(shape.keys) == 100
