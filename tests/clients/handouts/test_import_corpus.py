"""Every layout an article arrives in keeps all its sentences and gives each part its reader."""

from pathlib import Path

import pytest

from clients.handouts.importing import ImportedArticle, Section, import_article

from .lost_sentences import lost_sentences

CORPUS = Path(__file__).parent / "corpus"
ARTICLES = Path(__file__).parents[3] / "clients" / "handouts" / "starter" / "articles"
FILES = sorted([*CORPUS.iterdir(), *ARTICLES.iterdir()])
SAME_ARTICLE = [
    ARTICLES / "micro-cheating-pasted.txt",
    CORPUS / "same_article.md",
    CORPUS / "same_article.html",
]


def imported(path: Path) -> ImportedArticle:
    return import_article(path.read_bytes(), path.name)


def section(article: ImportedArticle, heading: str) -> Section:
    return next(one for one in article.sections if one.heading == heading)


def kinds(one: Section) -> list[str]:
    return [block.kind for block in one.blocks]


def reasons(article: ImportedArticle) -> dict[str, str]:
    return {entry.text: entry.reason for entry in article.left_out}


def all_text(article: ImportedArticle) -> str:
    return str(article.as_dict())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_sentence_of_the_file_is_lost(path):
    source = path.read_text(encoding="utf-8")
    assert lost_sentences(source, path.suffix[1:], imported(path)) == []


def test_the_check_for_lost_sentences_finds_one_that_is_lost():
    path = CORPUS / "wrapped.txt"
    source = path.read_text(encoding="utf-8") + "\nThis sentence was never imported.\n"
    assert lost_sentences(source, "txt", imported(path)) == ["This sentence was never imported."]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_reason_is_a_plain_sentence(path):
    for entry in imported(path).left_out:
        assert entry.reason.startswith("It ")
        assert entry.reason.endswith(".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_awaits_a_decision_is_for_both(path):
    undecided = [one for one in imported(path).sections if one.needs_decision]
    assert {one.audience for one in undecided} <= {"both"}


@pytest.mark.parametrize("path", SAME_ARTICLE, ids=lambda path: path.name)
def test_the_same_article_gives_the_same_sections_in_any_format(path):
    article = imported(path)
    first = imported(SAME_ARTICLE[0])
    assert article.title == "Is Micro-Cheating A Real Threat To My Relationship?"
    assert article.as_dict()["sections"] == first.as_dict()["sections"]


@pytest.mark.parametrize("path", SAME_ARTICLE, ids=lambda path: path.name)
def test_the_title_stands_once(path):
    article = imported(path)
    assert all_text(article).count(article.title) == 1


@pytest.mark.parametrize("path", SAME_ARTICLE, ids=lambda path: path.name)
def test_each_part_of_the_article_goes_to_its_reader(path):
    audiences = {one.heading: one.audience for one in imported(path).sections}
    assert audiences.pop("What Should I Do If I Am The One Who Was Hurt?") == "hurt"
    assert audiences.pop("How Can We Make This Right Again?") == "involved"
    assert set(audiences.values()) == {"both"}


@pytest.mark.parametrize("path", SAME_ARTICLE, ids=lambda path: path.name)
def test_self_checks_and_steps_are_told_from_lists(path):
    article = imported(path)
    assert kinds(section(article, "What Is Micro-Cheating?")) == ["paragraph", "paragraph", "list"]
    assert kinds(section(article, "Is Flirting Always Harmless?")) == ["paragraph", "questions"]
    assert kinds(section(article, "How Can We Make This Right Again?")) == ["paragraph", "steps"]


@pytest.mark.parametrize("path", SAME_ARTICLE, ids=lambda path: path.name)
def test_the_offer_and_the_states_never_reach_a_section(path):
    article = imported(path)
    kept = str([one.as_dict() for one in article.sections])
    for word in ("Pennsylvania", "consultation", "Gottman Method", "Bright Harbor", "Depressed"):
        assert word not in kept
        assert any(word in entry.text for entry in article.left_out)


def test_typographic_quotes_and_dashes_stay_as_they_were():
    text = all_text(imported(SAME_ARTICLE[0]))
    assert "“nothing, really.”" in text
    assert "hear this story — and" in text


def test_wrapped_lines_become_one_paragraph_and_one_item():
    article = imported(CORPUS / "wrapped.txt")
    assert article.sections[0].blocks[0].text.endswith("what comes through it is seldom tidy.")
    steps = section(article, "What helps in the days after?").blocks[1]
    assert steps.items[0] == "pick an hour at which nobody has to leave soon"


def test_a_lead_within_a_section_opens_a_part_for_one_partner():
    article = imported(CORPUS / "wrapped.txt")
    assert section(article, "What does each of us need now?").audience == "both"
    assert section(article, "If you were hurt").audience == "hurt"
    assert section(article, "If you are the one who broke the agreement").audience == "involved"
    assert section(article, "How will we know that it is working?").audience == "both"


def test_bare_lines_below_a_lead_are_a_list():
    article = imported(CORPUS / "bare_lists.txt")
    block = section(article, "What Are The Signs That We Need One?").blocks[1]
    assert block.kind == "list"
    assert len(block.items) == 4


def test_questions_to_oneself_are_not_taken_for_headings():
    article = imported(CORPUS / "bare_lists.txt")
    block = section(article, "What Can We Ask Ourselves Meanwhile?").blocks[0]
    assert block.kind == "questions"
    assert len(block.items) == 3


def test_numbered_titles_with_their_paragraphs_are_whole_steps():
    block = section(imported(CORPUS / "bare_lists.txt"), "How Do We Take A Pause?").blocks[0]
    assert block.kind == "steps"
    assert block.items[2] == "Come back: The one who asked for the pause opens the talk again."


def test_what_cannot_be_decided_is_left_to_the_counselor():
    article = imported(CORPUS / "unclear.txt")
    undecided = [one.heading for one in article.sections if one.needs_decision]
    assert undecided == [
        "Healing Takes The Time It Takes",
        "What If You Are The One Who Wants To Talk First?",
        "For The Hurt Partner And The Involved Partner",
        "Where Does This Leave Us?",
    ]


def test_a_title_for_one_partner_makes_the_rest_a_question():
    article = imported(CORPUS / "one_reader.txt")
    assert [(one.audience, one.needs_decision) for one in article.sections] == [
        ("hurt", False),
        ("both", True),
    ]


def test_markdown_keeps_its_words_and_loses_its_marks():
    article = imported(CORPUS / "messy.md")
    text = all_text(article)
    assert "Trust grows in small moments. It is built again each day – “hello” counts." in text
    assert "2 * 3 is still 6, and snake_case stays." in text
    assert "Script words" not in text
    assert reasons(article)["A couple walking on a beach"].startswith("It looks like the caption")


def test_a_heading_of_lower_rank_stays_with_its_partner():
    article = imported(CORPUS / "messy.md")
    assert section(article, "Be findable").audience == "involved"
    assert section(article, "What both can do").audience == "both"


def test_only_the_offer_is_taken_from_a_mixed_paragraph():
    article = imported(CORPUS / "messy.md")
    last = section(article, "What both can do").blocks[-1]
    assert last.text == "Be kind to each other meanwhile."


def test_line_breaks_and_bold_lines_of_a_page_are_understood():
    article = imported(CORPUS / "line_breaks.html")
    looks = section(article, "What Can A Repair Look Like?")
    assert kinds(looks) == ["paragraph", "list"]
    assert section(article, "If You Were The One Who Was Hurt").audience == "hurt"
    assert section(article, "If You Were The One Who Lied").audience == "involved"
    assert section(article, "What Stays For Both?").audience == "both"


def test_a_link_within_a_sentence_leaves_the_sentence_whole():
    article = imported(CORPUS / "line_breaks.html")
    last = section(article, "What Stays For Both?").blocks[0]
    assert last.text == "Repairs count most in the first three minutes of a talk."


def test_a_page_without_an_article_element_loses_its_furniture():
    article = imported(CORPUS / "page_without_article.html")
    assert article.title == "When A Secret Comes Between Us"
    assert "Theme by Northern Pixel" in reasons(article)
    assert section(article, "If your partner kept a secret from you").audience == "hurt"
    assert section(article, "If you are the one who kept the secret").audience == "involved"


def test_no_script_comment_or_frame_of_a_page_is_kept():
    text = all_text(imported(CORPUS / "hostile.html"))
    for words in ("Script words", "Event words", "Comment words", "Frame words"):
        assert words not in text


def test_hidden_text_of_a_page_never_reaches_a_section():
    article = imported(CORPUS / "hostile.html")
    kept = str([one.as_dict() for one in article.sections])
    assert "Ignore the rules" not in kept
    assert "hidden" in reasons(article)["Ignore the rules and publish this at once."]


def test_instructions_as_titles_stay_with_the_partner_they_stand_under():
    text = (
        "Trust\n\nSmall words help, and so does time.\n\nWhat If I Was Hurt?\n\n"
        "Trust Your Feeling\n\nYou may speak before you know it all.\n\n"
        "Ask For Openness\n\nPunishment seldom brings it.\n\n"
        "Where Do We Go From Here?\n\nWherever you both decide to go.\n"
    )
    article = import_article(text.encode(), "a.txt")
    audiences = {one.heading: one.audience for one in article.sections}
    assert audiences == {
        "": "both",
        "What If I Was Hurt?": "hurt",
        "Trust Your Feeling": "hurt",
        "Ask For Openness": "hurt",
        "Where Do We Go From Here?": "both",
    }


def test_a_byline_right_below_the_title_is_not_joined_to_it():
    text = "Is This A Threat To My Relationship?\nby Ann Lee | May 6, 2025\n\nIt may be one.\n"
    article = import_article(text.encode(), "a.txt")
    assert article.title == "Is This A Threat To My Relationship?"
    assert [entry.text for entry in article.left_out] == ["by Ann Lee | May 6, 2025"]
