"""What the settings say of search: who embeds, and where vectors are kept."""

from typing import NamedTuple

from ummid.errors import ConfigError
from ummid.models.embedder import Embedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search.places import MappedVectors, PgVectors, Vectors, VertexVectors
from ummid.settings import Settings
from ummid.stores.pgvector.place import Place as Database
from ummid.stores.pgvector.place import is_postgres


class Chosen(NamedTuple):
    """To be closed, or kept as long as the process."""

    embedder: Embedder
    vectors: Vectors

    def close(self) -> None:
        if close := getattr(self.embedder, "close", None):
            close()


def chosen(settings: Settings) -> Chosen:
    """Raises ConfigError for settings that name nothing or contradict each other."""
    return Chosen(embedder(settings), _vectors(settings))


def offline() -> Chosen:
    """What needs no network and no key."""
    return Chosen(MiniLM(), MappedVectors())


def embedder(settings: Settings) -> Embedder:
    """To be closed as in `Chosen`. Raises ConfigError for a setting that names none."""
    named = settings.get("embedder")
    if named == "minilm":
        return MiniLM()
    if named == "gemini":
        return _gemini(settings)
    raise ConfigError(f"embedder = {named!r}: there are minilm and gemini")


def _vectors(settings: Settings) -> Vectors:
    said = settings.setting("vectors")
    named = said.value
    if named == "mapped":
        return MappedVectors()
    if named == "vertex":
        from ummid.stores.vertex.wire import Place

        parts = ("index", "endpoint", "deployed", "domain")
        place = Place(*(settings.get(f"vertex_{part}") for part in parts))
        return VertexVectors(place, _seconds(settings))
    if is_postgres(named):
        return PgVectors(Database(named), _seconds(settings))
    raise ConfigError(f"vectors = {said.shown!r}: there are mapped, vertex and postgresql://…")


def _gemini(settings: Settings) -> Embedder:
    from ummid.models.budget import Budget
    from ummid.models.gemini_calls import Endpoint
    from ummid.models.gemini_embedder import EmbeddingConfig, GeminiEmbedder
    from ummid.models.prices import Prices

    tokens, money = settings.number("embed_tokens"), settings.number("embed_money")
    price, size = settings.number("embed_price"), settings.number("embed_dimensions")
    project = settings.get("gemini_project")
    return GeminiEmbedder(
        EmbeddingConfig(
            model=settings.get("embed_model"),
            dimensions=int(size or 0),
            endpoint=Endpoint(project=project or None, location=settings.get("gemini_location")),
            prices=None if price is None else Prices(price, 0),
            query_deadline=_seconds(settings),
        ),
        Budget(None if tokens is None else int(tokens), money),
    )


def _seconds(settings: Settings) -> float:
    """Raises ConfigError for none: a search cannot be answered at once."""
    seconds = settings.number("meaning_seconds")
    if not seconds:
        raise ConfigError("meaning_seconds takes a number above 0, as in 2.5")
    return seconds
