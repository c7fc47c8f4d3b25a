"""The starter library says what it is for, keeps to its length and blames nobody."""

import re
from pathlib import Path

import pytest

from clients.handouts.render import render_markdown

LIBRARY = Path(__file__).parents[3] / "clients" / "handouts" / "starter"
FILES = sorted(LIBRARY.glob("*.md"))
SOURCE = "Is Micro-Cheating A Real Threat To My Relationship? — The Virtual Counselors"


def parts(path: Path) -> tuple[dict[str, str], str]:
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    return dict(line.split(": ", 1) for line in head.splitlines()), body


def test_each_reader_has_three_handouts():
    audiences = [parts(path)[0]["Audience"] for path in FILES]
    assert {name: audiences.count(name) for name in audiences} == {
        "hurt": 3,
        "involved": 3,
        "both": 3,
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_handout_names_its_use_and_its_source(path):
    head, _ = parts(path)
    assert list(head) == ["Title", "Audience", "Stages", "About-affair", "Summary", "Source"]
    assert set(head["Stages"].split(", ")) <= {"impact", "meaning", "moving_on"}
    assert head["About-affair"] in ("yes", "no")
    assert head["Source"] == SOURCE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_handout_is_short_and_has_something_to_do(path):
    _, body = parts(path)
    assert 350 <= len(body.split()) <= 600
    assert "## Try this week\n" in body
    assert re.search(r"^(?:-|1\.) ", body, re.MULTILINE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_handout_reads_at_grade_nine_or_below(path):
    _, body = parts(path)
    assert grade(body) <= 9


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_handout_blames_nobody(path):
    text = path.read_text(encoding="utf-8").lower()
    assert not re.search(
        r"\b(?:victims?|cheaters?|guilty|betrayers?)\b|!", text.replace(SOURCE, "")
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_not_about_an_affair_never_hints_at_one(path):
    head, body = parts(path)
    hints = re.search(
        r"affair|cheat|secret|hidden|hiding|betray|infidel|other person", body.lower()
    )
    assert bool(hints) == (head["About-affair"] == "yes")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_handouts_headings_come_right_below_its_title(path):
    html = render_markdown(parts(path)[1])
    assert "<h2>Try this week</h2>" in html
    assert "<h1" not in html


def grade(text: str) -> float:
    """The Flesch-Kincaid grade, with vowels counted as syllables."""
    lines = [line.lstrip("#>-*0123456789. ") for line in text.splitlines() if line.strip()]
    count = sum(max(1, len(re.findall(r"[.?:](?:\s|$)", line))) for line in lines)
    words = re.findall(r"[A-Za-z']+", " ".join(lines))
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / count + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    silent = word.endswith("e") and not word.endswith("le")
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)
