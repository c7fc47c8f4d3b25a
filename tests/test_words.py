"""Words on public pages and in messages: easy to read, kind, and without what mustn't be there.

A page or a word more is one line more in the tables.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pyphen
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from tests.intake import pages as intake_pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]
# Flesch–Kincaid: below the end of the eighth school year.
HARDEST = 8.9


def _fetched(address: str, **fields: str) -> str:
    browser = Browser()
    answer = browser.post(address, fields) if fields else browser.get(address)
    return answer.content.decode()


# Name → what gives its HTML.
PAGES: dict[str, Callable[[], str]] = {
    "home": lambda: _fetched(reverse("home")),
    "where": lambda: _fetched(reverse("intake:where")),
    "where, with nothing answered": lambda: _fetched(reverse("intake:where"), website=""),
    "not there": lambda: _fetched("/not/there/"),
    "a private link": lambda: _fetched("/s/" + "A" * 43),
    "the question for the code": lambda: _fetched("/s/" + "A" * 43, go=""),
    "stop messages": lambda: _fetched("/stop/" + "A" * 43),
    "a form that was open too long": lambda: render_to_string("403_csrf.html"),
    "lines for a crisis": lambda: render_to_string("components/crisis_lines.html"),
    "something went wrong": lambda: render_to_string("500.html"),
    **intake_pages.PAGES,
}

# What is blaming, what is jargon, and what is said only to programs.
_NEVER = """
    victim victims cheater cheaters cheating cheated adultery adulterer unfaithful betrayer
    perpetrator offender abuser intervention interventions modality modalities dyad dyadic
    diagnosis diagnostic dysfunctional comorbid presenting psychoeducation contraindicated
    invalid illegal forbidden error errors submit oops whoops
"""
NEVER = _NEVER.split()
# A message is a postcard: nothing in it says what this is.
_NEVER_IN_A_MESSAGE = """
    affair affairs couple couples partner partners marriage relationship therapy therapist
    therapists counseling counselor counselors session sessions consultation clinic clinical
    treatment handout handouts recovery intake mental
"""
NEVER_IN_A_MESSAGE = _NEVER_IN_A_MESSAGE.split()

FACTS = {
    "name": "Harbor Street Office",
    "link": "https://office.example.com/s/x",
    "stop": "https://office.example.com/stop/x",
    "when": "Thursday, Dec 3, 2:00 PM Eastern (EST)",
}
_FOLDER = Path(settings.BASE_DIR) / "templates" / "messages"
MESSAGES = sorted(path.name for path in _FOLDER.iterdir() if not path.name.startswith("_"))


def message(name: str) -> str:
    """What a message says, without its addresses."""
    text = render_to_string(f"messages/{name}", FACTS)
    if name.endswith(".html"):
        return "\n".join(blocks(text))
    return re.sub(r"https:\S+", "", text)


# What is read


_BLOCKS = "h1, h2, h3, p, li, dt, dd, th, td, label, legend, button, summary, caption, title"
# The footer is the same on all; its lines for a crisis are a "page" of their own above.
_UNSEEN = "script, style, option, .not-for-people, .demo-bar, .site-footer, [hidden]"
_SPOKEN = ("aria-label", "alt", "title", "placeholder")


def blocks(html: str) -> list[str]:
    """The words of each heading, paragraph, label and the like, one after the other."""
    page = LexborHTMLParser(html)
    for unseen in page.css(_UNSEEN):
        unseen.decompose()
    innermost = [node for node in page.css(_BLOCKS) if len(node.css(_BLOCKS)) == 1]
    return [" ".join(node.text().split()) for node in innermost]


def everything(html: str) -> str:
    """All that anybody may see or hear, choices and spoken attributes included."""
    page = LexborHTMLParser(html)
    for unseen in page.css("script, style"):
        unseen.decompose()
    spoken = [node.attributes[name] or "" for name in _SPOKEN for node in page.css(f"[{name}]")]
    return " ".join([page.root.text(separator=" ") if page.root else "", *spoken])


# How hard it is


_SOFT = pyphen.Pyphen(lang="en_US")
_SILENT = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy]l)e$|(?<![aeiouytd])e[ds]$")


def syllables(word: str) -> int:
    """How many there are: the larger of two counts, as pyphen knows only where lines may break."""
    word = word.lower()
    sounded = re.findall(r"[aeiouy]+", _SILENT.sub("", word))
    return max(1, len(_SOFT.positions(word)) + 1, len(sounded))


def sentences(block: str) -> list[list[str]]:
    """The words of each sentence; numbers, and labels of a few words, are no sentences."""
    split = re.split(r"(?<=[.?:;])\s+|\n{2,}", block)
    told = [re.findall(r"[A-Za-z]+(?:[’'][a-z]+)?", each) for each in split]
    return [words for words in told if len(words) > 3]


def grade(texts: list[str]) -> float:
    """The school year by Flesch and Kincaid's formula of 1975."""
    told = [words for text in texts for words in sentences(text)]
    words = [word for sentence in told for word in sentence]
    if not words:
        return 0.0
    heard = sum(map(syllables, words))
    return 0.39 * len(words) / len(told) + 11.8 * heard / len(words) - 15.59


def found(words: list[str], text: str) -> list[str]:
    said = set(re.findall(r"[a-z]+", text.lower()))
    return [word for word in words if word in said]


_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f]")


def loud(text: str) -> list[str]:
    """Exclamation marks and little pictures."""
    return re.findall("!", text) + _EMOJI.findall(text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_easy_to_read(name: str):
    texts = blocks(PAGES[name]())
    assert any(sentences(text) for text in texts)
    assert grade(texts) <= HARDEST


@pytest.mark.parametrize("name", PAGES)
def test_a_page_blames_nobody_and_stays_calm(name: str):
    text = everything(PAGES[name]())
    assert len(text.split()) > 20
    assert found(NEVER, text) == []
    assert loud(text) == []


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_easy_to_read(name: str):
    assert grade(message(name).split("\n")) <= HARDEST


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_nothing_of_what_this_is(name: str):
    text = message(name)
    assert found([*NEVER, *NEVER_IN_A_MESSAGE], text) == []
    assert loud(text) == []


# That the measures measure


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("state", 1),
        ("times", 1),
        ("called", 1),
        ("able", 2),
        ("about", 2),
        ("people", 2),
        ("needed", 2),
        ("wanted", 2),
        ("licensed", 2),
        ("appointment", 3),
        ("counselor", 3),
        ("emergency", 4),
        ("consultation", 4),
    ],
)
def test_syllables_are_counted_as_they_are_heard(word: str, count: int):
    assert syllables(word) == count


def test_hard_words_are_found_hard():
    plain = ["We may meet you online. You choose a time that is good for you."]
    hard = [
        "Psychotherapeutic interventions necessitate comprehensive documentation of "
        "interpersonal difficulties antecedent to the initial consultation."
    ]
    assert grade(plain) < 3
    assert grade(hard) > 20


def test_what_must_not_stand_there_is_found_wherever_it_stands():
    text = everything('<p aria-label="Oops">A <b>Victim</b> here!</p><option>🙂</option>')
    assert found(NEVER, text) == ["victim", "oops"]
    assert loud(text) == ["!", "🙂"]
