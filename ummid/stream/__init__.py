"""The stream: deliveries that never end, in small runs of the same steps as any other ingest.

A source hands out deliveries and is told when each is published for good; the loop between takes
a fair batch of what waits and runs it. Whatever dies in between is delivered again, which changes
nothing.
"""
