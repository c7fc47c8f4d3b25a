"""The last step of an import: every sentence of the source is in the article or was set aside.

Readers hand over, beside their pieces, the lines that a person sees in the source. They are
gathered without the reader's judgment, so that what judgment loses is found here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, pairwise

from django.utils.functional import cached_property

from . import furniture
from .list_lines import marked
from .structure import SEAM, Block, ImportedArticle, LeftOut
from .words import sentences, words

_RUN = 4


def accounted(article: ImportedArticle, lines: Iterable[str]) -> ImportedArticle:
    """The article; what it lost of these lines is among what was left out."""
    lost = lost_sentences(article, lines)
    if not lost:
        return article
    found = [LeftOut(sentence, furniture.LOST) for sentence in lost]
    return replace(article, left_out=[*article.left_out, *found])


def lost_sentences(article: ImportedArticle, lines: Iterable[str]) -> list[str]:
    """The sentences of these lines that stand nowhere in the article."""
    texts = list(_texts(article))
    whole = set(texts)
    # Most lines came through as they were.
    doubtful = [line for line in lines if (tidy := _tidy(line)) and tidy not in whole]
    held = _Held(texts)
    return [sentence for line in doubtful for sentence in _lost_of(line, held)]


def _lost_of(line: str, held: "_Held") -> list[str]:
    """What is lost of the line; a part of it that was set aside alone is not."""
    lost = _lost_sentences(_tidy(line), held)
    if lost and SEAM in line:
        return list(chain.from_iterable(_lost_sentences(each, held) for each in line.split(SEAM)))
    return lost


def _lost_sentences(line: str, held: "_Held") -> list[str]:
    apart = sentences(_without_mark(line.strip()))
    return [sentence for sentence in apart if not held.holds(words(sentence))]


def _tidy(line: str) -> str:
    return " ".join(line.replace(SEAM, "").split())


def _without_mark(line: str) -> str:
    """Bullets and numbers of lists are form, not words."""
    mark = marked(line)
    return mark.words if mark else line


def _texts(article: ImportedArticle) -> Iterator[str]:
    yield article.title
    for section in article.sections:
        yield section.heading
        yield from chain.from_iterable(map(_texts_of, section.blocks))
    for entry in article.left_out:
        yield entry.text


def _texts_of(block: Block) -> tuple[str, ...]:
    return block.items or (block.text,)


class _Held:
    """The words of an article in their order, ready to be asked for runs of them."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    def holds(self, run: list[str]) -> bool:
        """Whether these words stand in the article, one after the other."""
        if len(run) >= _RUN:
            return self._fours.issuperset(zip(run, run[1:], run[2:], run[3:], strict=False))
        if len(run) > 1:
            return self._pairs.issuperset(pairwise(run))
        return self._ones.issuperset(run)

    @cached_property
    def _every(self) -> list[str]:
        return words(" \n ".join(self._texts))

    @cached_property
    def _ones(self) -> set[str]:
        return set(self._every)

    @cached_property
    def _pairs(self) -> set[tuple[str, ...]]:
        return set(pairwise(self._every))

    @cached_property
    def _fours(self) -> set[tuple[str, ...]]:
        every = self._every
        return set(zip(every, every[1:], every[2:], every[3:], strict=False))
