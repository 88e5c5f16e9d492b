"""Does the work of a job from its graph alone, as it lies in the bucket: what the service and its
workers do. `python -m tests.templates.worker GRAPH` in the environment of a worker.
"""

import sys
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import python_urns
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner


def work(graph: beam_runner_api_pb2.Pipeline) -> None:
    """Steps run in this process instead of the job's image: there is none here."""
    for environment in graph.components.environments.values():
        environment.urn, environment.payload = python_urns.EMBEDDED_PYTHON, b""
        del environment.dependencies[:]
    runner = FnApiRunner()
    runner.run_via_runner_api(graph, PipelineOptions([])).wait_until_finish()


if __name__ == "__main__":
    work(beam_runner_api_pb2.Pipeline.FromString(Path(sys.argv[1]).read_bytes()))
