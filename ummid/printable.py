"""Partner text on a terminal."""


def printable(text: str) -> str:
    """Control characters are shown, never obeyed; lines stay lines."""
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def one_line(text: str) -> str:
    """The same on a single line, white space collapsed."""
    return printable(" ".join(text.split()))
