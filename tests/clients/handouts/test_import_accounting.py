"""Every sentence of a source is in a section or among what was left out, whatever the source."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.handouts.importing import (
    UnreadableArticle,
    import_article,
)
from clients.handouts.importing.furniture import LOST
from clients.handouts.importing.reading import tidy
from tests.clients.handouts.lost_sentences import lost_sentences, said, words_of_article
from tests.clients.handouts.made_articles import FORMATS, Part, as_text, parts


@pytest.mark.parametrize("name", FORMATS)
@given(made=parts)
@settings(max_examples=40, deadline=None)
def test_every_sentence_of_a_made_article_comes_through(name: str, made: list[Part]) -> None:
    article = import_article(FORMATS[name](made), name)
    everywhere = words_of_article(article)
    for sentence in (text for each in made for text in each.texts):
        for part in re.split(r"(?<=[.!?…])[”]?\s+", sentence):
            assert said(part) in everywhere
    assert LOST not in {entry.reason for entry in article.left_out}
    assert article.title == "Made Up"


@pytest.mark.parametrize("name", FORMATS)
@given(made=parts)
@settings(max_examples=20, deadline=None)
def test_what_is_for_one_partner_never_stands_under_the_other(name: str, made: list[Part]) -> None:
    for section in import_article(FORMATS[name](made), name).sections:
        if section.heading == "For the partner who was hurt":
            assert section.audience == "hurt"
        elif section.heading == "If you are the one who cheated":
            assert section.audience == "involved"


_TAGS = """
    <p> </p> <div> </div> <li> <ul> </ul> <td> <tr> <table> </table> <b> </b> <h2> </h2> <br> <dl>
    <dt> <dd> <details> <summary> <!-- --> <nav> </nav> <span> </span> <pre> <sup> <button> &amp;
    &lt; - 1. > ** __ ` [a](b) # | ::: •
    """
_SAID = ["Words here.", "Others there?", "If you cheated:", "“Say it.”", "Read more"]
_SOUP = st.lists(st.sampled_from([*_TAGS.split(), *_SAID, "\n\n"]), max_size=30).map(" ".join)


@pytest.mark.parametrize("kind", ["html", "md", "txt"])
@given(soup=_SOUP)
@settings(max_examples=60, deadline=None)
def test_no_soup_of_marks_loses_a_sentence(kind: str, soup: str) -> None:
    with suppress(UnreadableArticle):
        data = f"A Title\n\nA first line of words.\n\n{soup}".encode()
        everywhere = words_of_article(import_article(data, f"a.{kind}"))
        unseen = kind == "html" and "<!--" in soup
        assert unseen or all(said(each) in everywhere for each in _SAID if each in soup)


@given(st.text(max_size=200))
def test_any_text_is_imported_whole_or_refused(text: str) -> None:
    source = f"A Title\n\nA first line of words.\n\n{text}"
    with suppress(UnreadableArticle):
        article = import_article(source.encode("utf-8", "surrogatepass"), "a.txt")
        everywhere = words_of_article(article).replace(" ", "")
        assert all(said(line).replace(" ", "") in everywhere for line in tidy(text).split("\n"))


def test_the_two_checks_agree_on_a_made_article() -> None:
    made = [Part("text", ("One sentence here. Another there.",)), Part("list", ("Go.", "Stay."))]
    article = import_article(as_text(made), "a.txt")
    assert lost_sentences(as_text(made).decode(), "txt", article) == []
