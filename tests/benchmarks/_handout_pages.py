"""Handouts on paper and in the library, beside what else could make them.

A PDF is set by ours, by weasyprint from HTML of the same words, and by bare typst that is warm and
gets the same document as its source. Bodies are new in each round, so that nobody has met them.
"""

import random
from collections.abc import Callable
from typing import Any, Protocol

from tests.benchmarks import _measure
from tests.benchmarks._measure import Line

FEW = 50


class Size(Protocol):
    """How large the library is, and how often each side is measured."""

    @property
    def handouts(self) -> int: ...

    @property
    def rounds(self) -> int: ...


_SAID = """
    trust again talk slowly what you saw felt and need this week a small turn toward each
    other write it down bring to your session ask for time listen before you answer keep the promise
"""
_WORDS = _SAID.split()


def body(chance: random.Random) -> str:
    """A handout of about two pages that nobody has seen."""
    parts = [
        f"## {_sentence(chance, 5)}\n\n{_paragraph(chance)}\n\n{_list(chance)}" for _ in range(5)
    ]
    return "\n\n".join([*parts, f"[ ] {_sentence(chance, 8)}", f"[...] {_sentence(chance, 7)}"])


def _sentence(chance: random.Random, length: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(length)).capitalize()


def _paragraph(chance: random.Random) -> str:
    return ". ".join(_sentence(chance, chance.randint(8, 16)) for _ in range(6)) + "."


def _list(chance: random.Random) -> str:
    return "\n".join(f"- **{_sentence(chance, 2)}** {_sentence(chance, 8)}" for _ in range(4))


def _paper(size: Size, chance: random.Random, database: str) -> list[Line]:
    import typst
    import weasyprint

    from clients.handouts import pdf
    from clients.handouts.pdf import blocks

    compiler = typst.Compiler(ignore_system_fonts=True)
    version = _published(body(chance))

    def unseen() -> Any:
        version.body = body(chance)
        return version

    def ours() -> bytes:
        return pdf.render(unseen())

    def by_weasyprint() -> bytes:
        words = f"<h1>{version.title}</h1>{_as_html(unseen().body)}"
        html = f'<html lang="en"><title>{version.title}</title><body>{words}</body></html>'
        made: bytes = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
        return made

    def bare() -> Any:
        source = _as_source(version.title, blocks.of(unseen().body))
        return compiler.compile(input=source, format="pdf", pdf_standards="ua-1")

    pdf.of(version)
    found = _measure.in_turns(
        {"ours": ours, "weasyprint": by_weasyprint, "typst": bare, "kept": lambda: pdf.of(version)},
        rounds=size.rounds,
    )
    return [
        Line("a handout on paper", found["ours"], "ms"),
        Line("weasyprint", found["weasyprint"], "ms"),
        Line("as many times quicker", found["weasyprint"] / found["ours"], "x", ">= 8"),
        Line("bare typst, warm", found["typst"], "ms"),
        Line("ours against it", found["ours"] / found["typst"], "x", "<= 1.3"),
        Line("a version that is kept", found["kept"], "ms"),
        Line("kept against a render", found["kept"] / found["ours"], "x", "<= 0.1"),
    ]


def _as_html(text: str) -> str:
    from clients.handouts.render import render_markdown

    return render_markdown(text)


def _as_source(title: str, nodes: list[dict[str, Any]]) -> bytes:
    """The same document as typst's own source, made as plainly as can be."""
    lines = [f'#let handout = (title: "{title}")', _look_of_it(), "#title()"]
    lines += [_line(node) for node in nodes]
    return "\n\n".join(lines).encode()


def _look_of_it() -> str:
    """The page, fonts and distances of our own template, so that both set the same document."""
    from clients.handouts import pdf

    _, _, rest = pdf._template().decode().partition('json("handout.json")')
    return rest.partition("#let inline")[0]


def _line(node: dict[str, Any]) -> str:
    if node["kind"] == "heading":
        return f"= {_flat(node['inline'])}"
    if node["kind"] == "list":
        return "\n".join(f"- {_flat(item[0]['inline'])}" for item in node["items"])
    return str(node["text"]) if "text" in node else _flat(node["inline"])


def _flat(inline: Any) -> str:
    if isinstance(inline, str):
        return inline
    return "".join(
        node if isinstance(node, str) else f"*{_flat(node['inline'])}*" for node in inline
    )


def _library(size: Size, chance: random.Random, database: str) -> list[Line]:
    """The library's search with few handouts and with many, by a counselor who is signed in."""
    from tests.benchmarks import _practice

    _practice.open_up()
    _practice.stand_still()
    browser = _counselor()
    _fill(chance, FEW)
    _as_later()
    few = _measure.queries_of(lambda: _look(browser))
    few_time = _measure.in_turns({"few": lambda: _look(browser)}, rounds=size.rounds)["few"]
    _fill(chance, size.handouts - FEW)
    _as_later()
    many = _measure.queries_of(lambda: _look(browser))
    many_time = _measure.in_turns({"many": lambda: _look(browser)}, rounds=size.rounds)["many"]
    return [
        Line(f"the library's search, {FEW} handouts", few_time, "ms"),
        Line(f"the library's search, {size.handouts} handouts", many_time, "ms"),
        Line("the one against the other", many_time / few_time, "x", "<= 1.5"),
        Line(f"queries, {FEW} handouts", few, ""),
        Line(f"queries, {size.handouts} handouts", many, "", f"<= {few}"),
    ]


def _as_later() -> None:
    """PostgreSQL's planner knows of new rows by itself, within a minute; SQLite's is never told."""
    from django.db import connection

    from tests.benchmarks import _copies

    if connection.vendor == "postgresql":
        _copies.settled()


PARTS: dict[str, Callable[[Size, random.Random, str], list[Line]]] = {
    "Handouts on paper": _paper,
    "The library": _library,
}


def _counselor() -> Any:
    from django.test import Client

    from practice.models import User

    user = User.objects.create_user("reader@example.com", None, name="Rae", role="counselor")
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def _look(browser: Any) -> Any:
    from django.urls import reverse

    answer = browser.get(reverse("handouts:library"), {"q": "trust slowly", "stage": "impact"})
    assert answer.status_code == 200
    return answer


def _fill(chance: random.Random, number: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        for _ in range(number):
            _published(body(chance), title=_sentence(chance, 4))


def _published(text: str, title: str = "Something to read") -> Any:
    from clients.handouts import library
    from clients.handouts.models import Handout

    handout = Handout.objects.create(audience="both", stages=["impact"])
    return library.add_version(handout, title=title, body=text, source="")
