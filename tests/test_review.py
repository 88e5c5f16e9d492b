"""`ummid review` and `ummid title why`: what a person is shown, and what their word does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commandline import lines, refused, ummid
from tests.ingest.doubtful import HEAT, UNSURE, deliver
from tests.ingest.feeds import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """acme and zenith list what may be one title; press lists acme's."""
    filled = Store(tmp_path / "store")
    deliver(filled, tmp_path, "acme", [HEAT | {"imdb_id": "tt0113277"}])
    deliver(filled, tmp_path, "zenith", [UNSURE])
    deliver(filled, tmp_path, "press", [HEAT | {"imdb_id": "tt0113277"}])
    deliver(filled, tmp_path, "blog", [HEAT | {"imdb_id": "tt9999999"}])
    filled.close()
    yield filled.path
    filled.close()


def waiting(store: Path, *options: object) -> list[str]:
    """The names of the pairs that wait."""
    *listed, count = ummid("review", "list", "--store", store, *options).stdout.splitlines()
    assert count.startswith(f"{len(listed)} pairs wait")
    return [line.split()[0] for line in listed]


def test_the_list_names_the_likeliest_pairs_first(store: Path) -> None:
    out = ummid("review", "list", "--store", store).stdout
    shares = [float(share) for share in re.findall(r"(\d+\.\d) %", out)]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) >= 2
    # two ids of one scheme contradict each other, however alike the rest is
    assert "blog 1 'Heat of the Night' (1995)" in out.splitlines()[0]
    assert "'" + UNSURE["title"] in out


def test_the_list_can_be_narrowed(store: Path) -> None:
    assert set(waiting(store, "--partner", "zenith")) < set(waiting(store))
    assert waiting(store, "--least", "0.9") == waiting(store)[: len(waiting(store, "--least", 0.9))]
    assert waiting(store, "--partner", "nobody") == []
    cut = ummid("review", "list", "--store", store, "--limit", 1).stdout.splitlines()
    assert len(cut) == 2
    assert "not shown (--limit)" in cut[1]


def test_the_list_as_data_has_both_sides_and_the_evidence(store: Path) -> None:
    found = lines(ummid("review", "list", "--store", store, "--json").stdout)
    assert [x["id"] for x in found] == waiting(store)
    assert found[0].keys() == {"id", "probability", "one", "other", "evidence"}
    assert all(x["evidence"] for x in found)


def test_a_pair_is_shown_with_its_places_and_its_evidence(store: Path) -> None:
    (pair, *_) = waiting(store, "--partner", "zenith")
    out = ummid("review", "show", pair, "--store", store).stdout
    assert "zenith 9 '" + UNSURE["title"] in out
    assert re.search(r"from .*zenith.*: row 1|from .*zenith.*: line 2", out)
    assert re.search(r"\d+\.\d % likely to be one title", out)
    assert "title" in out.partition("likely to be one title")[2]


def test_a_word_is_acted_on_and_shown(store: Path) -> None:
    (pair, *_) = waiting(store, "--partner", "zenith")
    said = ummid(
        "review", "same", pair, "--store", store, "--author", "ann", "--note", "see poster"
    )
    assert said.stdout.endswith("2 titles changed\n")
    assert pair not in waiting(store)
    shown = ummid("review", "show", pair, "--store", store).stdout
    assert re.search(r"ann said the same on \d{4}-.* see poster", shown)
    one, other = re.findall(r"record (\w+) of title", shown)
    assert len(set(re.findall(r"of title (\w+):", shown))) == 1
    ummid("review", "different", one, other, "--store", store)
    assert len(set(re.findall(r"of title (\w+):", _show(store, pair)))) == 2


def _show(store: Path, pair: str) -> str:
    return ummid("review", "show", pair, "--store", store).stdout


def test_a_word_about_nobody_is_refused(store: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert "no store" in refused(ummid("review", "same", "a", "b", "--store", nowhere))
    assert not nowhere.exists()
    assert "no pair 'nobody'" in refused(ummid("review", "same", "nobody", "--store", store))
    assert "no record 'a'" in refused(ummid("review", "same", "a", "b", "--store", store))
    three = ummid("review", "same", "a", "b", "c", "--store", store)
    assert three.exit_code == 2
    assert "name a pair, or two records" in three.stderr


def test_why_tells_what_joined_each_record_and_whose_word_each_field_is(store: Path) -> None:
    (pair, *_) = waiting(store, "--partner", "zenith")
    ummid("review", "same", pair, "--store", store, "--author", "ann", "--note", "see poster")
    title_id = re.findall(r"of title (\w+):", _show(store, pair))[0]
    out = ummid("title", "why", title_id, "--store", store).stdout
    head, *rest = out.splitlines()
    assert head.endswith(f"  {title_id}")
    assert any(line.startswith("quality ") for line in rest)
    assert any(re.match(r"  year: \w+, \w+", line) for line in rest)
    assert sum("imdb tt0113277, as 1 other record" in line for line in rest) == 2
    assert any(
        re.search(r"ann said on \d{4}-.* that it is the same as .*: see poster", line)
        for line in rest
    )
    assert any("% likely the same as" in line for line in rest)


def test_why_of_a_title_with_one_source(store: Path) -> None:
    found = [
        ummid("title", "why", title_id, "--store", store).stdout
        for title_id in re.findall(r"of title (\w+):", _show(store, waiting(store)[0]))
    ]
    assert any("nothing else is known of this title" in out for out in found)


def test_why_of_nothing_is_refused(store: Path) -> None:
    assert "no title 'nobody'" in refused(ummid("title", "why", "nobody", "--store", store))
    wrong = ummid("title", "how", "nobody", "--store", store)
    assert wrong.exit_code == 2
    assert "ummid title why ID" in wrong.stderr
