"""PTransforms over `ummid.ingest`: one per step, with as little logic as possible."""
