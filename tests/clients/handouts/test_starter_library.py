"""The starter library says what it is for, is easy to read, and hurts nobody who reads it.

Every file is held against every rule; what fails is shown by file, with the words at fault.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.handouts.grade import grade
from clients.handouts.render import render_markdown
from tests.test_words import NEVER, found, loud

LIBRARY = Path(__file__).parents[3] / "clients" / "handouts" / "starter"
FILES = sorted(LIBRARY.glob("*.md"))

KEYS = ["Title", "Audience", "Stages", "About-affair", "Kind", "Topics", "Summary", "Source"]
AUDIENCES = ["hurt", "involved", "both"]
STAGES = ["impact", "meaning", "moving_on"]
TOPICS = {
    "first weeks",
    "trust",
    "boundaries",
    "honesty",
    "apology",
    "closeness",
    "conflict",
    "meaning",
    "moving on",
    "self-care",
    "safety",
    "parenting",
    "online life",
}
# What is named as a source: the article, and models of the field. Nothing else may be cited.
ABOUT_AN_AFFAIR = {
    "Is Micro-Cheating A Real Threat To My Relationship? — The Virtual Counselors",
    "Gottman’s Trust Revival model (Atone, Attune, Attach)",
    "Gordon, Baucom & Snyder’s stages: impact, meaning, moving on",
}
# The source stands on the page too, so what may be read before disclosure needs one of these.
ABOUT_ANY_COUPLE = {
    "Cognitive behavioral therapy (CBT): habits that support sleep and calm",
    "Cognitive behavioral therapy (CBT): planning small steps that steady you",
    "Gottman Method: a pause when a talk gets too hot",
    "Gottman Method: emotion coaching with children",
    "Gottman Method: rituals of connection",
    "Gottman Method: the softened start-up",
    "Gottman Method: the talk after a fight",
    "Gottman Method: the weekly State of the Union meeting",
    "Gottman Method: turning toward each other in everyday moments",
    "Imago Relationship Therapy: the dialogue of mirroring, validating and empathy",
}


def parts(path: Path) -> tuple[dict[str, str], str]:
    """The header's lines, and the body."""
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    return dict(line.split(": ", 1) for line in head.splitlines()), body


HEADS = {path.stem: parts(path)[0] for path in FILES}
BODIES = {path.stem: parts(path)[1] for path in FILES}


def offending(complaint: Callable[[str], object]) -> dict[str, object]:
    """What is wrong with which file."""
    return {stem: wrong for stem in HEADS if (wrong := complaint(stem))}


def listed(stem: str, key: str) -> list[str]:
    return HEADS[stem][key].split(", ")


# What a header tells


def test_a_header_is_full_and_in_order():
    assert offending(lambda stem: [k for k in HEADS[stem] if k != "Mirror"] != KEYS) == {}
    assert offending(lambda stem: not all(map(str.strip, HEADS[stem].values()))) == {}


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("Audience", set(AUDIENCES)),
        ("Stages", set(STAGES)),
        ("About-affair", {"yes", "no"}),
        ("Kind", {"handout", "worksheet"}),
        ("Topics", TOPICS),
    ],
)
def test_a_header_uses_known_words(key: str, known: set[str]):
    assert offending(lambda stem: set(listed(stem, key)) - known) == {}


def test_stages_stand_in_their_order():
    assert offending(lambda stem: listed(stem, "Stages") != in_order(stem)) == {}


def in_order(stem: str) -> list[str]:
    return [stage for stage in STAGES if stage in listed(stem, "Stages")]


def test_a_handout_cites_what_it_rests_on():
    known = {"yes": ABOUT_AN_AFFAIR, "no": ABOUT_ANY_COUPLE}
    assert (
        offending(
            lambda stem: set(HEADS[stem]["Source"].split("; ")) - known[HEADS[stem]["About-affair"]]
        )
        == {}
    )


def test_titles_are_told_apart():
    assert len({head["Title"] for head in HEADS.values()}) == len(HEADS)


# What the library holds as a whole


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_something_for_each_reader(stage: str, audience: str):
    fitting = [stem for stem in HEADS if stage in listed(stem, "Stages")]
    assert [HEADS[stem]["Audience"] for stem in fitting].count(audience) >= 2


def test_there_are_handouts_and_worksheets_enough():
    kinds = Counter(head["Kind"] for head in HEADS.values())
    assert kinds["handout"] >= 24
    assert kinds["worksheet"] >= 6


def test_every_topic_is_treated():
    assert {topic for stem in HEADS for topic in listed(stem, "Topics")} == TOPICS


def test_before_disclosure_there_is_something_to_read():
    early = [
        head["Audience"]
        for head in HEADS.values()
        if head["About-affair"] == "no" and "impact" in head["Stages"]
    ]
    assert len(early) >= 5
    assert "hurt" in early


MIRRORED = sorted(stem for stem, head in HEADS.items() if "Mirror" in head)


@pytest.mark.parametrize("stem", MIRRORED)
def test_twins_name_each_other_and_suit_the_same_days(stem: str):
    one, other = HEADS[stem], HEADS[HEADS[stem]["Mirror"]]
    assert other["Mirror"] == stem
    assert {one["Audience"], other["Audience"]} == {"hurt", "involved"}
    assert all(one[key] == other[key] for key in ("Stages", "About-affair", "Kind"))


def test_there_are_five_pairs_of_twins():
    assert len(MIRRORED) >= 2 * 5


_SENTENCE_END = re.compile(r"(?<=[.?])[\"*)_]*\s+")
_ITEM = re.compile(r"^(?:#+|[-*>]|\d+\.|\[ \]|\[\.\.\.\])(?: |$)")


def told(body: str) -> set[str]:
    """The sentences of a body, without marks and headings, as they would be heard."""
    lines = [_ITEM.sub("", line) for line in body.splitlines() if not line.startswith("#")]
    split = [part for line in lines for part in _SENTENCE_END.split(line)]
    return {" ".join(re.findall(r"[a-z0-9']+", part.lower())) for part in split}


def test_no_two_texts_share_a_sentence():
    where: dict[str, list[str]] = {}
    for stem, body in BODIES.items():
        for sentence in told(body):
            where.setdefault(sentence, []).append(stem)
    # A word or two, such as "I am sorry," may be said anywhere.
    shared = {said: at for said, at in where.items() if len(at) > 1 and len(said.split()) > 3}
    assert shared == {}


# How it reads


def test_a_handout_is_short_and_has_something_to_do():
    assert offending(lambda stem: not 400 <= len(BODIES[stem].split()) <= 900) == {}
    assert offending(lambda stem: BODIES[stem].count("## Try this week\n") != 1) == {}


def test_it_gives_words_to_say():
    assert offending(lambda stem: not re.search(r"“[^“”]{20,}”", BODIES[stem])) == {}


def test_its_headings_come_right_below_its_title():
    assert offending(lambda stem: ranks(BODIES[stem]) - {"<h2"}) == {}


def ranks(body: str) -> set[str]:
    return set(re.findall(r"<h\d", render_markdown(body)))


def test_it_reads_at_grade_six_to_nine():
    # As the review shows it to a counselor.
    assert offending(lambda stem: outside(grade(BODIES[stem]), 6, 9)) == {}


def outside(value: float, least: float, most: float) -> float | None:
    return None if least <= value <= most else value


_BRITISH = """
    apologise apologises apologising behaviour behaviours colour colours counselling counsellor
    counsellors criticise favourite favour grey honour judgement labour mum neighbour neighbours
    organise practise realise realised recognise recognised theatre towards whilst cancelled
"""
# In American print the comma and the period stand inside the quotation marks.
_ODD_TYPE = re.compile(r"[\"'‘…—–]|(?<=\S) - |”[.,]|  |\t|[ \t]$|\n\n\n", re.MULTILINE)


def test_all_are_typed_alike():
    assert offending(lambda stem: _ODD_TYPE.findall(BODIES[stem])) == {}
    assert offending(lambda stem: loud(BODIES[stem])) == {}
    assert offending(lambda stem: found(_BRITISH.split(), BODIES[stem])) == {}
    assert offending(lambda stem: unclosed(BODIES[stem])) == {}


def unclosed(body: str) -> list[str]:
    return [line for line in body.splitlines() if line.count("“") != line.count("”")]


# What is never said


EVERYWHERE = [
    # Names for people, and names of illnesses that nobody has established.
    r"\bguilt|\bliars?\b|\bbetray|narciss|\btoxic\b|\baddict|\bcodepend|\bcraz|\babnormal",
    r"\bptsd\b|\btrauma|\bdepressi|\bdisorder|\bsymptoms?\b|\bpatholog",
    # Promises.
    r"\bguarantee|will (?:heal|save|fix|cure|restore)|\balways works\b|\bnever fails\b|\bproven\b",
    # Studies and figures that nobody could look up.
    r"\bresearch|\bstud(?:y|ies)\b|\bstatistic|\bper ?cent\b|%|\bexperts? (?:say|agree)",
    # What sells.
    r"\bbook (?:a|your|now|today)\b|\bsign up\b|\bcomplimentary\b|\bour (?:counselors|practice)\b",
    # Speaking against somebody's sense of being in danger.
    r"overreact|\bif you really\b|\bnot that bad\b|\bjust (?:ignore|calm)\b",
]

# A text for one partner speaks to that one alone, and one for both speaks to neither alone.
ADDRESSED_TO_ANOTHER = {
    "hurt": r"\byou (?:hid|lied|deceived|cheated|kept (?:it|this) from)|\byour (?:apology|secret)\b"
    r"|\bthe partner who was hurt\b|\bwhat you did to (?:your|them)",
    "involved": r"\b(?:you were|you have been|you've been) (?:hurt|deceived|lied to)\b"
    r"|\bwhat was done to you\b|\bthe partner who was involved\b",
    "both": r"\bif you (?:were (?:hurt|involved)|had the affair)\b|\byour affair\b"
    r"|\bwhat you did to\b",
}


def shown(stem: str) -> str:
    """All that the reader sees, in lower case."""
    head = HEADS[stem]
    return "\n".join([head["Title"], head["Summary"], head["Source"], BODIES[stem]]).lower()


def unquoted(text: str) -> str:
    """Without what somebody might say aloud, and in lower case."""
    return re.sub(r'"[^"]*"', "", text).lower()


@pytest.mark.parametrize("rule", EVERYWHERE)
def test_it_blames_sells_promises_and_names_no_illness(rule: str):
    assert offending(lambda stem: re.findall(rule, shown(stem))) == {}


def test_it_uses_no_word_that_is_never_used():
    # The article's title is what it is.
    assert offending(lambda stem: found(NEVER, shown(stem).replace("micro-cheating", ""))) == {}


def test_a_text_for_one_partner_never_turns_to_the_other():
    assert offending(lambda stem: turned_away(stem)) == {}


def turned_away(stem: str) -> list[str]:
    return re.findall(ADDRESSED_TO_ANOTHER[HEADS[stem]["Audience"]], unquoted(BODIES[stem]))


HINTS = re.compile(
    r"affair|cheat|infidel|unfaithful|secret|secrecy|hidden|\bhid(?:e|es|ing)?\b|betray|deceiv"
    r"|deceit|disclos|flirt|\blied\b|\ba lie\b|\bother person\b|third person|found out"
    r"|\btrust\b|behind (?:your|my) back|other (?:man|woman)\b|transparen|faithful|jealous"
    r"|what happened between|\bmistress\b|\blover\b"
)


def test_what_may_be_read_before_disclosure_never_hints_at_it():
    early = [stem for stem, head in HEADS.items() if head["About-affair"] == "no"]
    assert len(early) >= 5
    assert {stem: HINTS.findall(shown(stem)) for stem in early if HINTS.search(shown(stem))} == {}
    assert not {"trust", "honesty"} & {topic for stem in early for topic in listed(stem, "Topics")}


HARD = {"conflict", "honesty", "apology", "boundaries", "safety", "first weeks", "parenting"}
HEAVY = {"first weeks", "self-care"}


def test_a_text_for_hard_hours_says_whom_to_call():
    assert offending(missing_lines) == {}


def missing_lines(stem: str) -> list[str]:
    topics = set(listed(stem, "Topics"))
    needed = ["911", "1-800-799-7233"] if topics & HARD else []
    needed += ["call or text 988"] if topics & HEAVY else []
    return [line for line in needed if line not in BODIES[stem].lower()]


def test_numbers_to_call_are_the_right_ones():
    numbers = re.compile(r"\b\d(?:[\d-]*\d){2,}\b")
    known = {"911", "988", "1-800-799-7233"}
    assert offending(lambda stem: set(numbers.findall(BODIES[stem])) - known) == {}


# Prompts


_PROMPT = re.compile(r"^\[( |\.\.\.)\] (\S.*)$", re.MULTILINE)


def test_prompts_are_well_formed_and_stand_apart():
    assert offending(misplaced) == {}


def misplaced(stem: str) -> list[str]:
    lines = ["", *BODIES[stem].splitlines(), ""]
    around = zip(lines, lines[1:], lines[2:], strict=False)
    return [
        line
        for before, line, after in around
        if line.lstrip().startswith("[")
        # Nothing that is to be read runs into a prompt.
        and not (_PROMPT.match(line) and all(not ln or _PROMPT.match(ln) for ln in (before, after)))
    ]


def asked(stem: str) -> list[tuple[str, str]]:
    return _PROMPT.findall(BODIES[stem])


def test_what_is_answered_with_yes_or_no_is_a_statement():
    assert offending(lambda stem: [w for k, w in asked(stem) if k == " " and w[-1] != "."]) == {}


def test_no_prompt_is_asked_twice_on_a_sheet():
    assert offending(lambda stem: len(set(asked(stem))) != len(asked(stem))) == {}


def test_nobody_is_asked_about_danger_on_a_sheet_that_nobody_watches():
    risky = re.compile(r"suicid|\bdie\b|\bdying\b|violen|harm myself|weapon|\bsafe at home\b")
    assert offending(lambda stem: [w for _, w in asked(stem) if risky.search(w)]) == {}


def test_a_worksheet_asks_and_a_handout_tells():
    worksheets = {stem for stem, head in HEADS.items() if head["Kind"] == "worksheet"}
    assert [stem for stem in worksheets if len(asked(stem)) < 8] == []
    assert [stem for stem in HEADS if stem not in worksheets and len(asked(stem)) > 5] == []


# That the rules rule


@pytest.mark.parametrize(
    "text",
    ["before the affair came out", "She had hidden it.", "a lie about Friday", "You can trust me."],
)
def test_hints_are_found(text: str):
    assert HINTS.search(text.lower())


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        ("hurt", "You lied about it."),
        ("involved", "You have been hurt by your partner."),
        ("both", "If you were hurt, take your time."),
    ],
)
def test_a_word_to_another_reader_is_found(audience: str, text: str):
    assert re.search(ADDRESSED_TO_ANOTHER[audience], unquoted(text))


def test_a_copied_sentence_is_heard_through_its_marks():
    one = told("## Pause\n\n- **Take** a walk around the block.")
    other = told('> "Take a walk around the block."')
    assert one & other
