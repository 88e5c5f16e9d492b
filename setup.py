"""Packaging of Nexus-UMMID. Tools are configured in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
PACKAGES = ("ummid", "transforms", "pipelines", "serving")

setup(
    name="nexus-ummid",
    version="0.1.0",
    description="Partner feeds of titles and rights in, one catalogue out.",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=[name for name in find_packages() if name.partition(".")[0] in PACKAGES],
    package_data={
        name: ["py.typed", "data/**/*", "**/*.json", "**/*.onnx", "**/vocab.txt", "**/prompts/*.md"]
        for name in PACKAGES
    },
    install_requires=(ROOT / "requirements/runtime.in").read_text(encoding="utf-8").split(),
    extras_require={"gcp": (ROOT / "requirements/gcp.in").read_text(encoding="utf-8").split()},
    entry_points={
        "console_scripts": ["ummid = ummid.cli:main"],
        "ummid.commands": [
            "deadletters = pipelines.ingest.deadletters:deadletters",
            "ingest = pipelines.ingest.command:ingest",
            "serve = serving.command:serve",
        ],
    },
)
