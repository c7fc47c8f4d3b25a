"""What is new in an article that comes a second time."""

from hypothesis import given
from hypothesis import strategies as st

from clients.handouts.importing import compare, import_article, to_markdown
from clients.handouts.importing.changes import SectionChange, text_pieces

FIRST = """# Mending

Both of you have time.

## What helps?

Sleep helps. So does a walk in the evening.

- Eat
- Rest

## For the hurt partner

You may ask again.

## What comes later?

A summer, and after it another one.
"""


def sections_of(text: str) -> list[tuple[str, str]]:
    article = import_article(text.encode(), "a.md")
    return [(one.heading, to_markdown(one.blocks)) for one in article.sections]


def changes(old: str, new: str) -> list[SectionChange]:
    return compare(sections_of(old), import_article(new.encode(), "a.md"))


def told(found: list[SectionChange]) -> list[tuple[str, str]]:
    return [(change.kind, change.heading) for change in found]


def test_an_article_that_did_not_change_is_the_same_throughout():
    found = changes(FIRST, FIRST)
    assert {change.kind for change in found} == {"same"}
    assert all(change.pieces == () for change in found)


def test_words_that_came_and_went_are_told_apart():
    new = FIRST.replace("a walk in the evening", "a long walk")
    [change] = [one for one in changes(FIRST, new) if one.kind != "same"]
    assert (change.kind, change.heading) == ("changed", "What helps?")
    pieces = [(piece.kind, piece.text.strip()) for piece in change.pieces if piece.kind != "kept"]
    assert ("added", "long") in pieces
    assert ("removed", "in the evening.") in pieces
    assert ("kept", "Sleep helps. So does a") in [
        (piece.kind, piece.text.strip()) for piece in change.pieces
    ]


def test_sections_that_came_and_went_stand_where_they_belong():
    new = FIRST.replace("## For the hurt partner\n\nYou may ask again.\n", "").replace(
        "## What helps?", "## What else?\n\nA letter that is never sent.\n\n## What helps?"
    )
    assert told(changes(FIRST, new)) == [
        ("same", ""),
        ("added", "What else?"),
        ("same", "What helps?"),
        ("removed", "For the hurt partner"),
        ("same", "What comes later?"),
    ]


def test_a_section_with_a_new_heading_is_known_by_its_words():
    [change] = [
        one
        for one in changes(FIRST, FIRST.replace("What helps?", "What is good?"))
        if one.kind != "same"
    ]
    assert (change.kind, change.old_heading, change.heading) == (
        "changed",
        "What helps?",
        "What is good?",
    )
    assert {piece.kind for piece in change.pieces} == {"kept"}


def test_two_sections_of_one_name_keep_their_order():
    twice = "# A\n\n## Again?\n\nOne word here.\n\n## Again?\n\nTwo words there.\n"
    assert [change.kind for change in changes(twice, twice)] == ["same", "same"]


def test_everything_is_new_where_nothing_was():
    assert {change.kind for change in compare([], import_article(FIRST.encode(), "a.md"))} == {
        "added"
    }


WORDS = st.lists(st.sampled_from(["a", "b", "calm", "talk", "\n", "\n\n", "- x", "you  may"]))


@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_the_pieces_hold_both_texts_whole(old, new):
    pieces = list(text_pieces(old, new))
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old


def test_texts_of_one_word_a_thousand_times_are_compared_without_delay():
    pieces = list(text_pieces("a " * 50_000, "a b " * 30_000))
    assert {piece.kind for piece in pieces} == {"added", "removed"}
