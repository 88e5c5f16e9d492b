"""Search as the settings have it: on Google Cloud, by local servers that speak its protocols."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.models.embedding_server import Embeddings
from tests.models.wire import refuses, served
from tests.serving.building import Building, statement
from tests.stores.vertex_admin import VertexAdmin
from tests.stores.vertex_admin import start as start_admin
from tests.stores.vertex_server import Vertex, start
from ummid.catalog.model import Synopsis, Text
from ummid.cli import main
from ummid.errors import ConfigError, StoreError
from ummid.models.gemini_embedder import GeminiEmbedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search import stored
from ummid.search.choose import chosen, offline
from ummid.search.indexing import Indexed
from ummid.search.places import MappedVectors, VertexVectors
from ummid.settings import Settings
from ummid.stores.vertex import deployment
from ummid.stores.vertex.ids import MARKER
from ummid.views import deadletters

HEAT = "A detective hunts a thief who plans one last robbery."
OTHERS = "A mother guards her children in a house that they never leave."


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[Embeddings]:
    with served(Embeddings()) as embeddings:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", embeddings.url)
        monkeypatch.setenv("GOOGLE_API_KEY", "k")
        yield embeddings


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    service = Vertex()
    server, _ = start(service)
    yield service
    server.stop(0).wait()


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    store = Building(tmp_path / "store")
    for key, name, told in (("1", "Heat", HEAT), ("2", "The Others", OTHERS)):
        synopses = (Synopsis(told, "en"),)
        store.title(statement(key=key, own_id=key, titles=(Text(name, "en"),), synopses=synopses))
    yield store
    store.table.close()


def environment(vertex: Vertex, index: str = "1", **given: str) -> dict[str, str]:
    place = "projects/p/locations/europe-west4"
    said = {
        "embedder": "gemini",
        "embed_dimensions": "256",
        "meaning_seconds": "60",
        "vectors": "vertex",
        "vertex_index": f"{place}/indexes/{index}",
        "vertex_endpoint": f"{place}/indexEndpoints/1",
        "vertex_deployed": f"{place}/indexes/{index}",
        "vertex_domain": f"http://127.0.0.1:{vertex.port}",
        **given,
    }
    return {f"UMMID_{name.upper()}": value for name, value in said.items()}


def update(building: Building, settings: Settings) -> Indexed:
    with closing(chosen(settings)) as means:
        return stored.update(
            building.table, building.folder, means.embedder, lambda _: None, means.vectors
        )


def nearest(building: Building, settings: Settings, asked: str) -> str:
    with closing(chosen(settings)) as means:
        (hit,) = stored.open_search(building.folder, *means).by_meaning(asked, 1)
    title = building.table.get(b"t#" + hit.id.encode(), b"v:body")
    assert title
    return "Heat" if b"Heat" in title.value else "The Others"


def test_titles_are_embedded_by_gemini_and_found_on_vertex(
    building: Building, gemini: Embeddings, vertex: Vertex
) -> None:
    settings = Settings(environment(vertex))
    done = update(building, settings)
    assert (done.titles, done.embedded, done.failed) == (2, 2, 0)
    assert nearest(building, settings, "the children of the house") == "The Others"
    assert nearest(building, settings, "who plans a robbery") == "Heat"
    assert {asked.task for asked in gemini.asked} == {"RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY"}
    again = update(building, settings)
    assert (again.titles, again.embedded) == (0, 0)


def test_vectors_of_two_models_never_meet(
    building: Building, gemini: Embeddings, vertex: Vertex
) -> None:
    first, other = (Settings(environment(vertex, embed_dimensions=size)) for size in ("256", "768"))
    update(building, first)
    with pytest.raises(StoreError, match=r"gemini-embedding-001-256-1/256.*an index of its own"):
        update(building, other)
    with closing(chosen(other)) as means:
        opened = stored.open_search(building.folder, *means)
    assert "an index of its own" in opened.trouble
    assert opened.searcher.search("heat").found[0].words > 0
    elsewhere = Settings(environment(vertex, "2", embed_dimensions="768"))
    done = update(building, elsewhere)
    assert (done.embedded, done.reused) == (2, 0)
    assert update(building, first).embedded == 0
    moved = update(building, Settings(environment(vertex, "3")))
    assert (moved.titles, moved.embedded, moved.reused) == (2, 0, 2)
    assert sum(gemini.paid.values()) == 4


def test_what_gemini_does_not_answer_is_indexed_when_it_does(
    building: Building, gemini: Embeddings, vertex: Vertex
) -> None:
    settings = Settings(environment(vertex))
    gemini.script = lambda asked: (
        refuses(400, "INVALID_ARGUMENT") if any("Heat" in t for t in asked.texts) else None
    )
    done = update(building, settings)
    assert (done.embedded, done.failed) == (1, 1)
    gemini.script = lambda _: None
    done = update(building, settings)
    assert (done.embedded, done.failed) == (1, 0)
    assert set(gemini.paid.values()) == {1}


def test_while_meaning_fails_words_answer(
    building: Building, gemini: Embeddings, vertex: Vertex
) -> None:
    settings = Settings(environment(vertex))
    update(building, settings)
    gemini.script = lambda _: refuses(403, "PERMISSION_DENIED")
    with closing(chosen(settings)) as means:
        answer = stored.open_search(building.folder, *means).searcher.search("heat")
    assert answer.degraded
    assert answer.found[0].words > 0


def run(building: Building, *arguments: str, **environment: str) -> Result:
    building.table.close()  # a process opens a store once
    said = {"UMMID_STORE": str(building.folder), **environment}
    return CliRunner().invoke(main, arguments, env=said, catch_exceptions=False)


@pytest.mark.usefixtures("gemini")
def test_the_commands_index_search_and_verify(building: Building, vertex: Vertex) -> None:
    said = environment(vertex)
    assert "2 embedded" in run(building, "index", **said).stdout
    assert "Heat" in run(building, "search", "who plans a robbery", **said).stdout
    verified = run(building, "vectors", "verify", **said)
    assert "2 ids: 2 as they should be, 0 missing" in verified.stdout
    (there,) = vertex.indexes.values()
    there.clear()
    told = run(building, "vectors", "verify", "--dry-run", **said)
    assert "2 missing" in told.stdout
    assert "sent" not in told.stdout
    assert "2 missing, 0 not the newest, 0 not taken out, all sent again" in (
        run(building, "vectors", "verify", **said).stdout
    )
    assert len(there) == 3


@pytest.mark.usefixtures("gemini")
def test_a_title_that_vertex_itself_refuses_is_a_dead_letter_and_its_neighbours_are_found(
    building: Building, vertex: Vertex
) -> None:
    settings, bad = Settings(environment(vertex)), set[str]()

    def is_first(point: Any) -> bool:
        if not bad and point.datapoint_id != MARKER:
            bad.add(point.datapoint_id)
        return point.datapoint_id in bad

    vertex.refuses = is_first
    done = update(building, settings)
    assert (done.titles, done.failed, done.refused) == (2, 1, 1)
    (there,) = vertex.indexes.values()
    assert len(there) == 2  # the marker and the other title
    (letter,) = deadletters.letters(building.table)
    assert letter.code == "refused"
    assert "INVALID_ARGUMENT" in letter.reason
    bad = {"nothing"}
    assert update(building, settings).refused == 0
    assert len(there) == 3


def test_verifying_files_is_refused(building: Building) -> None:
    refused = run(building, "vectors", "verify")
    assert refused.exit_code == 1
    assert "files check themselves" in refused.output


def test_an_index_on_vertex_is_planned_and_made_by_command(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = VertexAdmin()
    server = start_admin(admin)
    monkeypatch.setattr(deployment, "PAUSE", 0)
    said = {
        "UMMID_VECTORS": "vertex",
        "UMMID_GEMINI_PROJECT": "p",
        "UMMID_GEMINI_LOCATION": "l",
        "UMMID_VERTEX_DOMAIN": f"http://127.0.0.1:{admin.port}",
    }
    try:
        planned = run(building, "vectors", "plan", "--name", "films", **said)
        assert planned.exit_code == 2
        assert "+ index: 384 dimensions" in planned.stdout
        made = run(building, "vectors", "apply", "--name", "films", **said)
        again = run(building, "vectors", "plan", "--name", "films", **said)
    finally:
        server.stop(0).wait()
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines() == [
        'vertex_index = "projects/p/locations/l/indexes/1"',
        'vertex_endpoint = "projects/p/locations/l/indexEndpoints/1"',
        'vertex_deployed = "films"',
        f'vertex_domain = "http://127.0.0.1:{admin.port}"',
    ]
    assert "the index is being made, for 0 s" in made.stderr
    assert again.exit_code == 0
    assert "  deployment: films" in again.stdout


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_files_need_nothing_to_be_made(building: Building, command: str) -> None:
    refused = run(building, "vectors", command)
    assert refused.exit_code == 1
    assert "files need nothing" in refused.output


def test_without_settings_everything_is_here() -> None:
    for means in (offline(), chosen(Settings({}))):
        assert isinstance(means.embedder, MiniLM)
        assert isinstance(means.vectors, MappedVectors)


@pytest.mark.usefixtures("gemini")
def test_settings_say_who_embeds_and_what_it_may_cost(vertex: Vertex) -> None:
    given = {"embed_tokens": "1000", "embed_money": "2.5", "embed_price": "0.15"}
    means = chosen(Settings(environment(vertex, **given)))
    means.close()
    embedder, vectors = means
    assert isinstance(embedder, GeminiEmbedder)
    assert isinstance(vectors, VertexVectors)
    assert embedder.name == "gemini-embedding-001-256-1"
    assert (embedder.budget.tokens, embedder.budget.money) == (1000, 2.5)
    assert embedder.estimate(["word " * 600]).money == pytest.approx(1000 * 0.15 / 1e6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"embedder": "word2vec"}, "there are minilm and gemini"),
        ({"vectors": "paper"}, "there are mapped, vertex and postgresql"),
        ({"embed_tokens": "many"}, "embed_tokens takes a number"),
        ({"embed_dimensions": "10"}, "128 to 3072"),
        ({"embed_money": "1"}, "prices"),
        ({"vertex_index": "5"}, "vertex_index"),
        ({"meaning_seconds": "0"}, "meaning_seconds"),
    ],
)
@pytest.mark.usefixtures("gemini")
def test_settings_that_cannot_be_are_said(vertex: Vertex, given: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        chosen(Settings(environment(vertex, **given)))
