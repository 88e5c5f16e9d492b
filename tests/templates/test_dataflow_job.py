"""The ingest's graph as a job that Dataflow would get: translated here, sent nowhere."""

import json
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.dataflow.internal.apiclient import DataflowApplicationClient

from pipelines.ingest.graph import build
from tests.pipelines.test_graph import LABELS
from ummid.ingest.context import Run
from ummid.ingest.sources import Source
from ummid.partners import Partners

IMAGE = "region-docker.pkg.dev/project/repository/ummid-ingest:1"
STORE = "bigtable://project/instance/table"
Job = tuple[dict[str, Any], beam_runner_api_pb2.Pipeline]


@pytest.fixture(scope="module")
def job() -> Job:
    """The job's description, and its graph as it is staged for the workers. What would be written
    to the bucket is caught where it leaves.
    """
    options = PipelineOptions(
        [
            "--runner=DataflowRunner",
            "--project=project",
            "--region=europe-west4",
            "--no_auth",
            "--staging_location=gs://bucket/staging",
            "--temp_location=gs://bucket/temp",
            "--template_location=gs://bucket/job.json",
            "--sdk_location=container",
            f"--sdk_container_image={IMAGE}",
            "--max_num_workers=7",
            "--job_name=ingest",
            "--no_save_main_session",
        ]
    )
    staged: dict[str, bytes] = {}

    def stage(_client: object, _folder: str, name: str, stream: Any, *_: Any, **__: Any) -> None:
        staged[name] = stream if isinstance(stream, str) else stream.read()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DataflowApplicationClient, "stage_file_with_retry", stage)
        patch.setattr(GoogleCloudOptions, "validate", lambda *_: [])  # asks for the bucket
        pipeline = beam.Pipeline(options=options)
        run = Run("run-1", Path(STORE), known=1, started="2025-01-01T00:00:00Z")
        build(pipeline, run, [Source(path="gs://bucket/feed.xml", received=1)], Partners())
        assert not pipeline.run().has_job
    graph = beam_runner_api_pb2.Pipeline()
    graph.ParseFromString(staged["pipeline.pb"])
    return json.loads(staged["job.json"]), graph


def test_every_label_is_a_step_of_the_job(job: Job) -> None:
    labels = {one.unique_name for one in job[1].components.transforms.values()}
    assert set(LABELS.split("\n")[1:-1]) <= labels


def test_workers_start_from_the_templates_image_alone(job: Job) -> None:
    images = set()
    for one in job[1].components.environments.values():
        payload = beam_runner_api_pb2.DockerPayload()
        payload.ParseFromString(one.payload)
        images.add(payload.container_image)
    assert images == {IMAGE}


def test_no_path_of_the_launcher_is_in_the_graph(job: Job) -> None:
    serialized = job[1].SerializeToString()
    assert str(Path.cwd()).encode() not in serialized
    assert str(Path(__file__).parent).encode() not in serialized


def test_it_is_a_batch_job_with_the_options_asked_for(job: Job) -> None:
    described = json.dumps(job[0])
    assert "JOB_TYPE_BATCH" in described or job[0]["type"] == 1
    assert IMAGE in described
