"""`md:BasicMetadataPeople-type`: who worked on a title, one credit per job."""

from collections.abc import Iterable, Iterator

from ummid.catalog.model import Credit, ExternalId, Warning
from ummid.feeds.movielabs import first, grouped, integer, texts
from ummid.feeds.xml import Element, child_text


def credits(
    parts: dict[str, list[Element]], infos: Iterable[Element], warnings: list[Warning]
) -> tuple[Credit, ...]:
    """The `People` of a title and its `Group`s; localised people only where it names nobody."""
    people = parts.get("People", []) or _local_people(infos)
    found = [credit for person in people for credit in _person(person, warnings)]
    for group in parts.get("Group", ()):
        name = child_text(group, "DisplayName")
        if name:
            found.append(Credit(name, (group.get("role") or "group").strip().lower()))
    return tuple(dict.fromkeys(found))


def local_names(infos: Iterable[Element]) -> dict[str, str]:
    """Names as spelt in each language, for the record's extra facts."""
    found: dict[str, str] = {}
    for info in infos:
        names = [_name(grouped(person)) for person in grouped(info).get("PeopleLocal", ())]
        if any(names):
            found[f"people-{info.get('language', 'und')}"] = "; ".join(n for n in names if n)
    return found


def _local_people(infos: Iterable[Element]) -> list[Element]:
    """Those of the first language that names any: the others are the same people."""
    return next((found for info in infos if (found := grouped(info).get("PeopleLocal"))), [])


def _person(person: Element, warnings: list[Warning]) -> Iterator[Credit]:
    parts = grouped(person)
    name = _name(parts)
    if not name:
        warnings.append(Warning("nameless-person", "credits", "a person has no name"))
        return
    ids = tuple(
        ExternalId(child_text(item, "Namespace").lower() or "other", value)
        for item in parts.get("Identifier", ())
        if (value := child_text(item, "Identifier"))
    )
    jobs = parts.get("Job", [])
    if not jobs:
        yield Credit(name, "other", ids=ids)
    for job in jobs:
        own = grouped(job)
        role = first(own.get("JobFunction", ())) or first(own.get("JobDisplay", ())) or "other"
        order = integer(first(own.get("BillingBlockOrder", ())), "credits.order", warnings)
        yield Credit(name, role.lower(), _character(own), order, ids)


def _character(job: dict[str, list[Element]]) -> str | None:
    names = texts(job.get("Character", ()))
    names += [child_text(item, "CharacterName") for item in job.get("CharacterInfo", ())]
    return " / ".join(dict.fromkeys(n for n in names if n)) or None


def _name(person: dict[str, list[Element]]) -> str:
    """The display name. Sort names are not used: partners fill them wrongly."""
    for item in person.get("Name", ()):
        parts = grouped(item)
        given = [
            first(parts.get(name, ()))
            for name in ("FirstGivenName", "SecondGivenName", "FamilyName")
        ]
        return (
            first(parts.get("DisplayName", ()))
            or " ".join(n for n in given if n)
            or first(parts.get("Moniker", ()))
        )
    return ""
