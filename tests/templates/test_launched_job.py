"""The template's main file started as the launcher starts it, up to the job that it creates; and
the job's work done from its graph alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from google.cloud.dataflow_v1beta3 import JobType

from scripts.templates import FOLDER
from tests.pipelines.test_bigtable_store import bigtable
from tests.pipelines.test_graph import LABELS
from tests.samples.building import FEEDS
from tests.templates.cloud import TOKEN, Cloud, cloud
from ummid.ingest.context import close_table, open_table
from ummid.views import runs
from ummid.views.runs import RunReport

IMAGE = "region-docker.pkg.dev/project/repository/ummid-ingest:1"
FEED = "canal-bleu"


@dataclass
class Launched:
    """A job that was created, and where it will write."""

    cloud: Cloud
    store: Path
    environment: dict[str, str]
    said: str

    @property
    def graph(self) -> beam_runner_api_pb2.Pipeline:
        return beam_runner_api_pb2.Pipeline.FromString(self.cloud.staged("pipeline.pb"))

    @property
    def description(self) -> dict[str, Any]:
        (job,) = self.cloud.jobs
        return job


def reports(store: Path) -> list[RunReport]:
    try:
        return list(runs.reports(open_table(store)))
    finally:
        close_table(store)


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    folder = tmp_path_factory.mktemp("launched")
    store = bigtable(folder, "catalogue")
    with cloud() as one:
        for file in sorted((FEEDS / FEED).rglob("*")):
            if file.is_file():
                one.objects[f"gs://bucket/feeds/{FEED}/{file.name}"] = file.read_bytes()
        environment = {
            **os.environ,
            **one.environment,
            "PYTHONPATH": str(FOLDER.parent),
            "CLOUDSDK_CONFIG": str(folder),
        }
        done = subprocess.run(
            [
                sys.executable,
                str(FOLDER / "ingest/main.py"),
                f"--feeds=gs://bucket/feeds/{FEED}/*",
                f"--store={store}",
                "--runner=DataflowRunner",
                "--project=project",
                "--region=europe-west4",
                f"--dataflow_endpoint=http://localhost:{one.address.rpartition(':')[2]}",
                "--staging_location=gs://bucket/staging",
                "--temp_location=gs://bucket/temp",
                "--sdk_location=container",
                f"--sdk_container_image={IMAGE}",
                "--max_num_workers=7",
                "--labels=team=rights",
                "--job_name=ingest",
            ],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        yield Launched(one, store, environment, done.stdout + done.stderr)


def test_the_job_is_created_with_the_options_that_were_given(launched: Launched) -> None:
    job = launched.description
    assert job["name"] == "ingest"
    assert job["type"] == JobType.JOB_TYPE_BATCH
    assert job["labels"] == {"team": "rights"}
    assert job["environment"]["workerPools"][0]["autoscalingSettings"]["maxNumWorkers"] == 7
    assert launched.cloud.tokens == {f"Bearer {TOKEN}"}
    assert launched.cloud.unknown == []


def test_every_label_is_a_step_of_the_job(launched: Launched) -> None:
    labels = {one.unique_name for one in launched.graph.components.transforms.values()}
    assert set(LABELS.split("\n")[1:-1]) <= labels


def test_workers_start_from_the_templates_image_alone(launched: Launched) -> None:
    images = set()
    for one in launched.graph.components.environments.values():
        payload = beam_runner_api_pb2.DockerPayload.FromString(one.payload)
        images.add(payload.container_image)
    assert images == {IMAGE}


def test_no_path_of_the_launcher_is_in_the_graph(launched: Launched) -> None:
    serialized = launched.graph.SerializeToString()
    assert str(FOLDER.parent).encode() not in serialized
    assert launched.environment["CLOUDSDK_CONFIG"].encode() not in serialized


def test_workers_do_the_job_from_its_graph_when_the_launcher_is_gone(
    launched: Launched, tmp_path: Path
) -> None:
    graph = tmp_path / "pipeline.pb"
    graph.write_bytes(launched.cloud.staged("pipeline.pb"))
    assert reports(launched.store) == []
    done = subprocess.run(
        [sys.executable, "-m", "tests.templates.worker", str(graph)],
        env=launched.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    (report,) = reports(launched.store)
    assert report.published > 0
    assert report.read == (
        report.published + report.unchanged + report.superseded + report.withdrawn + report.rejected
    )
