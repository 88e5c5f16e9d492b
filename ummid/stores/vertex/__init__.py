"""`VectorIndex` on Vertex AI Vector Search, with a table beside it that decides what is newest."""
