from ummid.search.genres import asked_as


def test_a_genre_is_found_by_the_words_of_other_vocabularies() -> None:
    assert asked_as(["Science Fiction", "scifi", "Western"]) == (
        "Science Fiction",
        "scifi",
        "sci-fi",
        "science fiction",
        "Western",
    )
