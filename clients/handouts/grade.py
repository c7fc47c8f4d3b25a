"""How hard a text is to read, and how long it takes.

The school year is Flesch and Kincaid's formula of 1975. Syllables are where pyphen could break the
word, or the groups of vowels that are sounded, whichever are more.
"""

import re
from functools import cache

import pyphen

from clients.handouts import prompts

WORDS_A_MINUTE = 200
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_END = re.compile(r"(?<=[.?!:;])[\"'”’)\]]*\s+")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*+>]\s+|\d+[.)]\s+|\[(?: |\.\.\.|…)\]\s+)+")
_SILENT = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy]l)e$|(?<![aeiouytd])e[ds]$")
_VOWELS = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The school year in which this Markdown is read with ease; 0 where there is nothing."""
    told = [words for sentence in _sentences(text) if (words := _WORD.findall(sentence))]
    words = [word for sentence in told for word in sentence]
    if not words:
        return 0.0
    heard = sum(syllables(word.lower()) for word in words)
    score = 0.39 * len(words) / len(told) + 11.8 * heard / len(words) - 15.59
    return max(0.0, round(score, 1))


def minutes(text: str) -> int:
    """How long it takes to read, at least one."""
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))


@cache
def syllables(word: str) -> int:
    """How many are heard in a word in lower case."""
    sounded = _VOWELS.findall(_SILENT.sub("", word))
    return max(1, len(_soft().positions(word)) + 1, len(sounded))


@cache
def _soft() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")


def _sentences(text: str) -> list[str]:
    lines = [prompts.plain(_MARKS.sub("", line)) for line in text.splitlines()]
    # A paragraph may run over several lines; a list's items and headings each stand alone.
    blocks, running = [], ""
    for line, raw in zip(lines, text.splitlines(), strict=True):
        if not line.strip() or _MARKS.match(raw):
            blocks.append(running)
            running = ""
        running = f"{running} {line}".strip()
    blocks.append(running)
    return [sentence for block in blocks for sentence in _END.split(block) if sentence]
