"""Articles in the layouts that people have: every part finds its reader, and nothing is lost.

All words in the folder corpus are invented for these tests; its pages only look like those of the
themes and programs that they are named for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clients.handouts.importing import ImportedArticle, import_article
from clients.handouts.importing.accounting import lost_sentences
from clients.handouts.importing.furniture import (
    BYLINE,
    CAPTION,
    HIDDEN,
    LINK,
    LOST,
    MAILING,
    MARGIN,
    NAVIGATION,
    NOTE,
    OFFER,
    OUTSIDE,
    PAGE_EDGE,
    RECORDING,
    SHARING,
    STATES,
)
from tests.clients.handouts.word_files import item, paragraph, part, run, table, word_file

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Layout:
    """What is to be found: sections as (heading, audience), "?" where a person has to decide."""

    title: str
    sections: Sequence[tuple[str, str]]
    left_out: dict[str, str] = field(default_factory=dict)


LAYOUTS = {
    "theme_wordpress.html": Layout(
        "The Week After The Truth",
        [
            ("", "both"),
            ("What helps both of you?", "both"),
            ("For the partner who was hurt", "hurt"),
            ("For the partner who was involved", "involved"),
        ],
        {
            "Skip to content": OUTSIDE,
            "Posted on March 3, 2026 by Wren Larkfield": BYLINE,
            "Two cups, one of them full": CAPTION,
            "How we can help": OFFER,
            "Our counselors see couples in New Jersey and in Maryland.": STATES,
            "Facebook": SHARING,
            "An older story about trust": NAVIGATION,
            "This was a good read for us both.": OUTSIDE,
            "Proudly powered by a press of words": OUTSIDE,
        },
    ),
    "theme_squarespace.html": Layout(
        "When Home Feels Far Away",
        [
            ("", "both"),
            ("What Does Distance Sound Like?", "both"),
            ("If Your Partner Betrayed You", "hurt"),
            ("If You Are The One Who Strayed", "involved"),
        ],
        {"Photo by Ardel Moss": CAPTION, "Letters about love, twice a month.": OUTSIDE},
    ),
    "theme_wix.html": Layout(
        "Small Doors Back",
        [
            ("", "both"),
            ("What counts as a door?", "both"),
            ("What if I am the one who lied?", "involved"),
            ("Questions to ask yourselves", "both"),
        ],
        {
            "Book Online": OUTSIDE,
            "4 min read": OUTSIDE,
            "Website made by Tall Reed Studio": OUTSIDE,
        },
    ),
    "theme_ghost.html": Layout(
        "The Slow Yes",
        [
            ("", "both"),
            ("How long does it take?", "both"),
            ("The betrayed partner’s pace", "hurt"),
            ("Where does it lead?", "both"),
        ],
        {
            "Repair": LINK,
            "Quill Ashby, writer": BYLINE,
            "Book your free consultation today": OFFER,
            "One a month and no noise.": OUTSIDE,
        },
    ),
    "theme_medium.html": Layout(
        "Apologies That Land",
        [
            ("", "both"),
            ("Naming The Harm", "both"),
            ("When You Hurt Your Partner", "involved"),
            ("When You Were Lied To", "hurt"),
        ],
        {
            "Ives Calloway": BYLINE,
            "1.2K": SHARING,
            "Listen": LINK,
            "A folded letter, by the author": CAPTION,
            "Ten rules for a calm kitchen": OUTSIDE,
        },
    ),
    "theme_substack.html": Layout(
        "On Asking Twice",
        [
            ("Why the second question matters", "both"),
            ("Why twice?", "both"),
            ("If you were the one who was deceived", "hurt"),
            ("If you did the deceiving", "involved"),
        ],
        {
            "Rue Tamsin": BYLINE,
            "41": SHARING,
            "Thanks for reading The Long Table! Subscribe for free to receive new posts.": SHARING,
            "We tried this on Tuesday.": OUTSIDE,
        },
    ),
    "faq_details.html": Layout(
        "Questions We Hear After A Disclosure",
        [
            ("", "both"),
            ("Is it normal to feel nothing?", "both"),
            ("I was betrayed. Do I have to decide now?", "hurt"),
            ("I had the affair. What do I say first?", "involved"),
        ],
        {"Our office sends you a receipt.": OFFER},
    ),
    "definitions.html": Layout(
        "Words For A Hard Time",
        [
            ("", "both"),
            ("What do these words mean?", "both"),
            ("Short answers", "both"),
            ("Can words make it worse?", "both"),
            ("Who should read this?", "both"),
        ],
    ),
    "tables.html": Layout(
        "Two Columns, One House",
        [("", "both"), ("A calm day", "both"), ("Side by side", "?"), ("What stays", "both")],
        {"Hours that stay the same": CAPTION},
    ),
    "newsletter.html": Layout(
        "Ending An Evening Well",
        [
            ("", "both"),
            ("A short good night", "both"),
            ("For the partner who was betrayed", "hurt"),
            ("For the partner who broke trust", "involved"),
        ],
        {
            "How to end an evening well": HIDDEN,
            "View this email in your browser": LINK,
            "A lamp in a kitchen": CAPTION,
            "You are receiving this because you signed up at a workshop.": MAILING,
        },
    ),
    "word_export.html": Layout(
        "Learning To Knock",
        [
            ("", "both"),
            ("Ways to knock", "both"),
            ("Three steps for tonight", "both"),
            ("If you were the one who lied", "involved"),
        ],
        {
            "Figure 1: A door that is half open": CAPTION,
            "A note the writer made for herself.": HIDDEN,
            "This was first said in a workshop.": NOTE,
        },
    ),
    "numbered_headings.html": Layout(
        "Five Weeks Of Mending",
        [
            ("", "both"),
            ("1. Say it whole", "both"),
            ("2. Sit with it", "both"),
            ("3. For the hurt partner: ask slowly", "hurt"),
            ("3.1 Keep the list", "hurt"),
            ("4. For the involved partner: answer plainly", "involved"),
            ("5. Look back together", "both"),
        ],
    ),
    "front_matter.md": Layout(
        "A Table For Two Truths",
        [
            ("", "both"),
            ("How do we listen to both?", "both"),
            ("Check yourselves", "both"),
            ("If you were betrayed", "hurt"),
            ("If you were the one who cheated", "involved"),
        ],
        {
            "author: Linnet Grove": BYLINE,
            "A round table": CAPTION,
            "Schedule a free consultation": LINK,
        },
    ),
    "front_matter_toml.md": Layout(
        "After The Storm, The Dishes",
        [("", "both"), ("What to do first", "both"), ("What can wait", "both")],
        {"date = 2026-03-09": BYLINE},
    ),
    "transcript.txt": Layout(
        "Episode 12: The Question Under The Question",
        [
            ("", "both"),
            ("Maren: What can the one who was hurt do with that?", "hurt"),
            ("Maren: And the partner who strayed?", "involved"),
        ],
        {"[00:00:04]": RECORDING, "(laughter)": RECORDING, "Thanks for listening!": MAILING},
    ),
    "pasted_bullets.txt": Layout(
        "A Gentle First Talk",
        [
            ("", "both"),
            ("What Should We Bring?", "both"),
            ("What Can I Say If I Was Betrayed?", "hurt"),
            ("If you are the one who lied", "?"),
            ("How Do We End?", "both"),
        ],
    ),
    "invisible_signs.txt": Layout(
        "The Quiet Hour",
        [
            ("", "both"),
            ("Why One Hour?", "both"),
            ("If you were hurt", "hurt"),
            ("If you broke the trust", "involved"),
        ],
    ),
    "mail_quoted.txt": Layout(
        "What Silence Is For",
        [("", "both"), ("How can we tell?", "both"), ("If you are the betrayed partner", "hurt")],
    ),
    "example_sentences.txt": Layout(
        "Words To Borrow",
        [
            ("", "both"),
            ("How Can I Begin?", "both"),
            ("What If I Was The One Who Was Hurt?", "hurt"),
            ("What If I Am The One Who Cheated?", "involved"),
        ],
    ),
}


def imported(name: str) -> ImportedArticle:
    return import_article((CORPUS / name).read_bytes(), name)


def kinds(article: ImportedArticle) -> dict[str, list[str]]:
    return {one.heading: [block.kind for block in one.blocks] for one in article.sections}


def found_in(article: ImportedArticle) -> Layout:
    sections = [
        (one.heading, "?" if one.needs_decision else one.audience) for one in article.sections
    ]
    left_out = {entry.text: entry.reason for entry in article.left_out}
    return Layout(article.title, sections, left_out)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_gives_its_title_its_sections_and_their_readers(name):
    wanted, found = LAYOUTS[name], found_in(imported(name))
    assert (found.title, found.sections) == (wanted.title, wanted.sections)


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_set_aside_is_set_aside_for_its_reason(name):
    found = found_in(imported(name)).left_out
    wanted = LAYOUTS[name].left_out
    assert {text: found.get(text) for text in wanted} == wanted


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_nothing_has_to_be_picked_up_at_the_end(path):
    """Where the last step finds something, a reader lost it."""
    assert LOST not in found_in(import_article(path.read_bytes(), path.name)).left_out.values()


def test_the_last_step_finds_what_a_reader_lost():
    article = imported("wrapped.txt")
    lines = ["Nobody kept this sentence. The first talk about a broken agreement", "2. Nor this"]
    assert lost_sentences(article, lines) == ["Nobody kept this sentence.", "Nor this"]


def test_words_in_quotes_are_examples_and_never_headings():
    blocks = kinds(imported("example_sentences.txt"))
    assert blocks["How Can I Begin?"] == ["paragraph", "paragraph"]
    assert blocks["What If I Was The One Who Was Hurt?"] == ["paragraph"] * 3


def test_terms_and_rows_stay_with_what_belongs_to_them():
    terms = imported("definitions.html").sections[1].blocks[0]
    assert terms.items[:2] == (
        "Trigger: A small thing that brings the large thing back.",
        "Stonewalling: Going silent to stay safe. It looks like coldness and is mostly alarm.",
    )
    rows = imported("tables.html").sections[1].blocks[0]
    assert rows.items[1:] == ("Morning – A real goodbye", "Evening – A real hello")


def test_bullets_and_numbers_that_word_wrote_as_text_make_lists():
    blocks = kinds(imported("word_export.html"))
    assert blocks["Ways to knock"] == ["steps"]
    assert blocks["Three steps for tonight"] == ["steps"]


def test_open_boxes_of_a_task_list_are_questions_to_oneself():
    check = imported("front_matter.md").sections[2].blocks[0]
    assert check.kind == "questions"
    assert check.items[0] == "Did I hear something I did not like, and stay?"


def test_a_button_s_word_is_a_step_among_steps():
    steps = imported("theme_wordpress.html").sections[1].blocks[0]
    assert steps.items[-1] == "Pause"


def test_a_heading_of_harm_that_names_nobody_is_left_to_the_counselor():
    text = b"# Mending\n\n## When you come upon the secret phone\n\nSit down first.\n"
    assert found_in(import_article(text, "a.md")).sections == [
        ("When you come upon the secret phone", "?")
    ]


# Word's own files

WORD = word_file(
    paragraph("Contents", "TOC1"),
    paragraph("The Second Key", "Title"),
    paragraph("A house with one key has one owner. Mending begins when a second key is cut."),
    paragraph("If you were the hurt partner", "Heading1"),
    item("Say what you need to know."),
    item("Choose when."),
    "<w:p>"
    + run("Note for the editor.", "<w:vanish/>")
    + run("You may change your mind.")
    + "</w:p>",
    paragraph("If you were the one who strayed", "Heading1"),
    item("Give the key away.", numbered=True),
    item("Do not ask for it back.", numbered=True),
    paragraph("“Here is the key. You need not use it.”", "Quote"),
    paragraph("What stays", "Heading1"),
    table(["Morning", "The same coffee"], ["Evening", "The same chair"]),
    paragraph("Picture 1: A key on a hook", "Caption"),
    '<w:p><w:del w:id="1"><w:r><w:delText>Deleted words.</w:delText></w:r></w:del></w:p>',
    header1=part("hdr", paragraph("Practice paper")),
    footer1=part("ftr", paragraph("Do not copy")),
    comments=part("comments", f'<w:comment w:id="1">{paragraph("Is this true?")}</w:comment>'),
)


def test_a_word_file_gives_its_sections_and_their_readers():
    article = import_article(WORD, "key.docx")
    found = found_in(article)
    assert found.title == "The Second Key"
    assert found.sections == [
        ("", "both"),
        ("If you were the hurt partner", "hurt"),
        ("If you were the one who strayed", "involved"),
        ("What stays", "both"),
    ]
    assert kinds(article)["If you were the one who strayed"] == ["steps", "paragraph"]
    assert kinds(article)["What stays"] == ["list"]


def test_what_stands_beside_the_text_of_a_word_file_is_set_aside():
    found = found_in(import_article(WORD, "key.docx"))
    assert found.left_out == {
        "Contents": NAVIGATION,
        "Picture 1: A key on a hook": CAPTION,
        "Practice paper": PAGE_EDGE,
        "Do not copy": PAGE_EDGE,
        "Is this true?": MARGIN,
        "Note for the editor.": HIDDEN,
    }


def test_a_formula_that_nothing_reads_is_picked_up_at_the_end():
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    formula = (
        f'<w:p><m:oMath xmlns:m="{math}"><m:r><m:t>trust over time</m:t></m:r></m:oMath></w:p>'
    )
    article = import_article(word_file(paragraph("Some words to read here."), formula), "a.docx")
    assert found_in(article).left_out == {"trust over time": LOST}
