"""Search: words and meaning over one set of documents, under exact filters.

`Document` is what is found, `TextIndex` finds it by words, a `VectorIndex` by meaning, `Searcher`
asks both and merges what they say. Pure: the API, the command line and the benchmarks call it.
"""
