import sys

from pipelines.ingest.launcher import launch

if __name__ == "__main__":
    launch(sys.argv[1:])
