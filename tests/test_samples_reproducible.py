"""The samples that are no plain text are made by `samples/make_binary.py`, byte for byte."""

import base64
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from samples import make_binary

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
MADE = make_binary.samples()


@pytest.mark.parametrize("path", MADE)
def test_a_binary_sample_is_what_the_script_makes(path: str) -> None:
    assert (SAMPLES / path).read_bytes() == MADE[path]


def test_every_other_sample_is_plain_text() -> None:
    for file in SAMPLES.rglob("*"):
        is_made = file.relative_to(SAMPLES).as_posix() in MADE
        if file.is_file() and not is_made and file.suffix != ".pyc":
            assert "\0" not in file.read_text(encoding="utf-8"), file


def test_what_is_packed_comes_out_again() -> None:
    guide = make_binary.gzipped(b"<tv/>")
    assert gzip.decompress(guide) == b"<tv/>"
    with zipfile.ZipFile(io.BytesIO(make_binary.archive({"a/b.txt": b"x"}))) as packed:
        assert packed.testzip() is None
        assert packed.read("a/b.txt") == b"x"


def test_more_than_one_block_is_refused() -> None:
    with pytest.raises(ValueError, match="65536 bytes"):
        make_binary.gzipped(bytes(65536))


def test_the_script_writes_where_the_samples_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources").symlink_to(SAMPLES / "sources")
    monkeypatch.setattr(make_binary, "HERE", tmp_path)
    make_binary.main()
    written = {path: (tmp_path / path).read_bytes() for path in MADE}
    assert written == MADE


def test_the_packing_list_knows_its_composition() -> None:
    composition = (SAMPLES / "feeds/gantry/CPL_lantern.xml").read_bytes()
    listed = etree.parse(SAMPLES / "feeds/gantry/PKL_lantern.xml").getroot()
    first = listed.find("{*}AssetList/{*}Asset")
    assert first is not None
    digest = base64.b64encode(hashlib.sha1(composition).digest()).decode()  # as IMF wants it
    assert (first.findtext("{*}Hash"), first.findtext("{*}Size")) == (
        digest,
        str(len(composition)),
    )
