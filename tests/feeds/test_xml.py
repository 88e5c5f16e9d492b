"""Streaming XML: hardened, bounded, in order, with the place of everything."""

import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ummid.errors import FeedError
from ummid.feeds import xml
from ummid.feeds.xml import parse_document, stream_elements

NODES = st.recursive(
    st.sampled_from(["t", "\n", "<!-- c -->", ""]),
    lambda inner: st.builds(
        lambda tag, inside: f"<{tag}>{''.join(inside)}</{tag}>",
        st.sampled_from(["item", "x"]),
        st.lists(inner, max_size=3),
    ),
)
SECRET = "what only this machine knows"


def both(document: str | bytes) -> dict[str, tuple[list[str], FeedError | None]]:
    """The texts of `item` and what refused the document, by streaming and as a whole."""
    data = document.encode() if isinstance(document, str) else document
    found: dict[str, tuple[list[str], FeedError | None]] = {}
    texts: list[str] = []
    refused = None
    try:
        for item in stream_elements(io.BytesIO(data), "{*}item"):
            texts.append(xml.text(item))
    except FeedError as error:
        refused = error
    found["stream"] = (texts, refused)
    try:
        root = parse_document(io.BytesIO(data))
        found["whole"] = ([xml.text(e) for e in root.iter("{*}item")], None)
    except FeedError as error:
        found["whole"] = ([], error)
    return found


def codes(document: str | bytes) -> dict[str, str | None]:
    return {way: error.code if error else None for way, (_, error) in both(document).items()}


def refused(document: str | bytes) -> set[str | None]:
    found = both(document)
    for texts, error in found.values():
        assert SECRET not in f"{texts}{error}"
    return set(codes(document).values())


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path.as_uri()


def laughs(body: str, levels: int = 12) -> str:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, levels))
    return f'<!DOCTYPE r [<!ENTITY l0 "ha">{entities}]><r>{body}</r>'


class TestEntities:
    @pytest.mark.parametrize("reference", ["<item>&e;</item>", '<item a="&e;"/>', "<item/>"])
    @pytest.mark.parametrize("subset", ["{}", "<!ENTITY x 'y'>{}"])
    def test_an_external_entity_is_refused_and_its_file_never_read(
        self, secret: str, reference: str, subset: str
    ) -> None:
        entity = subset.format(f'<!ENTITY e SYSTEM "{secret}">')
        assert refused(f"<!DOCTYPE r [{entity}]><r>{reference}</r>") == {"entity"}

    def test_an_external_parameter_entity_is_refused(self, secret: str) -> None:
        declared = f'<!ENTITY % p SYSTEM "{secret}"> %p;'
        assert refused(f"<!DOCTYPE r [{declared}]><r><item>x</item></r>") == {"entity"}

    def test_an_internal_entity_is_refused_used_or_not(self) -> None:
        for body in ("<item>&e;</item>", "<item>x</item>"):
            assert refused(f'<!DOCTYPE r [<!ENTITY e "x">]><r>{body}</r>') == {"entity"}

    @pytest.mark.parametrize("body", ["<item>&l11;</item>", '<item a="&l11;"/>', "&l11;<item/>"])
    def test_a_billion_laughs_are_refused_in_no_time(self, body: str) -> None:
        assert refused(laughs(body)) == {"entity"}

    def test_a_quadratic_bomb_is_refused(self) -> None:
        entity = f'<!ENTITY e "{"x" * 100_000}">'
        assert refused(f"<!DOCTYPE r [{entity}]><r><item>{'&e;' * 10_000}</item></r>") == {"entity"}

    def test_an_entity_that_means_itself_is_refused(self) -> None:
        loop = '<!ENTITY a "&b;"><!ENTITY b "&a;">'
        assert refused(f"<!DOCTYPE r [{loop}]><r><item>&a;</item></r>") == {"entity"}

    def test_an_external_dtd_is_not_loaded(self, tmp_path: Path) -> None:
        dtd = tmp_path / "feed.dtd"
        dtd.write_text(f'<!ENTITY e "{SECRET}"><!ATTLIST item a CDATA "{SECRET}">')
        document = f'<!DOCTYPE r SYSTEM "{dtd.as_uri()}"><r><item>x</item></r>'
        assert both(document) == {"stream": (["x"], None), "whole": (["x"], None)}
        (item,) = parse_document(io.BytesIO(document.encode()))
        assert dict(item.attrib) == {}

    def test_nothing_is_fetched(self) -> None:
        asked: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            at = f"http://127.0.0.1:{server.server_port}"
            both(f'<!DOCTYPE r SYSTEM "{at}/a.dtd"><r><item>x</item></r>')
            both(f'<!DOCTYPE r PUBLIC "-//x" "{at}/b.dtd"><r><item>&e;</item></r>')
            both(f'<!DOCTYPE r [<!ENTITY e SYSTEM "{at}/c">]><r><item>&e;</item></r>')
            both(
                f'<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xsi:noNamespaceSchemaLocation="{at}/d.xsd"><?xml-stylesheet href="{at}/e"?>'
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{at}/f"/></r>'
            )
            server.shutdown()
        assert asked == []

    @pytest.mark.parametrize(
        ("reference", "line"),
        [
            ("<item>a &e; b</item>", 4),
            ("<item>\n<deep>\n&e;</deep></item>", 6),
            ('<item a="Caf&e;"/>', 4),
            ('<item>\n<deep\n\na="&e;"/></item>', 7),
        ],
    )
    def test_with_an_unloaded_dtd_a_reference_is_refused_and_not_dropped(
        self, reference: str, line: int
    ) -> None:
        document = f'<!DOCTYPE r SYSTEM "r.dtd">\n<r>\n<item>before</item>\n{reference}\n</r>'
        found = both(document)
        for _, error in found.values():
            assert error is not None
            assert (error.code, str(error).partition(":")[0]) == ("entity", f"line {line}")
        assert found["stream"][0] == ["before"]

    def test_a_doctype_and_the_five_entities_of_xml_are_fine(self) -> None:
        document = (
            '<!DOCTYPE r [<!ELEMENT r ANY><!ATTLIST r a CDATA #IMPLIED>]>'
            '<r a="&lt;"><item a="&quot;">a &amp; b &#x41;&gt;&apos;</item></r>'
        )  # fmt: skip
        assert both(document)["stream"] == both(document)["whole"] == (["a & b A>'"], None)


class TestBrokenDocuments:
    @pytest.mark.parametrize(
        ("rest", "line"),
        [
            ("", 4),
            ("<item>", 4),
            ("<item", 4),
            ("</wrong></r>", 4),
            ("<item>\n\n&nbsp;</item></r>", 6),
            ("<item>&#0;</item></r>", 4),
            ("<x:item/></r>", 4),
            ("<item a='1' a='2'/></r>", 4),
            ("</r>\n<more/>", 5),
            ("<item>]]></item></r>", 4),
        ],
    )
    def test_what_came_before_is_given_and_the_line_is_named(self, rest: str, line: int) -> None:
        found = both(f"<r>\n<item>1</item>\n<item>2</item>\n{rest}")
        assert found["stream"][0][:2] == ["1", "2"]
        for _, error in found.values():
            assert error is not None
            assert error.code == "not-well-formed"
            assert str(error).startswith(f"line {line}:")

    def test_after_an_undefined_entity_nothing_is_taken_for_a_new_document(self) -> None:
        """lxml's own iterparse goes on behind one as if a document began there."""
        items = "".join(f"<item>{n}</item>\n" for n in range(5000))
        for document in (
            f"<r>\n{items}<x>&nope;</x>\n<item>lost</item>{items}</r>",
            f"<r>\n{items}<x>&nope;</x>{' ' * 70_000}<item>forged</item>",
        ):
            texts, error = both(document)["stream"]
            assert texts == [str(n) for n in range(5000)]
            assert error is not None
            assert str(error).startswith("line 5002:")

    @pytest.mark.parametrize("data", [b"", b"  ", b"plain", b"\x00", b"<", b"{}"])
    def test_what_is_no_xml_is_not_well_formed(self, data: bytes) -> None:
        assert set(codes(data).values()) == {"not-well-formed"}

    def test_depth_and_length_of_text_are_bounded(self) -> None:
        deep = "<a>" * 100_000
        assert set(codes(f"<r>{deep}").values()) == {"not-well-formed"}
        long = "x" * 11_000_000
        assert set(codes(f"<r><item>{long}</item></r>").values()) == {"not-well-formed"}

    def test_a_failing_stream_fails_as_itself_after_what_it_gave(self) -> None:
        class Torn(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                data = super().read(size)
                if not data:
                    raise OSError("torn")
                return data

        found = []
        with pytest.raises(OSError, match="torn"):  # noqa: PT012
            for item in stream_elements(Torn(b"<r><item>1</item><item>2"), "item"):
                found.append(xml.text(item))
        assert found == ["1"]


class TestStreaming:
    def test_elements_come_in_order_whatever_their_namespace_and_depth(self) -> None:
        document = (
            b'<r><item>1</item><b xmlns="u"><item>2</item></b><other/>'
            b"<deep><item>3</item></deep></r>"
        )
        found = [xml.text(e) for e in stream_elements(io.BytesIO(document), "{*}item")]
        assert found == ["1", "2", "3"]
        plain = [xml.text(e) for e in stream_elements(io.BytesIO(document), "item")]
        assert plain == ["1", "3"]

    def test_several_tags_are_given_as_they_come(self) -> None:
        document = b"<r><a>1</a><b>2</b><a>3</a><c/></r>"
        found = [
            (xml.local(e), xml.text(e)) for e in stream_elements(io.BytesIO(document), "a", "b")
        ]
        assert found == [("a", "1"), ("b", "2"), ("a", "3")]

    def test_what_is_nested_in_an_element_belongs_to_it(self) -> None:
        document = (
            b"<r><item>1<item>2<item>3</item></item><x><item>4</item></x></item><item>5</item></r>"
        )
        found = [xml.text(e) for e in stream_elements(io.BytesIO(document), "item")]
        assert found == ["1234", "5"]
        nested = b"<item>1<item>2</item></item>"
        assert [xml.text(e) for e in stream_elements(io.BytesIO(nested), "item")] == ["12"]

    def test_an_element_knows_its_line_and_what_is_around_it(self) -> None:
        document = (
            b"<r version='2'>\n<!-- x -->\n<group id='g'>\n<item>1</item>\n"
            b"<item\n a='1'>2</item></group></r>"
        )
        places = []
        for item in stream_elements(io.BytesIO(document), "item"):
            above = [(xml.local(a), dict(a.attrib)) for a in item.iterancestors()]
            assert above == [("group", {"id": "g"}), ("r", {"version": "2"})]
            places.append(xml.place(item, "/r/group/item"))
        assert places == ["line 4, /r/group/item", "line 6, /r/group/item"]

    def test_lines_beyond_65535_are_right(self) -> None:
        document = b"<r>" + b"\n" * 70_000 + b"<item>x</item>\n<item>\n\ntext</item></r>"
        lines = [xml.line(e) for e in stream_elements(io.BytesIO(document), "item")]
        assert lines == [70_001, 70_002]

    @pytest.mark.parametrize(
        ("one", "tag"),
        [
            (b"<item><title>t</title><x a='1'>y</x></item>\n", "item"),
            (b"<group><item><title>t</title></item></group>\n", "item"),
            (b"<!-- c --><?pi x?><item>t</item>text", "item"),
            (b"<other/><item xmlns:n='relative'>t</item>", "item"),
        ],
    )
    def test_memory_stays_flat_over_200_000_elements(self, one: bytes, tag: str) -> None:
        stream = Endless(b"<r>", one, 200_000, b"</r>")
        peak = before = 0
        for number, _ in enumerate(stream_elements(cast("BinaryIO", stream), tag)):
            if number == 20_000:
                before = resident()
            elif number % 20_000 == 0:
                peak = max(peak, resident())
        assert number == 199_999
        assert peak - before < 8 << 20

    @given(st.lists(NODES, max_size=4).map("".join), st.sampled_from(["", "<item>", "</r>", "&x;"]))
    def test_streaming_gives_what_the_whole_document_holds(self, inside: str, damage: str) -> None:
        document = f"<r>{inside}{damage}</r>".encode()
        if damage:
            assert codes(document)["stream"] == "not-well-formed"
        root = etree.fromstring(f"<r>{inside}</r>")
        outer = [e for e in root.iter("item") if next(e.iterancestors("item"), None) is None]
        whole = [(xml.text(e), e.sourceline) for e in outer]
        for stream in (io.BytesIO(document), io.BufferedReader(io.BytesIO(document))):
            streamed = []
            with suppress(FeedError):
                for item in stream_elements(stream, "item"):
                    streamed.append((xml.text(item), item.sourceline))
            assert streamed == whole


class Endless(io.RawIOBase):
    """A document made as it is read."""

    def __init__(self, start: bytes, one: bytes, count: int, end: bytes) -> None:
        self._parts = self._made(start, one, count, end)
        self._ready = b""

    @staticmethod
    def _made(start: bytes, one: bytes, count: int, end: bytes) -> Iterator[bytes]:
        yield start
        for _ in range(count // 1000):
            yield one * 1000
        yield end

    def read(self, size: int | None = -1) -> bytes:
        assert size
        assert size > 0
        while len(self._ready) < size and (part := next(self._parts, b"")):
            self._ready += part
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


def resident() -> int:
    """Bytes of memory this process holds now: libxml2 allocates out of sight of tracemalloc."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("asks Linux how much memory the process holds")
    return int(statm.read_text().split()[1]) * 4096


class TestWholeDocuments:
    def test_a_document_of_any_length_up_to_the_limit_is_read_whole(self) -> None:
        document = b"\n <r>" + b"<item>1</item>" * 50_000 + b"</r>"
        assert len(parse_document(io.BytesIO(document))) == 50_000
        assert len(parse_document(io.BytesIO(document), len(document))) == 50_000
        with pytest.raises(FeedError) as too_large:
            parse_document(io.BytesIO(document), len(document) - 1)
        assert too_large.value.code == "too-large"


class TestLookingInside:
    ROOT = etree.fromstring(
        '<r xmlns="urn:a" xmlns:b="urn:b"> <!-- no --> <b:x>\n one <i>two</i>\tthree </b:x>'
        "<?pi x?><y/><x>second</x> <z><y>deep</y></z></r>"
    )

    def test_children_are_elements_by_local_name(self) -> None:
        assert [name for name, _ in xml.children(self.ROOT)] == ["x", "y", "x", "z"]
        comment = self.ROOT[0]
        assert (xml.local(comment), xml.local(self.ROOT)) == ("", "r")
        assert [xml.namespace(e) for _, e in xml.children(self.ROOT)][:2] == ["urn:b", "urn:a"]
        assert xml.namespace(etree.fromstring("<r/>")) == ""

    @pytest.mark.parametrize(
        ("path", "text"),
        [(("x",), "one two three"), (("z", "y"), "deep"), (("y",), ""), (("z", "q", "y"), ""),
         (("q",), ""), ((), "one two three second deep")],
    )  # fmt: skip
    def test_text_along_a_path_with_white_space_collapsed(
        self, path: tuple[str, ...], text: str
    ) -> None:
        assert xml.child_text(self.ROOT, *path) == text
        assert (xml.child(self.ROOT, *path) is None) == ("q" in path)

    def test_raw_is_the_element_alone_as_text(self) -> None:
        item = etree.fromstring("<r><item a='1'>é<b/></item>tail</r>")[0]
        assert xml.raw(item) == '<item a="1">é<b/></item>'
