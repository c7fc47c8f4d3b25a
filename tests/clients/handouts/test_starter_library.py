"""The starter library says what it is for, is easy to read, and hurts nobody who reads it.

A rule more is a row more in a table. Every file is tried against every rule.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from clients.handouts.render import render_markdown
from tests.test_words import NEVER, found, loud, syllables

LIBRARY = Path(__file__).parents[3] / "clients" / "handouts" / "starter"
FILES = sorted(LIBRARY.glob("*.md"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

KEYS = ["Title", "Audience", "Stages", "About-affair", "Kind", "Topics", "Summary", "Source"]
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
    "Gottman's Trust Revival model (Atone, Attune, Attach)",
    "Gordon, Baucom & Snyder's stages: impact, meaning, moving on",
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


# What a header tells


@every_file
def test_a_header_is_full_and_in_order(path: Path):
    head = HEADS[path.stem]
    assert [key for key in head if key != "Mirror"] == KEYS
    assert all(value.strip() for value in head.values())
    assert head["Audience"] in ("hurt", "involved", "both")
    assert head["About-affair"] in ("yes", "no")
    assert head["Kind"] in ("handout", "worksheet")
    assert set(head["Topics"].split(", ")) <= TOPICS


@every_file
def test_stages_are_known_and_in_their_order(path: Path):
    named = HEADS[path.stem]["Stages"].split(", ")
    assert named == [stage for stage in STAGES if stage in named]


@every_file
def test_a_handout_cites_what_it_rests_on(path: Path):
    head = HEADS[path.stem]
    known = ABOUT_AN_AFFAIR if head["About-affair"] == "yes" else ABOUT_ANY_COUPLE
    assert set(head["Source"].split("; ")) <= known


def test_titles_are_told_apart():
    titles = Counter(head["Title"] for head in HEADS.values())
    assert titles.most_common(1)[0][1] == 1


# What the library holds as a whole


@pytest.mark.parametrize("audience", ["hurt", "involved", "both"])
@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_something_for_each_reader(stage: str, audience: str):
    fitting = [
        head
        for head in HEADS.values()
        if head["Audience"] == audience and stage in head["Stages"].split(", ")
    ]
    assert len(fitting) >= 2


def test_there_are_handouts_and_worksheets_enough():
    kinds = Counter(head["Kind"] for head in HEADS.values())
    assert kinds["handout"] >= 24
    assert kinds["worksheet"] >= 6


def test_every_topic_is_treated():
    assert {topic for head in HEADS.values() for topic in head["Topics"].split(", ")} == TOPICS


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
    for key in ("Stages", "About-affair", "Kind"):
        assert one[key] == other[key]


def test_there_are_five_pairs_of_twins():
    assert len(MIRRORED) >= 2 * 5


_SENTENCE_END = re.compile(r"(?<=[.?])[\"*)_]*\s+")


def told(body: str) -> set[str]:
    """The sentences of a body, without marks and headings, as they would be heard."""
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    plain = [re.sub(r"^(?:[-*>]|\d+\.|\[ \]|\[\.\.\.\])\s+", "", line) for line in lines]
    split = [part for line in plain for part in _SENTENCE_END.split(line)]
    return {words for part in split if (words := " ".join(re.findall(r"[a-z']+", part.lower())))}


def test_no_two_texts_share_a_sentence():
    where: dict[str, list[str]] = {}
    for stem, body in BODIES.items():
        for sentence in told(body):
            where.setdefault(sentence, []).append(stem)
    # A word or two, such as "I am sorry," may be said anywhere.
    shared = {said: at for said, at in where.items() if len(at) > 1 and len(said.split()) > 3}
    assert shared == {}


# How it reads


@every_file
def test_a_handout_is_short_and_has_something_to_do(path: Path):
    body = BODIES[path.stem]
    assert 400 <= len(body.split()) <= 900
    assert body.count("## Try this week\n") == 1
    assert re.search(r"^(?:-|1\.|\[ \]|\[\.\.\.\]) ", body, re.MULTILINE)


@every_file
def test_it_gives_words_to_say(path: Path):
    assert re.search(r'"[^"]{20,}"', BODIES[path.stem])


@every_file
def test_its_headings_come_right_below_its_title(path: Path):
    html = render_markdown(BODIES[path.stem])
    assert "<h2>Try this week</h2>" in html
    assert "<h1" not in html
    assert "<h3" not in html


_ITEM = re.compile(r"^(?:#+|[-*>]|\d+\.|\[ \]|\[\.\.\.\])(?: |$)")


def grade(lines: list[str]) -> float:
    """The school year by Flesch and Kincaid's formula of 1975."""
    split = [
        re.findall(r"[A-Za-z]+(?:'[a-z]+)?", s) for ln in lines for s in _SENTENCE_END.split(ln)
    ]
    sentences = [words for words in split if words]
    words = [word for sentence in sentences for word in sentence]
    heard = sum(map(syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * heard / len(words) - 15.59


@every_file
def test_it_reads_at_grade_six_to_nine(path: Path):
    lines = [line for line in BODIES[path.stem].splitlines() if line.strip()]
    # Lists, prompts and what people might say are shorter; they'd make it look easier than it is.
    running = [re.sub(r'"[^"]*"', "", line) for line in lines if not _ITEM.match(line)]
    assert 6 <= grade(running) <= 9
    assert grade([_ITEM.sub("", line) for line in lines]) <= 9


@every_file
def test_it_is_typed_as_the_others_are(path: Path):
    text = path.read_text(encoding="utf-8")
    assert loud(text) == []
    # American: the comma and the period stand inside the quotation marks.
    assert not re.search(r"[“”‘’…]|(?<=\S) - |\"[.,]|  |\t", BODIES[path.stem])
    assert "—" not in BODIES[path.stem]
    assert all(line.count('"') % 2 == 0 for line in text.splitlines())
    assert text.endswith("\n")
    assert not re.search(r" $|\n\n\n", text, re.MULTILINE)
    assert found(_BRITISH.split(), text.lower()) == []


_BRITISH = """
    apologise apologises apologising behaviour behaviours colour colours counselling counsellor
    counsellors criticise favourite favour grey honour judgement labour mum neighbour neighbours
    organise practise realise realised recognise recognised theatre towards whilst cancelled
"""


# What is never said


EVERYWHERE = [
    # Names for people, and names of illnesses that nobody has established.
    r"\bguilty\b|\bliars?\b|\bbetray|narciss|\btoxic\b|\baddict|\bcodepend|\bcraz|\babnormal",
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

# A text for one partner speaks to that one alone.
ADDRESSED_TO_THE_OTHER = {
    "hurt": r"\byou (?:hid|lied|deceived|cheated|kept (?:it|this) from)|\byour (?:apology|secret)\b"
    r"|the partner who was hurt\b|\bwhat you did to (?:your|them)",
    "involved": r"\b(?:you were|you have been|you've been) (?:hurt|deceived|lied to)\b"
    r"|\bwhat was done to you\b|the partner who was involved\b",
    "both": r"\bif you (?:were (?:hurt|involved)|had the affair)\b|\byour affair\b"
    r"|\bwhat you did to\b",
}


def unquoted(text: str) -> str:
    """Without what somebody might say aloud, and in lower case."""
    return re.sub(r'"[^"]*"', "", text).lower()


@every_file
def test_it_blames_sells_promises_and_names_no_illness(path: Path):
    head, body = HEADS[path.stem], BODIES[path.stem]
    text = f"{head['Title']}\n{head['Summary']}\n{body}".lower()
    assert found([*NEVER, "guilt"], text.replace("micro-cheating", "")) == []
    assert [said for rule in EVERYWHERE for said in re.findall(rule, text)] == []


@every_file
def test_a_text_for_one_partner_never_turns_to_the_other(path: Path):
    said = unquoted(BODIES[path.stem])
    assert re.findall(ADDRESSED_TO_THE_OTHER[HEADS[path.stem]["Audience"]], said) == []


HINTS = re.compile(
    r"affair|cheat|infidel|unfaithful|secret|secrecy|hidden|\bhid(?:e|es|ing)?\b|betray|deceiv"
    r"|disclos|flirt|\blied\b|\ba lie\b|other person's phone|third person|\bfound out\b"
    r"|\btrust\b|behind (?:your|my) back|the other man|the other woman|what happened between"
)


@every_file
def test_what_may_be_read_before_disclosure_never_hints_at_it(path: Path):
    head, body = HEADS[path.stem], BODIES[path.stem]
    if head["About-affair"] == "no":
        shown = "\n".join([head["Title"], head["Summary"], head["Source"], body])
        assert HINTS.findall(shown.lower()) == []
        assert not {"trust", "honesty"} & set(head["Topics"].split(", "))


HARD = {"conflict", "honesty", "apology", "boundaries", "safety", "first weeks", "parenting"}


@every_file
def test_a_text_for_hard_hours_says_whom_to_call(path: Path):
    head, body = HEADS[path.stem], BODIES[path.stem]
    topics = set(head["Topics"].split(", "))
    if topics & HARD:
        assert "911" in body
        assert "1-800-799-7233" in body
    if topics & {"first weeks", "self-care"}:
        assert re.search(r"[Cc]all or text 988", body)


# Prompts


_PROMPT = re.compile(r"^\[(?: |\.\.\.)\] \S.*$")


@every_file
def test_prompts_are_well_formed_and_stand_apart(path: Path):
    lines = ["", *BODIES[path.stem].splitlines(), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if not line.lstrip().startswith("["):
            continue
        assert _PROMPT.match(line)
        # Nothing that is to be read runs into a prompt.
        assert not before or _PROMPT.match(before)
        assert not after or _PROMPT.match(after)


@every_file
def test_what_is_answered_with_yes_or_no_is_a_statement(path: Path):
    checks = re.findall(r"^\[ \] (.*)$", BODIES[path.stem], re.MULTILINE)
    assert all(check.endswith(".") for check in checks)
    assert len(checks) == len(set(checks))


@every_file
def test_nobody_is_asked_about_danger_on_a_sheet_that_nobody_watches(path: Path):
    asked = re.findall(r"^\[(?: |\.\.\.)\] (.*)$", BODIES[path.stem], re.MULTILINE)
    risky = [ask for ask in asked if re.search(r"suicid|\bdie\b|violen|harm myself|weapon", ask)]
    assert risky == []


@every_file
def test_a_worksheet_asks_and_a_handout_tells(path: Path):
    asked = re.findall(r"^\[(?: |\.\.\.)\] ", BODIES[path.stem], re.MULTILINE)
    if HEADS[path.stem]["Kind"] == "worksheet":
        assert len(asked) >= 8
    else:
        assert len(asked) <= 5
