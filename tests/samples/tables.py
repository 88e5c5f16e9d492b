"""What the sample feeds hold, written down by hand from the files themselves."""

from typing import NamedTuple


class Holds(NamedTuple):
    """What one sample file is read as: its format, statements, and why others are refused."""

    format: str
    records: int
    rejected: tuple[str, ...] = ()


FEEDS = {
    "archivo-sur/fichas.ndjson": Holds("tabular", 4, ("reversed-window",)),
    "brightfen/crumbs.json": Holds("mec_csv_amazon", 1),
    "brightfen/prime-media.csv": Holds("mec_csv_amazon", 2),
    "brightfen/prime-titles.csv": Holds("mec_csv_amazon", 7),
    "cablebay/guide.xml.gz": Holds("xmltv", 5, ("bad-date",)),
    "cablebay/marrow-lane-101.adi.xml": Holds("adi", 1),
    "cablebay/salt-and-static.adi.xml": Holds("adi", 1),
    "cablebay/two-doors-down-delete.adi.xml": Holds("adi", 1),
    "cablebay/two-doors-down.adi.xml": Holds("adi", 1),
    "cablebay/understudys-revenge.adi.xml": Holds("adi", 1),
    "canal-bleu/catalogue.csv": Holds("tabular", 4, ("bad-date", "unknown-territory")),
    "gantry/ASSETMAP.xml": Holds("imf", 4),
    "gantry/CPL_lantern.xml": Holds("imf", 1),
    "gantry/PKL_lantern.xml": Holds("imf", 3),
    "kinobund/bestand.tsv": Holds("tabular", 3, ("unknown-territory", "reversed-window")),
    "kinobund/programm.tva.xml": Holds("tva", 2),
    "lumen/bulk-vod.csv": Holds("amagi", 2, ("reversed-window",)),
    "lumen/nightlight-epg.xml": Holds("amagi", 2, ("bad-date",)),
    "lumen/roku-channel.json": Holds("roku_dp_json", 8),
    "lumen/vod-1.xml": Holds("mrss", 3),
    "lumen/vod-2.xml": Holds("mrss", 2),
    "northwind/catalogue-2025-05.zip": Holds("mec", 3),
    "northwind/lantern-keeper.mec.xml": Holds("mec", 1),
    "northwind/lantern-keeper.mmc.xml": Holds("mmc", 1),
    "northwind/orbital-decay.itunes.xml": Holds("itunes", 1),
    "northwind/orbital-decay.mec.xml": Holds("mec", 1),
    "northwind/salt-and-static.mec.xml": Holds("mec", 1),
    "northwind/spring-slate.avails.xml": Holds("avails_xml", 5, ("reversed-window",)),
    "northwind/tidewater-s1.mec.xml": Holds("mec", 1),
    "northwind/tidewater-s1e1.mec.xml": Holds("mec", 1),
    "northwind/tidewater-s1e2.mec.xml": Holds("mec", 1),
    "northwind/tidewater.mec.xml": Holds("mec", 1),
    "northwind-legal/avails-movies.xlsx": Holds(
        "avails_xlsx", 10, ("unknown-territory", "reversed-window")
    ),
    "northwind-legal/avails-tv.csv": Holds("avails_xlsx", 5, ("bad-date",)),
    "prairie/firetv-catalog.xml": Holds("amazon_cdf", 10, ("unknown-territory",)),
    "verdant/roku-search.json": Holds("roku_search_json", 8),
    "verdant/umc-availability.xml": Holds("apple_umc", 1),
    "verdant/umc-catalog.xml": Holds("apple_umc", 2),
    "verdant/watch-actions.json": Holds("watch_actions", 4),
}

BROKEN = {
    "broken/duplicate-ids.xml": Holds("amazon_cdf", 1, ("duplicate-id", "whole-file-refused")),
    "broken/empty-item.xml": Holds("mrss", 1, ("empty-item",)),
    "broken/empty.json": Holds("unknown", 0, ("empty-file",)),
    "broken/latin-1-bytes.xml": Holds("mrss", 1),
    "broken/night-markers.m3u8": Holds("hls_scte35", 0, ("not-a-catalogue",)),
    "broken/not-a-feed.txt": Holds("unknown", 0, ("unknown-format",)),
    "broken/path-traversal.zip": Holds("unknown", 0, ("unsafe-path", "empty-file")),
    "broken/truncated.xml": Holds("mec", 0, ("not-well-formed",)),
}

LATER = {
    "cablebay/salt-and-static-delete.adi.xml": Holds("adi", 1),
    "lumen/roku-channel.json": Holds("roku_dp_json", 1),
    "northwind/lantern-keeper.mec.xml": Holds("mec", 1),
    "northwind/orbital-decay.mec.xml": Holds("mec", 1),
    "northwind/salt-and-static.mec.xml": Holds("mec", 1),
}

TITLES = {
    ("film", "A Field Guide to Silence", 2020): "brightfen verdant",
    ("film", "Blue Hours on the Canal", 2020): "canal-bleu prairie verdant",
    ("film", "Copper Thieves", 2014): "lumen",
    ("film", "Der letzte Fährmann", 2018): "canal-bleu kinobund",
    ("film", "Harbour Lights", 1958): "cablebay lumen northwind",
    ("film", "Harbour Lights", 2022): "northwind northwind-legal",
    ("film", "Kiteflyer", 2022): "lumen prairie verdant",
    ("film", "La ciudad de sal", 2016): "archivo-sur lumen",
    ("film", "Monsoon Postcards", 2021): "brightfen verdant",
    ("film", "Night Lighthouse", 2019): "canal-bleu verdant",
    ("film", "Nine Winters in Arrowmere", 2017): "archivo-sur lumen verdant",
    ("film", "Orbital Decay", 2024): "kinobund northwind prairie",
    ("film", "Paper Moons Over Tamsin", 2023): "northwind northwind-legal",
    ("film", "Salt and Static", 2019): "cablebay northwind northwind-legal prairie",
    ("film", "The Lantern Keeper", 2021): (
        "archivo-sur canal-bleu gantry kinobund northwind northwind-legal prairie verdant"
    ),
    ("film", "The Understudy’s Revenge", 2015): "cablebay lumen northwind-legal",
    ("film", "Two Doors Down", 2023): "brightfen lumen",
    ("short", "Crumbs", 2022): "brightfen lumen",
    ("special", "The Gilded Goose: A Holiday Special", 2023): "lumen prairie",
    ("event", "Kestrel Cup: la final", 2025): "archivo-sur",
    ("programme", "Kestrel Cup Final: Highlights", 2025): "cablebay",
    ("programme", "Bay News at Ten", None): "cablebay",
    ("series", "Pixel & Pip", 2021): "lumen",
    ("season", None, None): "lumen",
    ("episode", "The Corner", 2021): "lumen",
    ("episode", "Dark Mode", 2021): "lumen",
    ("series", "Quiet Orbit", 2022): "brightfen verdant",
    ("season", "Quiet Orbit Season 1", 2022): "brightfen verdant",
    ("episode", "Loss of Signal", 2022): "brightfen verdant",
    ("episode", "Station Keeping", 2022): "brightfen verdant",
    ("episode", "Graveyard Orbit", 2022): "verdant",
    ("series", "Tidewater", 2020): "northwind prairie",
    ("season", "Tidewater: Season 1", 2020): "northwind",
    ("season", "Season 1", None): "prairie",
    ("episode", "Low Water", 2020): "lumen northwind northwind-legal prairie",
    ("episode", "The Second Register", 2020): "northwind northwind-legal",
    ("episode", "Slack Tide", 2020): "prairie",
    ("episode", "The Wrong Lodger", 2019): "cablebay lumen",
    ("unknown", "L'été à Évreux", None): "mishap",
    ("unknown", "Take Forty", None): "mishap",
}
"""Every title of the catalogue made of `samples/feeds`, and the partners behind it."""
