"""Handouts beside the bare libraries that do the heavy part.

Import: a page becomes a draft, whose sections are Markdown in which every mark of the page's text
is escaped; trafilatura alone takes the text out of the same page. Both have to keep every
paragraph. One page names its article, the other leaves it to be found. What it costs to show the
whole draft, each section cleaned by nh3, stands on a line of its own.

A part of this benchmark is one thing that is done with handouts: `PARTS` names them.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks import _handout_pages, _measure
from tests.benchmarks._measure import Line

_INVENTED = """
    again apart ask autumn bench between blanket bread breathe bridge bring careful chair
    circle clock close coffee corner day dinner distance doorway early enough evening garden
    gentle glass hand hear home honest hour house kitchen lamp later letter listen little
    long look love maybe mend moment morning name near night often open pause patience quiet
    rain ready repair rest return river room safe say season share silence slow small soft
    speak stay steady still story summer table talk tea thing time today together tomorrow
    touch trust turn voice wait walk water way weather week window winter wonder word work
    year
    """
_WORDS = _INVENTED.split()
_HEADINGS = ["For the partner who was hurt", "For the partner who was involved", "What helps now?"]
_TIMES = 8


@dataclass(frozen=True)
class Size:
    """How much there is, and how often it is done."""

    page: int  # bytes
    handouts: int
    rounds: int


WHOLE = Size(page=21_000, handouts=5_000, rounds=15)
QUICK = Size(page=6_000, handouts=100, rounds=3)


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("handouts", given)
    size = QUICK if options.quick else WHOLE
    measured: list[Line] = []
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        for title, part in PARTS.items():
            lines = part(size, random.Random(options.seed), _measure.address())
            _measure.show(f"{title}, on {vendor} (seed {options.seed})", lines)
            measured += lines
    _measure.keep(options.json, measured, benchmark="handouts", database=vendor, seed=options.seed)
    return 0


def _import(size: Size, chance: random.Random, database: str) -> list[Line]:
    lines: list[Line] = []
    for name, wrapped in (("that names its article", _named), ("that doesn’t", _nameless)):
        page = Page(chance, size.page, wrapped)
        _measure.must_agree(f"the paragraphs of a page {name}", page.kept(), page.kept_by_peer())
        pages = _Unseen(chance, size.page, wrapped, size.rounds)
        large = _Unseen(chance, size.page * _TIMES, wrapped, size.rounds)
        found = _measure.in_turns(
            {
                "ours": pages.each(Page.draft),
                "theirs": pages.each(Page.extract),
                "shown": pages.each(Page.shown),
                "large": large.each(Page.draft),
            },
            rounds=size.rounds,
        )
        grown = found["large"] / found["ours"] * pages.length / large.length
        lines += [
            Line(f"a page {name}", found["ours"], "ms"),
            Line("bare trafilatura", found["theirs"], "ms"),
            Line("the one against the other", found["ours"] / found["theirs"], "x", "<= 1.2"),
            Line("the draft, shown as a page", found["shown"], "ms"),
            Line("with it", (found["ours"] + found["shown"]) / found["theirs"], "x", "<= 1.2"),
            Line(f"{_TIMES} times the page, for each byte", grown, "x", "<= 1.15"),
        ]
    return lines


PARTS: dict[str, Callable[[Size, random.Random, str], list[Line]]] = {
    "Import": _import,
    **_handout_pages.PARTS,
}


class Page:
    """A page of invented words, about as long as was asked for."""

    def __init__(self, chance: random.Random, length: int, wrapped: Callable[[str], str]) -> None:
        self._chance = chance
        self._paragraphs: list[str] = []
        self._drafted: list[str] = []
        parts: list[str] = []
        while sum(map(len, parts)) < length:
            parts.append(self._part(len(parts)))
        self._html = wrapped("\n".join(parts))
        self._data = self._html.encode()
        self.length = len(self._data)

    def _part(self, number: int) -> str:
        if number % 6 == 0:
            return f"<h2>{self._chance.choice(_HEADINGS)}</h2>"
        if number % 6 == 4:
            items = "".join(f"<li>{self._sentence(7)}</li>" for _ in range(4))
            return f"<ul>{items}</ul>"
        self._paragraphs.append(" ".join(self._sentence(12) for _ in range(4)))
        first, _, rest = self._paragraphs[-1].partition(" ")
        return f'<p class="text"><em>{first}</em> {rest}</p>'

    def _sentence(self, words: int) -> str:
        chosen = self._chance.choices(_WORDS, k=self._chance.randint(words - 3, words + 4))
        return " ".join(chosen).capitalize() + "."

    def draft(self) -> list[str]:
        """As when somebody uploads it."""
        from clients.handouts.importing import import_article, to_markdown

        article = import_article(self._data, "page.html")
        self._drafted = [to_markdown(section.blocks) for section in article.sections]
        return self._drafted

    def shown(self) -> list[str]:
        """As when somebody looks at the draft then; the import itself is not measured again."""
        from clients.handouts.render import render_markdown

        return [render_markdown(text) for text in self._drafted or self.draft()]

    def extract(self) -> str:
        import trafilatura

        return trafilatura.extract(self._html) or ""

    def kept(self) -> list[str]:
        text = " ".join(self.shown())
        return [each for each in self._paragraphs if each in text]

    def kept_by_peer(self) -> list[str]:
        text = " ".join(self.extract().split())
        return [each for each in self._paragraphs if each in text]


class _Unseen:
    """A page for each round, so that nothing remembers the one before."""

    def __init__(
        self, chance: random.Random, length: int, wrapped: Callable[[str], str], rounds: int
    ) -> None:
        self._pages = [Page(chance, length, wrapped) for _ in range(rounds + 1)]
        self.length = sum(page.length for page in self._pages) / len(self._pages)

    def each(self, act: Callable[[Page], object]) -> Callable[[], object]:
        """Does it to the next page each time it is called."""
        following = iter(self._pages)
        return lambda: act(next(following))


_HEAD = "<!DOCTYPE html><html><head><title>A Long Page | A Site</title></head><body>"
_MENU = "<ul>" + "".join(f'<li><a href="/{n}">Page {n}</a></li>' for n in range(12)) + "</ul>"
_FOOT = (
    "<footer><p>All rights reserved</p><p>Book your free consultation</p></footer></body></html>"
)


def _named(inside: str) -> str:
    return (
        f"{_HEAD}<header><nav>{_MENU}</nav></header><main><article><h1>A Long Page</h1>{inside}"
        f"</article></main>{_FOOT}"
    )


def _nameless(inside: str) -> str:
    return (
        f'{_HEAD}<div class="top">{_MENU}</div><div class="wrap"><div class="col"><h1>A Long Page'
        f"</h1>{inside}</div></div>{_FOOT}"
    )
