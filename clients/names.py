"""Names as somebody types them in a hurry."""

import unicodedata


def plain(text: str) -> str:
    """Without accents and capitals."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def same(one: str, other: str) -> bool:
    """Whether both are the same whole name, in more than one word."""
    words = plain(one).split()
    return len(words) > 1 and words == plain(other).split()
