"""What a person sees: progress that can be followed, a report that fits the terminal."""

import io
import re
from typing import Any

import pytest
from rich.console import Console

from pipelines.ingest.display import Display, enrichment, show
from ummid.views.runs import Counts, Enriched, FileReport, RunReport


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Screen:
    """A console whose output can be read; `terminal` says what it takes itself for."""

    def __init__(self, *, terminal: bool = False, width: int = 80) -> None:
        self._out = io.StringIO()
        self.console = Console(
            file=self._out, force_terminal=terminal, width=width, color_system=None
        )

    @property
    def text(self) -> str:
        return self._out.getvalue()

    @property
    def lines(self) -> list[str]:
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text)
        return [line.strip() for line in plain.splitlines()]


def test_elsewhere_than_on_a_terminal_a_line_is_written_every_five_seconds() -> None:
    screen, clock = Screen(), Clock()
    with Display(1000, screen.console, clock) as display:
        for second in range(1, 12):
            clock.now += 1
            display.bytes(50)
            display.batch("acme" if second % 2 else "beta", 2000, 1)
    assert screen.lines == [
        "reading: 10,000 records, 2,000/s, 5 rejected (acme: 6,000), "
        "25% of the bytes, about 15 s left to read",
        "reading: 20,000 records, 2,000/s, 10 rejected (beta: 10,000), "
        "50% of the bytes, about 10 s left to read",
    ]


def test_the_steps_after_reading_are_counted_in_partitions() -> None:
    screen, clock = Screen(), Clock()
    with Display(1000, screen.console, clock) as display:
        for step in ("Apply", "Resolve", "Publish"):
            for _ in range(16):
                clock.now += 0.5
                display.partition(step)
    assert screen.lines == [
        "apply: 10 of 16 partitions",
        "resolve: 4 of 16 partitions",
        "resolve: 14 of 16 partitions",
        "publish: 8 of 16 partitions",
    ]


def test_before_a_byte_is_told_no_end_is_promised() -> None:
    screen, clock = Screen(), Clock()
    display = Display(0, screen.console, clock)
    clock.now += 9
    display.batch("acme", 1, 0)
    assert screen.lines == ["reading: 1 records, 0/s, 0 rejected (acme: 1)"]


def test_a_quick_run_writes_no_progress() -> None:
    screen, clock = Screen(), Clock()
    with Display(10, screen.console, clock) as display:
        display.batch("acme", 5, 0)
        display.partition("Apply")
    assert screen.text == ""


def test_on_a_terminal_bars_show_how_far_each_step_is() -> None:
    screen, clock = Screen(terminal=True), Clock()
    with Display(1000, screen.console, clock) as display:
        clock.now += 10
        display.bytes(250)
        display.batch("acme", 12_000, 3)
        for _ in range(4):
            display.partition("Apply")
    reading, apply = [line for line in screen.lines if "%" in line][-2:]
    assert reading.startswith("Read ")
    assert " 25% " in reading
    assert reading.endswith("12,000 records, 1,200/s, 3 rejected (acme: 12,000)")
    assert apply.startswith("Apply ")
    assert " 25% " in apply


def report(
    partners: dict[str, Counts] | None = None, files: list[FileReport] | None = None, **fields: Any
) -> RunReport:
    stated: dict[str, Any] = {
        "run": "run-20250101T000000Z",
        "started": "2025-01-01T00:00:00Z",
        "seconds": 2.0,
        "absent": 0,
        "titles_changed": 3,
        "serial": 3,
        **dict.fromkeys(("read", "unchanged", "superseded", "withdrawn", "rejected"), 0),
        "published": 1,
    }
    return RunReport(**(stated | fields), partners=partners or {}, files=files or [])


def shown(report: RunReport, width: int = 80) -> list[str]:
    screen = Screen(width=width)
    show(report, screen.console)
    return screen.lines


LARGE = Counts(*(9_999_999,) * 6)


@pytest.mark.parametrize("partner", ["acme", "a-partner-with-a-very-long-name-indeed", "[red]x"])
def test_the_table_fits_eighty_columns_with_every_head_whole(partner: str) -> None:
    found = shown(report({partner: LARGE}, read=9_999_999))
    assert max(len(line) for line in found) <= 80
    head = next(line for line in found if line.split()[:1] == ["partner"])
    names = ["read", "published", "unchanged", "superseded", "withdrawn", "rejected"]
    assert head.split() == ["partner", *names]
    start, end = found.index(head) + 2, next(n for n, x in enumerate(found) if " all " in f" {x}")
    assert "".join(line[: head.index("read") - 5].strip() for line in found[start:end]) == partner
    assert found[start].split()[-6:] == ["9,999,999"] * 6


def test_the_last_lines_say_what_changed_and_what_waits() -> None:
    assert shown(report(read=10, absent=1200, rejected=1))[-2:] == [
        "3 titles changed in 2.0 s (5 records/s); 1,200 withdrawn by full deliveries",
        "what could not be taken waits as dead letters: `ummid deadletters list`",
    ]
    assert shown(report(published=0, withdrawn=1, titles_changed=1))[-1] == (
        "1 titles changed in 2.0 s (0 records/s)"
    )
    assert shown(report(published=0, titles_changed=0, seconds=0.0))[-1] == (
        "0 titles changed in 0.0 s (0 records/s); nothing new was published"
    )


def file(path: str, status: str = "accepted", *warnings: str) -> FileReport:
    return FileReport(path, "acme", "mrss", 1, 0, status, list(warnings))


def test_files_that_need_a_look_are_named_each_on_one_line() -> None:
    long = "in/" + "very/" * 30 + "long.xml"
    files = [file("a.xml"), file("b.xml", "held"), file(long, "accepted", "a doubt " * 20)]
    notes = shown(report(files=files))[-3:-1]
    assert notes == ["held: b.xml", f"{long}: {('a doubt ' * 20).strip()}"]


@pytest.mark.parametrize(("number", "rest"), [(5, None), (6, 1), (1205, 1200)])
def test_of_many_remarks_the_first_five_are_shown(number: int, rest: int | None) -> None:
    files = [file(f"{n}.xml", "accepted", f"doubt {n}") for n in range(number)]
    found = shown(report(files=files))
    assert [line for line in found if ".xml" in line] == [f"{n}.xml: doubt {n}" for n in range(5)]
    more = [line for line in found if "more in the report" in line]
    assert more == ([] if rest is None else [f"and {rest:,} more in the report (--report FILE)"])


def test_partner_text_is_never_obeyed_by_the_terminal() -> None:
    nasty = "\x1b[2J[bold]\r\nx"
    screen = Screen(terminal=True, width=200)
    show(report({nasty: LARGE}, [file(nasty, "held", nasty)]), screen.console)
    assert screen.text.count("\\x1b[2J[bold] x") == 4
    assert "\x1b[2J" not in screen.text


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (Enriched(), ""),
        (Enriched(enriched=1200, kept=3), "enrichment: 1,200 enriched, 3 kept titles"),
        (
            Enriched(failed=2, left=40, stopped="the budget is used up"),
            "enrichment: 2 failed, 40 left titles: the budget is used up",
        ),
    ],
)
def test_what_became_of_titles_to_enrich_is_said_in_words(done: Enriched, said: str) -> None:
    assert enrichment(done) == said
