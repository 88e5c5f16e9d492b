"""The steps of a run, without a runner: stage, settle, apply, resolve, publish, finish.

Each step takes small things (a file, a partition, a list of ids), reads and writes the
`Table`, and may be repeated: a step that is run twice ends in the same rows. What is large
never travels between steps; it waits in the table under the run's own prefix.
"""
