"""The parts of a Media Manifest by their ids, and what an experience reaches through them.

Experience -> Presentation (or a playable sequence of them) -> tracks; Experience ->
PictureGroup -> images; ALIDExperienceMap -> ALIDs. Ids come with stray white space.
"""

from collections.abc import Callable, Iterator

import msgspec

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Artwork, Organisation, Technical, Warning
from ummid.feeds.movielabs import first, grouped, integer, language_tag, texts
from ummid.feeds.movielabs_media import location, technical_of
from ummid.feeds.xml import Element, child, child_text, text

_TRACK_IDS = {
    "Audio": "AudioTrackID",
    "Video": "VideoTrackID",
    "Subtitle": "SubtitleTrackID",
}

Placement = tuple[str, Element, Element | None]
"""How an experience belongs to another: the relationship, that one, and its SequenceInfo."""


def texts_at(element: Element, *path: str) -> tuple[str, ...]:
    """The texts at a path of local names, white space collapsed, empty ones left out."""
    return tuple(texts(element.iterfind("/".join(f"{{*}}{name}" for name in path))))


class Inventory:
    """A manifest's parts, indexed once; nothing outside the manifest is looked at."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self.manifest_id = (root.get("ManifestID") or "").strip()
        self.update_num = (root.get("updateNum") or "").strip()
        self._tracks = {
            (item.get(attribute) or "").strip(): item
            for name, attribute in _TRACK_IDS.items()
            for item in root.iterfind(f"{{*}}Inventory/{{*}}{name}")
        }
        self._images = _by_id(root, "{*}Inventory/{*}Image", "ImageID")
        self._metadata = _by_id(root, "{*}Inventory/{*}Metadata", "ContentID")
        self._presentations = _by_id(root, "{*}Presentations/{*}Presentation", "PresentationID")
        self._sequences = _by_id(
            root, "{*}PlayableSequences/{*}PlayableSequence", "PlayableSequenceID"
        )
        self._groups = _by_id(root, "{*}PictureGroups/{*}PictureGroup", "PictureGroupID")
        self.placed: dict[str, list[Placement]] = {}
        self.alids: dict[str, tuple[str, ...]] = {}
        self.related: dict[str, tuple[str, ...]] = {}
        self._index_experiences()
        self._index_maps()

    def _index_experiences(self) -> None:
        for parent in self._root.iterfind("{*}Experiences/{*}Experience"):
            for item in parent.iterfind("{*}ExperienceChild"):
                identifier = child_text(item, "ExperienceID")
                placement = child_text(item, "Relationship"), parent, child(item, "SequenceInfo")
                self.placed.setdefault(identifier, []).append(placement)

    def _index_maps(self) -> None:
        for item in self._root.iterfind("{*}ALIDExperienceMaps/{*}ALIDExperienceMap"):
            alids = texts_at(item, "ALID")
            related = tuple(_related(found) for found in item.iterfind("{*}RelatedExperienceID"))
            for identifier in texts_at(item, "ExperienceID"):
                known = (*self.alids.get(identifier, ()), *alids)
                self.alids[identifier] = tuple(dict.fromkeys(known))
                self.related[identifier] = (*self.related.get(identifier, ()), *related)

    def basic(self, content: str, experience: Element) -> Element | None:
        """The metadata embedded for a ContentID, in the inventory or in the experience."""
        own = child(experience, "BasicMetadata")
        if own is not None:
            return own
        item = self._metadata.get(content)
        return child(item, "BasicMetadata") if item is not None else None

    def metadata_files(self, content: str) -> tuple[str, ...]:
        """The MEC files named for a ContentID: they come by themselves and are never opened."""
        item = self._metadata.get(content)
        if item is None:
            return ()
        return texts_at(item, "ContainerReference", "ContainerLocation")

    def sources(
        self, read: Callable[[Element], Iterator[Organisation]]
    ) -> tuple[Organisation, ...]:
        return tuple(read(self._root))

    def presentation_ids(self, experience: Element) -> tuple[str, ...]:
        """The presentations an experience plays, directly or in a sequence of clips."""
        found = list(texts_at(experience, "Audiovisual", "PresentationID"))
        found += texts_at(experience, "Audiovisual", "PlayableSequence", "Clip", "PresentationID")
        for identifier in texts_at(experience, "Audiovisual", "PlayableSequenceID"):
            if (sequence := self._sequences.get(identifier)) is not None:
                found += texts_at(sequence, "Clip", "PresentationID")
        return tuple(dict.fromkeys(found))

    def technical(self, experience: Element, warnings: list[Warning]) -> Technical | None:
        """The tracks reached through the presentations; unknown ids are a warning each."""
        items: list[Element] = []
        for identifier in self.presentation_ids(experience):
            presentation = self._presentations.get(identifier)
            if presentation is None:
                warnings.append(_missing("Presentation", identifier, "versions"))
                continue
            for name, attribute in _TRACK_IDS.items():
                path = ("TrackMetadata", f"{name}TrackReference", attribute)
                for track in texts_at(presentation, *path):
                    if track in self._tracks:
                        items.append(self._tracks[track])
                    else:
                        warnings.append(_missing(attribute, track, "technical.tracks"))
        return technical_of(list(dict.fromkeys(items)), warnings)

    def artwork(
        self, experience: Element, described: tuple[Artwork, ...], warnings: list[Warning]
    ) -> tuple[Artwork, ...]:
        """The images of the picture groups, and what the metadata refers to by image id."""
        found = [self._resolved(art, warnings) for art in described]
        groups = (
            *texts_at(experience, "PictureGroupID"),
            *texts_at(experience, "Gallery", "PictureGroupID"),
        )
        for identifier in dict.fromkeys(groups):
            group = self._groups.get(identifier)
            if group is None:
                warnings.append(_missing("PictureGroup", identifier, "artwork"))
                continue
            for picture in group.iterfind("{*}Picture"):
                found.extend(self._pictures(picture, warnings))
        return tuple(dict.fromkeys(found))

    def _pictures(self, picture: Element, warnings: list[Warning]) -> Iterator[Artwork]:
        parts = grouped(picture)
        stated = first(parts.get("LanguageInImage", ()))
        tag = language_tag(stated, "artwork", warnings) if stated else UNDETERMINED
        purpose = first(parts.get("Purpose", ())) or None
        for identifier in texts([*parts.get("ImageID", ()), *parts.get("ThumbnailImageID", ())]):
            image = self._images.get(identifier)
            if image is None:
                warnings.append(_missing("Image", identifier, "artwork"))
                yield Artwork(identifier, purpose, language=tag if stated else None)
                continue
            art = _image(identifier, image, warnings)
            if stated and art.language not in (None, tag):
                message = f"{identifier}: the image says {art.language}, its picture {tag}"
                warnings.append(Warning("language-conflict", "artwork", message))
            yield msgspec.structs.replace(
                art,
                purpose=art.purpose or purpose,
                language=art.language or (tag if stated else None),
            )

    def _resolved(self, art: Artwork, warnings: list[Warning]) -> Artwork:
        image = self._images.get(art.reference)
        if image is None:
            if art.reference.lower().startswith("md:imageid:"):
                warnings.append(_missing("Image", art.reference, "artwork"))
            return art
        known = _image(art.reference, image, warnings)
        return msgspec.structs.replace(
            known, purpose=art.purpose or known.purpose, language=known.language or art.language
        )


def _by_id(root: Element, path: str, attribute: str) -> dict[str, Element]:
    return {(item.get(attribute) or "").strip(): item for item in root.iterfind(path)}


def _image(identifier: str, image: Element, warnings: list[Warning]) -> Artwork:
    parts = grouped(image)
    stated = first(parts.get("Language", ()))
    return Artwork(
        location(image) or identifier,
        first(parts.get("Purpose", ())) or None,
        integer(first(parts.get("Width", ())), "artwork.width", warnings),
        integer(first(parts.get("Height", ())), "artwork.height", warnings),
        language_tag(stated, "artwork", warnings) if stated else None,
    )


def _related(item: Element) -> str:
    parts = grouped(item)
    target = first(parts.get("ExternalManifestID", ())) or first(parts.get("ExperienceID", ()))
    return f"{text(child(item, 'Relationship'))} {target}".strip()


def _missing(what: str, identifier: str, field: str) -> Warning:
    return Warning("dangling-reference", field, f"{what} {identifier} is not in this manifest")
