"""`ummid deadletters`: what could not be taken is listed, shown, and put through after a fix."""

from pathlib import Path

import pytest

from tests.commandline import lines, refused, ummid
from tests.enrich.enrichers import MADE, Counting, Named
from tests.ingest.feeds import Store, avails, item, mrss, roku, write
from ummid.errors import ItemError

ALIASES = '[partner.acme]\naliases = { atlantis = "GR" }\n'
ONE, LOST, THREE = item("g1", "One"), item("g2", "Lost", "atlantis"), item("g3", "Three")


class Letters:
    """A store with one open letter of `feed`, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "store"
        self.feed = write(folder / "in" / "feed.xml", mrss([ONE, LOST, THREE]))
        self.take(self.feed)

    def take(self, feed: Path, *, partner: str = "acme") -> None:
        store = Store(self.path)
        store.ingest(feed, partner=partner)
        store.close()

    def titles(self) -> set[str]:
        store = Store(self.path)
        names = store.names()
        store.close()
        return names

    def list(self, *options: object) -> list[str]:
        found = ummid("deadletters", "list", "--store", self.path, *options)
        assert (found.exit_code, found.stderr) == (0, "")
        return found.stdout.splitlines()

    @property
    def id(self) -> str:
        return self.list()[0].split()[0]

    def replay(self, *arguments: object) -> str:
        found = ummid("deadletters", "replay", "--store", self.path, *arguments)
        assert (found.exit_code, found.stderr) == (0, "")
        return found.stdout


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    return Letters(tmp_path)


def test_a_letter_is_listed_with_its_place_and_reason(letters: Letters) -> None:
    (line,) = letters.list()
    start = f"{letters.id} {letters.feed}: line 1, /rss/channel/item[2]: unknown-territory: "
    assert line.startswith(start)
    assert "atlantis" in line.casefold()


def test_a_letter_is_listed_as_json_with_everything_known(letters: Letters) -> None:
    (letter,) = lines("\n".join(letters.list("--json")))
    assert letter["id"] == letters.id
    assert letter["partner"] == "acme"
    assert letter["format"] == "mrss"
    assert letter["code"] == "unknown-territory"
    assert "Lost" in letter["raw"]
    assert "resolved_by" not in letter


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ((), 2),
        (("--partner", "acme"), 1),
        (("--partner", "beta"), 1),
        (("--partner", "gamma"), 0),
        (("--code", "unknown-territory"), 1),
        (("--code", "unknown-format", "--partner", "beta"), 1),
        (("--code", "unknown-format", "--partner", "acme"), 0),
        (("--all",), 2),
    ],
)
def test_letters_are_listed_by_partner_and_reason(
    letters: Letters, options: tuple[str, ...], number: int
) -> None:
    letters.take(write(letters.folder / "in" / "notes.txt", "just some words"), partner="beta")
    assert len(letters.list(*options)) == number


def test_a_letter_is_shown_with_its_fragment_and_its_run(letters: Letters) -> None:
    found = ummid("deadletters", "show", letters.id, "--store", letters.path).stdout
    head, run, empty, *raw = found.splitlines()
    assert [head] == letters.list()
    assert run.startswith("run run-2")
    assert run.endswith(", partner acme, format mrss")
    assert empty == ""
    assert "<guid>g2</guid>" in "\n".join(raw)


def test_control_characters_of_a_partner_are_shown_not_obeyed(letters: Letters) -> None:
    sheet = avails([{"Territory": "\u202eX"}])
    letters.take(write(letters.folder / "in" / "sheet.csv", sheet), partner="beta")
    (line,) = letters.list("--partner", "beta")
    found = ummid("deadletters", "show", line.split()[0], "--store", letters.path).stdout
    for text in (line, found):
        assert "\\u202eX" in text
        assert "\u202e" not in text


@pytest.mark.parametrize("command", ["show", "replay"])
def test_a_letter_that_there_is_not_is_said(letters: Letters, command: str) -> None:
    said = refused(ummid("deadletters", command, "nope", "--store", letters.path))
    assert said == "there is no dead letter 'nope'; `ummid deadletters list` has them"


def test_without_a_store_there_is_nothing_to_replay(tmp_path: Path) -> None:
    found = ummid("deadletters", "replay", "--all", "--store", tmp_path / "none")
    assert refused(found) == f"there is no store in {tmp_path / 'none'}"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("options", [(), ("--partner", "nobody")])
def test_a_replay_has_to_be_told_what(letters: Letters, options: tuple[str, ...]) -> None:
    found = ummid("deadletters", "replay", "--store", letters.path, *options)
    assert found.exit_code == 2
    assert "name letters, or use --all or --partner" in found.stderr


def test_after_a_fix_in_the_profile_a_replay_puts_the_kept_record_through(
    letters: Letters,
) -> None:
    letter = letters.id
    letters.feed.unlink()
    assert letters.titles() == {"One", "Three"}
    fixed = write(letters.folder / "partners.toml", ALIASES)
    said = letters.replay(letter, "--partners", fixed)
    assert "1 of 1 letters went through" in said.splitlines()
    assert ["acme", "3", "1", "2", "0", "0", "0"] in [line.split() for line in said.splitlines()]
    assert letters.titles() == {"One", "Lost", "Three"}
    assert letters.list() == []
    (resolved,) = letters.list("--all")
    assert resolved.startswith(letter)
    shown = ummid("deadletters", "show", letter, "--store", letters.path).stdout
    assert "\nwent through in run-" in shown


def test_without_a_fix_a_replay_says_what_is_still_in_the_way(letters: Letters) -> None:
    (line,) = letters.list()
    said = letters.replay("--all", letters.id, letters.id).splitlines()
    assert said[-2:] == ["0 of 1 letters went through", line]
    assert letters.list() == [line]


def test_when_the_copy_is_gone_too_the_place_of_the_original_is_said(letters: Letters) -> None:
    letters.feed.unlink()
    for copy in (letters.path / "kept").iterdir():
        copy.unlink()
    said = refused(ummid("deadletters", "replay", "--all", "--store", letters.path))
    assert said.startswith(f"{letters.feed} is gone and was too large to keep; put it back there")


def test_a_correction_at_the_partners_is_taken_by_a_replay_of_the_partner(
    letters: Letters,
) -> None:
    write(letters.feed, mrss([ONE, item("g2", "Lost", "gr"), THREE]), 1_700_000_060)
    assert "1 of 1 letters went through" in letters.replay("--partner", "acme")
    assert letters.titles() == {"One", "Lost", "Three"}


def test_a_held_delivery_is_applied_by_its_letter_when_it_is_released(tmp_path: Path) -> None:
    letters = Letters(tmp_path)
    letters.take(write(letters.feed, mrss([item("g4", "Four")]), 1_700_000_060))
    held = [line for line in letters.list() if "held-snapshot" in line]
    assert len(held) == 1
    letter = held[0].split()[0]
    shown = ummid("deadletters", "show", letter, "--store", letters.path).stdout
    assert len(shown.splitlines()) == 2
    assert "0 of 1 letters went through" in letters.replay(letter)
    assert letters.titles() == {"One", "Three"}
    assert "1 of 1 letters went through" in letters.replay(letter, "--release-held")
    assert letters.titles() == {"Four"}
    assert letters.list() == []


def test_a_title_that_could_not_be_enriched_is_asked_for_again(tmp_path: Path) -> None:
    MADE["m"] = Counting()
    store = Store(tmp_path / "store")
    store.enricher = Named("m")
    movies = [{"id": name, "title": name} for name in ("bad", "good")]
    store.ingest(write(tmp_path / "a.json", roku(movies, "2024-01-01T00:00:00Z")))
    (letter,) = store.letters()
    store.close()
    listed = ummid("deadletters", "list", "--store", store.path).stdout
    assert f"{letter.id} {letter.path}: m p: link: a link in it" in listed
    off = tmp_path / "off.toml"
    off.write_text('enricher = "none"')
    told = ["deadletters", "replay", "--store", store.path, letter.id]
    assert refused(ummid("--config", off, *told)).startswith("enricher = none: nobody can be asked")
    said = ummid(*told)
    assert (said.exit_code, said.stderr) == (0, "")
    assert "enrichment: 1 enriched titles" in said.stdout
    assert "index: 2 changed titles, 2 embedded" in said.stdout
    assert "1 of 1 letters went through" in said.stdout
    assert ummid("deadletters", "list", "--store", store.path).stdout == ""
    (gone,) = ummid("deadletters", "list", "--all", "--store", store.path).stdout.splitlines()
    assert gone.startswith(letter.id)


def test_a_title_that_was_not_indexed_goes_through_when_the_index_takes_it(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(name: str, _: object) -> None:
        raise ItemError(name, "too-many-restricts", f"{name} has too many")

    with monkeypatch.context() as patch:
        patch.setattr("ummid.stores.mapped.source.check_numbers", too_many)
        said = ummid("index", "--store", letters.path)
        assert said.exit_code == 0, said.output
        assert "2 titles refused; they wait as dead letters" in said.stdout
        open_letters = letters.list("--code", "too-many-restricts")
        assert len(open_letters) == 2
        first = open_letters[0].split()[0]
        assert "0 of 1 letters went through" in letters.replay(first)
    done = letters.replay(first)
    assert "1 of 1 letters went through" in done
    assert "run " not in done, "nothing is to be ingested"
    assert letters.list("--code", "too-many-restricts") == []
