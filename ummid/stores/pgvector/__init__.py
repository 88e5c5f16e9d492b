"""`VectorIndex` on PostgreSQL with pgvector: see docs/backends.md.

Nothing here is imported by `import ummid`; the client comes with `pip install '.[gcp]'`.
"""
