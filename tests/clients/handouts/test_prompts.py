"""What a handout asks, how it is laid out, how hard it is to read, and what to look at again."""

import pytest

from clients.handouts import grade, layout, lint, prompts
from clients.handouts.importing import Block, to_markdown
from clients.handouts.prompts import Kind

BODY = """Before.

## One

[ ] Would I be fine with it?
[...] What do I want?

- a point

## Two

```
[ ] not a prompt
```

[ ] Would I be fine with it?
"""


def test_lines_with_brackets_are_prompts_and_all_else_is_text():
    found = [(part.kind, part.words.split("\n")[0]) for part in prompts.parts(BODY)]
    assert found == [
        (Kind.TEXT, "Before."),
        (Kind.CHECK, "Would I be fine with it?"),
        (Kind.WRITING, "What do I want?"),
        (Kind.TEXT, "- a point"),
        (Kind.CHECK, "Would I be fine with it?"),
    ]


def test_keys_stay_when_other_prompts_come_and_are_never_the_same_twice():
    before = [part.key for part in prompts.prompts(BODY)]
    after = [part.key for part in prompts.prompts("[ ] First of all?\n\n" + BODY)]
    assert after[1:] == before
    assert len(set(before)) == 3


@pytest.mark.parametrize("line", ["[] no", "[x] no", " [ ] no", "[ ]no", "[ ]", r"\[ \] no"])
def test_what_only_looks_like_a_prompt_is_text(line: str):
    assert prompts.prompts(line) == []


def test_no_words_of_an_article_become_a_prompt_but_its_questions_do():
    text = to_markdown([Block("paragraph", text="[ ] a"), Block("questions", items=("*Is* it?",))])
    assert [part.words for part in prompts.prompts(text)] == ["*Is* it?"]


def test_sections_keep_the_keys_of_the_whole_body():
    whole = layout.laid_out(BODY)
    assert [section.heading for section in whole.sections] == ["", "One", "Two"]
    assert [part.key for part in whole.prompts] == [part.key for part in prompts.prompts(BODY)]
    assert whole.is_worksheet


def test_only_a_long_handout_has_a_table_of_contents():
    short = "\n\n".join(f"## Part {n}\n\nWords." for n in range(5))
    long = "\n\n".join(f"## Part {n}\n\n" + "words " * 120 for n in range(5))
    assert layout.laid_out(short).contents == []
    assert next(section.heading for section in layout.laid_out(long).contents) == "Part 0"


def test_plain_and_hard_words_are_told_apart():
    assert grade.grade("You may read this. It is for you.\n\n- One more thing to do.") < 3
    assert grade.grade("Psychotherapeutic interventions necessitate documentation.") > 12
    assert grade.grade("## \n\n---\n") == 0
    assert (grade.minutes("word " * 600), grade.minutes("")) == (3, 1)


def test_points_of_a_list_do_not_make_hard_paragraphs_look_easy():
    hard = "Interpersonal difficulties necessitate comprehensive documentation. " * 8
    few = ["## Rest", "", *["- Go to bed."] * 30, "", "[ ] I sleep.", '> "I am here."']
    points = "\n".join(few)
    assert grade.grade(f"{hard}\n\n{points}") == grade.grade(hard) > 12
    assert grade.grade(points) < 3
    # What leads to a list is one sentence, however long.
    assert grade.grade(f"Some of what may help while sleep is far away:\n\n{points}") < 3


FINDS = [
    ("He is a cheater.", "both", lint.Kind.BLAME),
    ("You never listen.", "hurt", lint.Kind.BLAME),
    ("Say why you lied to them.", "hurt", None),
    ("Look at what you did that night.", "hurt", lint.Kind.AUDIENCE),
    ("After your partner cheated, rest.", "involved", lint.Kind.AUDIENCE),
    ("Your affair began somewhere.", "both", lint.Kind.AUDIENCE),
    ("Book a free consultation with our counselors.", "both", lint.Kind.MARKETING),
    ("Your partner may be a narcissist.", "hurt", lint.Kind.DIAGNOSIS),
    ("This will save your marriage.", "both", lint.Kind.PROMISE),
    ("Many people find that rest helps. Talk when you can.", "both", None),
]


@pytest.mark.parametrize(("text", "audience", "kind"), FINDS)
def test_lint_points_to_the_place_and_says_what_may_be_better(
    text: str, audience: str, kind: lint.Kind | None
):
    found = lint.look_at(f"First line.\n{text}", audience)
    assert {finding.kind for finding in found} == ({kind} if kind else set())
    assert all(each.line == 2 and each.words in text and each.suggestion for each in found)


def test_what_is_not_marked_as_naming_an_affair_is_watched_for_it():
    text = "They had an affair."
    assert lint.look_at(text, "both") == []
    assert lint.look_at(text, "both", about_affair=False)[0].kind is lint.Kind.AFFAIR
