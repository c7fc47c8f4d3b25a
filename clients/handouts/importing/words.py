"""Words and sentences, compared without regard to case, quotes or dashes."""

import re
from functools import lru_cache
from itertools import pairwise

_STRAIGHT = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−", "''''\"\"\"\"-------")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SIGN = re.compile(r"[^\W_]+|[©«‹←»›→|/<>·•\[]")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")


def word_set(listed: str) -> frozenset[str]:
    """The words of a written list, for look-ups."""
    return frozenset(listed.split())


def phrase_set(listed: str) -> frozenset[str]:
    """The phrases of a written list that are parted by bars."""
    return frozenset(listed.split("|"))


_TITLE_SMALL = word_set("and the for with from that your our about into over when what are")


# A line is asked about many times. What is kept of the last articles is small.
_REMEMBERED = 2_048
_LONGEST_REMEMBERED = 500


def plain(text: str) -> str:
    """Lower case, straight quotes and dashes, single spaces."""
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _plain(text)


def _plain(text: str) -> str:
    if not text.isascii():
        text = text.translate(_STRAIGHT)
    return " ".join(text.lower().split())


_remembered = lru_cache(_REMEMBERED)(_plain)


def words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def signs(low: str) -> frozenset[str]:
    """The words of a plain text, and the signs that lines of furniture are made of.

    Looked at before anything slower: a pattern none of whose signs is there can't match.
    """
    return _signs_remembered(low) if len(low) <= _LONGEST_REMEMBERED else _signs(low)


def _signs(low: str) -> frozenset[str]:
    return frozenset(_SIGN.findall(low))


_signs_remembered = lru_cache(_REMEMBERED)(_signs)


def same_words(one: str, other: str) -> bool:
    return words(one) == words(other)


def sentences(text: str) -> list[str]:
    """The text cut after each sentence; joined with spaces it is the text again."""
    cuts = [match.end() for match in _SENTENCE_END.finditer(text)]
    edges = [0, *cuts, len(text)]
    pairs = pairwise(edges)
    return [part for start, end in pairs if (part := text[start:end].strip())]


def ends_as_question(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith("?")


def ends_with_colon(text: str) -> bool:
    return text.rstrip("\"'”’*_ ").endswith(":")


def ends_a_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith((".", "!", "?", ":", ";", "…", ","))


def in_title_case(text: str) -> bool:
    """Whether the longer words are capitalized, as in a headline."""
    long = [w for w in re.findall(r"[^\W\d_]{3,}", text) if w.lower() not in _TITLE_SMALL]
    capital = sum(1 for word in long if word[0].isupper())
    return len(long) >= 2 and capital * 4 >= len(long) * 3
