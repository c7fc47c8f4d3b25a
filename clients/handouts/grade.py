"""How hard a text is to read, and how long it takes.

The school year is Flesch and Kincaid's formula of 1975. Syllables are where pyphen could break the
word, or the groups of vowels that are sounded, whichever are more.
"""

import re
from functools import cache

import pyphen

from clients.handouts import prompts

WORDS_A_MINUTE = 200
# A line that leads to a list says nothing about how hard paragraphs are.
_ENOUGH = 30
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_END = re.compile(r"(?<=[.?!])[\"'”’)\]]*\s+")
_SAID = re.compile(r"[\"“][^\"“”]*[\"”]")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*+>]\s+|\d+[.)]\s+|\[(?: |\.\.\.|…)\]\s+)+")
_SILENT = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy]l)e$|(?<![aeiouytd])e[ds]$")
_VOWELS = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The school year in which this Markdown is read with ease; 0 where there is nothing.

    Headings, points of lists and what somebody might say are short, and make hard paragraphs look
    easy: so the paragraphs alone count where they are harder than the whole.
    """
    paragraphs = _paragraphs(text)
    alone = _grade(paragraphs) if sum(map(len, map(str.split, paragraphs))) >= _ENOUGH else 0.0
    return max(_grade(_blocks(text)), alone)


def _grade(blocks: list[str]) -> float:
    split = [sentence for block in blocks for sentence in _END.split(block)]
    told = [words for sentence in split if (words := _WORD.findall(sentence))]
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


def _blocks(text: str) -> list[str]:
    """Each paragraph, heading and point of a list: none runs on into the next."""
    blocks, running = [], ""
    for raw in text.splitlines():
        if not raw.strip() or _MARKS.match(raw):
            blocks.append(running)
            running = ""
        running = f"{running} {prompts.plain(_MARKS.sub('', raw))}".strip()
    return [*blocks, running]


def _paragraphs(text: str) -> list[str]:
    """The paragraphs alone, without what somebody might say in them."""
    lines = ["" if _MARKS.match(line) else line for line in text.splitlines()]
    return [_SAID.sub("", block) for block in _blocks("\n".join(lines))]
