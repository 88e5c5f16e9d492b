"""The configuration that `docs/search.md` shows for Vertex AI is one that can be used."""

import re
from pathlib import Path

import pytest

from ummid.models.gemini_embedder import GeminiEmbedder
from ummid.search.choose import chosen
from ummid.search.places import VertexVectors
from ummid.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_configuration_for_vertex_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = (ROOT / "docs/search.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", docs, re.DOTALL)
    file = tmp_path / "ummid.toml"
    file.write_text(shown.replace("gemini_project", "# gemini_project"), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    means = chosen(Settings({}, file))
    means.close()
    assert isinstance(means.embedder, GeminiEmbedder)
    assert isinstance(means.vectors, VertexVectors)
    assert means.embedder.budget.money == 10
