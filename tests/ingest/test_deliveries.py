"""What full extracts, creates, updates and deletes do, per kind of delivery."""

from pathlib import Path

import pytest

from tests.ingest.feeds import Store, avails, counts, item, mrss, roku, table, write, xmltv
from ummid.feeds.connector import Profile
from ummid.views import availability
from ummid.views.runs import RunReport

MONDAY, TUESDAY = "Mon, 02 Dec 2024 08:00:00 GMT", "Tue, 03 Dec 2024 08:00:00 GMT"
WEDNESDAY = "Wed, 04 Dec 2024 08:00:00 GMT"


def items(*guids: str) -> list[str]:
    return [item(g, f"Title {g}") for g in guids]


def test_a_first_delivery_publishes_every_record(store: Store, inbox: Path) -> None:
    report = store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    assert counts(report) == {"published": 3}
    assert store.names() == {"Title 1", "Title 2", "Title 3"}


def test_the_same_delivery_again_publishes_nothing(store: Store, inbox: Path) -> None:
    feed = write(inbox / "a.xml", mrss(items("1", "2"), MONDAY))
    store.ingest(feed)
    before = store.views()
    report = store.ingest(feed)
    assert (counts(report), report.titles_changed) == ({"unchanged": 2}, 0)
    assert store.views() == before


def test_a_snapshot_withdraws_what_it_leaves_out(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    report = store.ingest(write(inbox / "b.xml", mrss(items("1", "3"), TUESDAY)))
    assert counts(report) == {"unchanged": 2, "absent": 1}
    assert store.names() == {"Title 1", "Title 3"}


def test_what_a_snapshot_left_out_comes_back_with_the_next(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    store.ingest(write(inbox / "b.xml", mrss(items("1", "3"), TUESDAY)))
    report = store.ingest(write(inbox / "c.xml", mrss(items("1", "2", "3"), WEDNESDAY)))
    assert counts(report) == {"published": 1, "unchanged": 2}
    assert store.names() == {"Title 1", "Title 2", "Title 3"}


def test_a_late_older_snapshot_changes_nothing(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "b.xml", mrss(items("1", "3"), TUESDAY)))
    before = store.views()
    report = store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    assert counts(report) == {"unchanged": 2, "superseded": 1}
    assert store.views() == before


def test_a_truncated_snapshot_updates_and_withdraws_nothing(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    whole = mrss([item("1", "New 1"), *items("2", "3")], TUESDAY)
    cut = whole[: whole.index("<guid>3")]
    report = store.ingest(write(inbox / "b.xml", cut))
    assert counts(report) == {"published": 1, "unchanged": 1, "rejected": 1}
    assert store.names() == {"New 1", "Title 2", "Title 3"}


def test_a_rejected_item_is_no_withdrawal_of_its_last_good_form(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    reversed_window = item("2", "Title 2", valid="start=2025-02-01;end=2025-01-01")
    feed = mrss([*items("1", "3"), reversed_window], TUESDAY)
    report = store.ingest(write(inbox / "b.xml", feed))
    assert counts(report) == {"unchanged": 2, "rejected": 1}
    assert "Title 2" in store.names()


def test_an_item_that_cannot_be_named_makes_a_snapshot_withdraw_nothing(
    store: Store, inbox: Path
) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)))
    report = store.ingest(write(inbox / "b.xml", mrss([*items("1", "2"), "<item/>"], TUESDAY)))
    assert counts(report) == {"unchanged": 2, "rejected": 1}
    assert "Title 3" in store.names()


def test_a_snapshot_that_would_withdraw_too_much_is_held(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items(*"123456"), MONDAY)))
    before = store.views()
    report = store.ingest(write(inbox / "b.xml", mrss([item("1", "New 1")], TUESDAY)))
    assert counts(report) == {"rejected": 1}
    assert [f.status for f in report.files] == ["held"]
    (letter,) = store.letters()
    assert (letter.code, letter.statements) == ("held-snapshot", 1)
    assert "5 of 6 live offers (83%" in letter.reason
    assert store.views() == before


def test_a_held_snapshot_is_applied_when_a_person_releases_it(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items(*"123456"), MONDAY)))
    held = write(inbox / "b.xml", mrss([item("1", "New 1")], TUESDAY))
    store.ingest(held)
    report = store.ingest(held, release_held=True)
    assert counts(report) == {"published": 1, "absent": 5}
    assert store.names() == {"New 1"}
    assert store.letters() == []


def test_an_empty_snapshot_is_held_and_not_obeyed(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2"), MONDAY)))
    report = store.ingest(write(inbox / "b.xml", mrss([], TUESDAY)))
    assert [f.status for f in report.files] == ["held"]
    assert store.names() == {"Title 1", "Title 2"}


@pytest.mark.parametrize(("share", "status"), [(0.2, "held"), (0.9, "accepted")])
def test_a_partner_declares_its_own_share(
    tmp_path: Path, inbox: Path, share: float, status: str
) -> None:
    store = Store(tmp_path / "s", {"acme": Profile(partner="acme", hold_share=share)})
    store.ingest(write(inbox / "a.xml", mrss(items("1", "2", "3"), MONDAY)), partner="acme")
    later = write(inbox / "b.xml", mrss(items("1"), TUESDAY))
    assert [f.status for f in store.ingest(later, partner="acme").files] == [status]
    store.close()


def test_two_feeds_of_one_partner_do_not_withdraw_each_other(store: Store, inbox: Path) -> None:
    films = write(inbox / "films.xml", mrss(items("1", "2"), MONDAY, channel="Acme Films"))
    sport = mrss([item("9", "Match")], TUESDAY, channel="Acme Sport")
    sport = sport.replace("https://acme.example/<", "https://acme.example/sport<")
    store.ingest(films, write(inbox / "sport.xml", sport), partner="acme")
    assert store.names() == {"Title 1", "Title 2", "Match"}


def page(following: int | None, *guids: str, built: str = MONDAY) -> str:
    link = (
        f'<atom:link rel="next" href="https://acme.example/feed/page{following}.xml"/>'
        if following
        else ""
    )
    return mrss(items(*guids), built, more=link)


def test_a_paged_feed_withdraws_once_all_its_pages_are_there(store: Store, inbox: Path) -> None:
    first = write(inbox / "m/page1.xml", page(2, "1", "2"))
    second = write(inbox / "m/page2.xml", page(None, "3", "4"))
    store.ingest(first, second)
    report = store.ingest(
        write(inbox / "t/page1.xml", page(2, "1", "2", built=TUESDAY)),
        write(inbox / "t/page2.xml", page(None, "3", built=TUESDAY)),
    )
    assert counts(report) == {"unchanged": 3, "absent": 1}
    assert store.names() == {"Title 1", "Title 2", "Title 3"}


def test_a_paged_feed_with_a_page_missing_withdraws_nothing(store: Store, inbox: Path) -> None:
    store.ingest(
        write(inbox / "m/page1.xml", page(2, "1", "2")),
        write(inbox / "m/page2.xml", page(None, "3", "4")),
    )
    report = store.ingest(write(inbox / "t/page1.xml", page(2, "1", built=TUESDAY)))
    assert counts(report) == {"unchanged": 1}
    assert [f.status for f in report.files] == ["pages missing"]
    assert len(store.names()) == 4


def statuses(report: RunReport) -> list[str]:
    return [f.status for f in report.files]


def test_pages_that_come_in_runs_of_their_own_withdraw_with_the_last_of_them(
    store: Store, inbox: Path
) -> None:
    store.ingest(
        write(inbox / "m/page1.xml", page(2, "1", "2")),
        write(inbox / "m/page2.xml", page(None, "3", "4")),
    )
    first = write(inbox / "t/page1.xml", page(2, "1", "3", built=TUESDAY))
    last = write(inbox / "t/page2.xml", page(None, "2", built=TUESDAY))
    assert statuses(store.ingest(first)) == ["pages missing"]
    assert len(store.names()) == 4  # what page 1 lists no more may have moved to page 2
    report = store.ingest(last)
    assert statuses(report) == ["accepted"]
    assert counts(report) == {"unchanged": 1, "absent": 1}
    assert store.names() == {"Title 1", "Title 2", "Title 3"}


def test_a_last_page_that_comes_first_takes_nothing_from_those_before_it(
    store: Store, inbox: Path
) -> None:
    last = write(inbox / "page2.xml", page(None, "3", built=WEDNESDAY))
    store.ingest(write(inbox / "old.xml", page(None, "1", "2", "3", "4")), last, release_held=True)
    assert store.names() == {"Title 3"}  # alone it looks like a whole feed
    report = store.ingest(write(inbox / "page1.xml", page(2, "1", built=TUESDAY)))
    assert statuses(report) == ["accepted"]
    assert store.names() == {"Title 1", "Title 3"}


def test_what_came_before_the_pages_that_link_to_it_counts_in_the_end(
    store: Store, inbox: Path
) -> None:
    store.ingest(write(inbox / "page3.xml", page(None, "3", built=WEDNESDAY)))
    store.ingest(write(inbox / "page1.xml", page(2, "1", built=TUESDAY)))
    assert store.names() == {"Title 3"}  # page 3 looks like a newer feed as a whole
    store.ingest(write(inbox / "page2.xml", page(3, "2", built=TUESDAY)))
    assert store.names() == {"Title 1", "Title 2", "Title 3"}


def test_many_words_of_one_page_do_not_bring_back_what_was_withdrawn(
    store: Store, inbox: Path
) -> None:
    store.ingest(write(inbox / "a.xml", page(None, "1", "2", "3", "4")), release_held=True)
    for day in range(6):
        built = f"{10 + day} Dec 2024 08:00:00 GMT"
        store.ingest(write(inbox / f"{day}/page1.xml", page(2, "1", built=built)))
        if day == 0:
            store.ingest(write(inbox / "page2.xml", page(None, "2", built=built)))
            assert store.names() == {"Title 1", "Title 2"}
    assert store.names() == {"Title 1", "Title 2"}


def test_a_page_that_falls_in_half_is_no_page(store: Store, inbox: Path) -> None:
    """A statement without an id may have been any: the page before it is as good as missing."""
    store.ingest(
        write(inbox / "m/page1.xml", page(2, "1", "2")),
        write(inbox / "m/page2.xml", page(None, "3")),
    )
    nameless = page(2, "1", built=TUESDAY).replace("<guid>1</guid>", "")
    nameless = nameless.replace("https://acme.example/1.mp4", "").replace("Title 1", "")
    report = store.ingest(
        write(inbox / "t/page1.xml", nameless),
        write(inbox / "t/page2.xml", page(None, "3", built=TUESDAY)),
    )
    assert statuses(report) == ["pages missing", "pages missing"]
    assert len(store.names()) == 3


def test_a_last_page_brought_up_to_date_alone_withdraws_nothing(store: Store, inbox: Path) -> None:
    first = write(inbox / "m/page1.xml", page(2, "1"))
    store.ingest(first, write(inbox / "m/page2.xml", page(None, "2", "3")))
    later = write(inbox / "t/page2.xml", page(None, "2", "3", "4", built=TUESDAY))
    assert statuses(store.ingest(later)) == ["pages missing"]
    assert len(store.names()) == 4


def test_a_feed_that_has_become_one_page_withdraws_again(store: Store, inbox: Path) -> None:
    first = write(inbox / "m/page1.xml", page(2, "1", "2"))
    last = write(inbox / "m/page2.xml", page(None, "3"))
    store.ingest(first, last)
    report = store.ingest(write(inbox / "t/page1.xml", page(None, "1", "2", built=TUESDAY)))
    assert statuses(report) == ["accepted"]
    assert store.names() == {"Title 1", "Title 2"}
    store.ingest(first)  # an older page says nothing new
    assert store.names() == {"Title 1", "Title 2"}
    other = write(inbox / "w/page2.xml", page(None, "1", "4", built=WEDNESDAY))
    assert statuses(store.ingest(other)) == ["accepted"]


def test_the_newest_links_are_remembered(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ummid.ingest.pages._KEPT", 1)
    store.ingest(write(inbox / "page1.xml", page(2, "1")))
    store.ingest(write(inbox / "page5.xml", page(6, "1", built=TUESDAY)))
    more = page(7, "1", built=WEDNESDAY)
    assert statuses(store.ingest(write(inbox / "page6.xml", more))) == ["pages missing"]
    last = page(None, "1", built=WEDNESDAY)
    assert statuses(store.ingest(write(inbox / "page2.xml", last))) == ["accepted"]


def test_a_last_page_that_is_cut_off_withdraws_nothing(store: Store, inbox: Path) -> None:
    first = write(inbox / "m/page1.xml", page(2, "1"))
    store.ingest(first, write(inbox / "m/page2.xml", page(None, "2", "3")))
    cut = page(None, "2", "3", built=TUESDAY).partition("</channel>")[0]
    later = write(inbox / "t/page1.xml", page(2, "1", built=TUESDAY))
    report = store.ingest(later, write(inbox / "t/page2.xml", cut))
    assert statuses(report)[0] == "pages missing"
    assert len(store.names()) == 3


def test_pages_named_anew_are_a_feed_of_their_own(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "m/page1.xml", page(2, "1", "2", "3")))
    report = store.ingest(
        write(inbox / "t/page7.xml", page(8, "1", "2", built=TUESDAY)),
        write(inbox / "t/page8.xml", page(None, "4", built=TUESDAY)),
    )
    assert statuses(report) == ["accepted", "accepted"]
    assert store.names() == {"Title 1", "Title 2", "Title 4"}


def heat(territory: str, **row: str) -> dict[str, str]:
    return {"Territory": territory, **row}


def territories(store: Store, name: str = "Heat") -> set[str]:
    offers = availability.read_offers(store.table, store.titles()[name].id)
    return set(offers.by_territory) if offers else set()


def test_a_full_extract_replaces_its_territory_and_no_other(store: Store, inbox: Path) -> None:
    first = avails([heat("US"), heat("US", FormatProfile="SD"), heat("FR")])
    store.ingest(write(inbox / "1.csv", first, 1_700_000_000))
    report = store.ingest(write(inbox / "2.csv", avails([heat("US")]), 1_700_000_060))
    assert counts(report) == {"unchanged": 1, "absent": 1}
    offers = availability.read_offers(store.table, store.titles()["Heat"].id)
    assert offers is not None
    assert [o.grant.qualities for o in offers.concerning("US")] == [("HD",)]
    assert territories(store) == {"US", "FR"}


def test_a_full_delete_empties_its_territory_whatever_its_window_says(
    store: Store, inbox: Path
) -> None:
    store.ingest(write(inbox / "1.csv", avails([heat("US"), heat("FR")]), 1_700_000_000))
    delete = avails([heat("US", EntryType="Full Delete", End="Open")])
    report = store.ingest(write(inbox / "2.csv", delete, 1_700_000_060))
    assert report.withdrawn == 1
    assert territories(store) == {"FR"}


def test_a_deleted_offer_stays_deleted_when_an_older_create_arrives(
    store: Store, inbox: Path
) -> None:
    create = write(inbox / "1.csv", avails([heat("US", EntryType="Create")]), 1_700_000_000)
    delete = write(inbox / "2.csv", avails([heat("US", EntryType="Delete")]), 1_700_000_060)
    assert counts(store.ingest(delete)) == {"withdrawn": 1}
    assert counts(store.ingest(create)) == {"superseded": 1}
    assert store.names() == set()


def test_updates_touch_nothing_but_their_own_offer(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "1.csv", avails([heat("US"), heat("FR")]), 1_700_000_000))
    update = avails([heat("GB", EntryType="Update")])
    assert counts(store.ingest(write(inbox / "2.csv", update, 1_700_000_060))) == {"published": 1}
    assert territories(store) == {"US", "FR", "GB"}


def test_a_table_is_a_delta(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "1.csv", table([{"id": "1", "title": "Alien"}])), partner="p")
    report = store.ingest(
        write(inbox / "2.csv", table([{"id": "2", "title": "Brazil"}]), 1_700_000_060), partner="p"
    )
    assert counts(report) == {"published": 1}
    assert store.names() == {"Alien", "Brazil"}


def test_a_declared_mode_beats_the_format(tmp_path: Path, inbox: Path) -> None:
    profile = Profile(partner="p", mode="snapshot", scope="films", hold_share=1.0)
    store = Store(tmp_path / "s", {"p": profile})
    store.ingest(write(inbox / "1.csv", table([{"id": "1", "title": "Alien"}])), partner="p")
    later = write(inbox / "2.csv", table([{"id": "2", "title": "Brazil"}]), 1_700_000_060)
    assert store.ingest(later, partner="p").absent == 1
    assert store.names() == {"Brazil"}
    store.close()


def test_an_older_statement_never_overwrites_a_newer_one(store: Store, inbox: Path) -> None:
    new = write(inbox / "new.csv", table([{"id": "1", "title": "Alien³"}]), 1_700_000_060)
    old = write(inbox / "old.csv", table([{"id": "1", "title": "Alien"}]), 1_700_000_000)
    store.ingest(new, partner="p")
    assert counts(store.ingest(old, partner="p")) == {"superseded": 1}
    assert store.names() == {"Alien³"}


def test_duplicate_ids_in_one_file_are_counted_out(store: Store, inbox: Path) -> None:
    rows = [{"id": "1", "title": "Alien"}, {"id": "1", "title": "Alien"}]
    report = store.ingest(write(inbox / "a.csv", table(rows)), partner="p")
    assert counts(report) == {"published": 1, "unchanged": 1}


def test_a_duplicate_id_with_other_content_is_decided_the_same_way_for_any_order(
    tmp_path: Path, inbox: Path
) -> None:
    rows = [{"id": "1", "title": "Alien"}, {"id": "1", "title": "Aliens"}]
    views = []
    for number, order in enumerate((rows, rows[::-1])):
        store = Store(tmp_path / str(number))
        report = store.ingest(write(inbox / str(number) / "a.csv", table(order)), partner="p")
        assert counts(report) == {"published": 1, "superseded": 1}
        views.append(store.views())
        store.close()
    assert views[0] == views[1]


def test_a_whole_file_that_its_format_refuses_publishes_nothing(store: Store, inbox: Path) -> None:
    work = (
        "<Movie><ID>{0}</ID><Title locale='en-US'>{1}</Title><Offers><FreeOffer><Regions>"
        "<Country>US</Country></Regions></FreeOffer></Offers></Movie>"
    )
    works = work.format("1", "One") + work.format("1", "Also one") + work.format("2", "Two")
    cdf = (
        '<Catalog xmlns="http://www.amazon.com/FireTv/2014-04-11/ingestion" '
        f'version="FireTv-v1.3"><Partner>Acme</Partner><Works>{works}</Works></Catalog>'
    )
    report = store.ingest(write(inbox / "c.xml", cdf))
    assert (report.published, report.rejected) == (0, report.read)
    assert [f.status for f in report.files] == ["refused"]
    assert store.names() == set()


def test_a_guide_replaces_the_stretch_of_time_it_covers(store: Store, inbox: Path) -> None:
    morning = ("20250301060000", "20250301070000", "Breakfast")
    noon = ("20250301120000", "20250301130000", "News")
    evening = ("20250301200000", "20250301220000", "The Film")
    store.ingest(
        write(inbox / "1.xml", xmltv([morning, noon, evening]), 1_700_000_000), partner="guide"
    )
    late_news = ("20250301121500", "20250301131500", "Late News")
    changed = xmltv([("20250301110000", "20250301121500", "Cookery"), late_news])
    report = store.ingest(write(inbox / "2.xml", changed, 1_700_000_060), partner="guide")
    assert counts(report) == {"published": 2, "absent": 1}
    assert store.names() == {"Breakfast", "Cookery", "Late News", "The Film"}


def test_an_airing_is_no_offer(store: Store, inbox: Path) -> None:
    slot = ("20250301060000", "20250301070000", "Breakfast")
    store.ingest(write(inbox / "1.xml", xmltv([slot])))
    title = store.titles()["Breakfast"]
    assert [a.start for a in title.airings] == ["2025-03-01T06:00:00Z"]
    assert availability.read_offers(store.table, title.id) is None


def test_a_feed_time_in_the_future_does_not_block_later_updates(store: Store, inbox: Path) -> None:
    first = roku([{"id": "1", "title": "Alien"}], "2099-01-01T00:00:00Z")
    report = store.ingest(write(inbox / "1.json", first, 1_700_000_000))
    assert any("future-time" in w for f in report.files for w in f.warnings)
    second = roku([{"id": "1", "title": "Alien³"}], "2024-01-01T00:00:00Z")
    store.ingest(write(inbox / "2.json", second, 1_710_000_000))
    assert store.names() == {"Alien³"}
