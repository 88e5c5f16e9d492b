"""Who may import whom, and what an import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"apache_beam", "flask", "granian", "grpc", "lxml", "numpy", "openpyxl", "pyarrow"}
THIRD_PARTY = HEAVY | {"click", "lmdb", "msgspec", "pycountry", "rich"}


def loaded(module: str) -> set[str]:
    """Everything that importing a module, alone in a process, has loaded."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_every_layer_imports_only_what_lies_below_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(no_cache=True)
    assert not broken, capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        pytest.param("ummid", THIRD_PARTY, id="the package takes nothing"),
        pytest.param("ummid.cli", HEAVY, id="the command takes nothing heavy"),
        pytest.param(
            "ummid.enrich.choose", {*HEAVY - {"numpy"}, "google.genai", "httpx"}, id="nor enriching"
        ),
        pytest.param(
            "ummid.search.choose",
            {"google.genai", "httpx", "grpc", "google.cloud.aiplatform_v1", "faiss"},
            id="nor does what search may be made of",
        ),
        pytest.param("ummid.catalog.model", HEAVY, id="nor does the model"),
        pytest.param(
            "serving.app",
            {"apache_beam", "google.cloud.aiplatform", "transforms", "pipelines"},
            id="the API takes no pipeline and no model client",
        ),
    ],
)
def test_an_import_takes_no_more_than_it_needs(module: str, unwanted: set[str]) -> None:
    assert not loaded(module) & unwanted


def test_serving_names_the_model_client_nowhere() -> None:
    for file in (ROOT / "serving").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                named = [f"{node.module}.{a.name}" for a in node.names]
            assert not [n for n in named if n.startswith("google.cloud.aiplatform")], file
