"""The embedded `VectorIndex`: immutable segments and a journal, shared by memory mapping."""
