"""`docs/enrichment.md` names every way in which an enrichment can fail, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs/enrichment.md").read_text(encoding="utf-8")
RAISED = re.compile(r'\b(?:ModelError|Failure)\(\s*"([a-z-]+)"(?: if [^\n]* else "([a-z-]+)")?')


def test_every_code_is_explained_and_nothing_else() -> None:
    table = DOCS.partition("## When it does not work")[2]
    rows = [line for line in table.split("\n") if line.startswith("| `")]
    explained = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    raised: set[str] = set()
    for folder in ("ummid/models", "ummid/enrich"):
        for file in (ROOT / folder).glob("*.py"):
            found = RAISED.findall(file.read_text(encoding="utf-8"))
            raised |= {code for codes in found for code in codes if code}
    assert explained == raised


def test_every_setting_it_names_is_one() -> None:
    from ummid.settings import HELP

    named = set(re.findall(r"`((?:enrich|gemini)_[a-z]+)`", DOCS))
    assert named
    assert named <= HELP.keys()
