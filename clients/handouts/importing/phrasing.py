"""How a line is phrased: as an instruction, or as a question to oneself."""

import re

from .words import ends_as_question, in_title_case, plain, word_set, words

_VERBS = word_set("""
    accept acknowledge act address admit agree allow answer apologize apologise approach ask
    attend avoid be become begin believe block breathe bring build call care change check
    choose clarify clear close comfort commit communicate confide consider continue create
    cut decide define delete describe develop discover discuss do don't don’t eat educate
    embrace encourage end engage establish examine explain explore express face feel figure
    find focus follow forgive gather get give go have hear help hold honor identify imagine
    include invest invite join journal keep know lean learn leave let limit listen look love
    make mean meet move name never note notice observe offer open own pause pay permit pick
    plan practice practise prepare process protect put read reach rebuild recognize
    recognise reconnect reflect refrain remember remind remove repair repeat replace resist
    respect respond rest restore return reveal review say schedule see seek send set share
    show sit sleep slow speak spend stand start state stay step stop summarize support take
    talk tell think thank treat trust try turn understand use validate wait walk watch
    welcome work write
    """)
_ONESELF = word_set("i me my mine myself we us our ours ourselves")
_YES_NO = re.compile(
    r"^[\"'(]*(?:(?:and|or|but|so) )?(?:am i|would (?:i|you|my|we)|do (?:i|you"
    r"|we)|did (?:i|you|we)|could (?:i|you|we)"
    r"|have (?:i|you|we)|are (?:you|we)|was i|were (?:you|we)|will i|should i"
    r"|can i|is (?:this|it|there|my)"
    r"|does (?:this|it|my)|if )"
)


def is_instruction(line: str) -> bool:
    """Whether the line opens with a verb that tells its reader what to do."""
    first = words(line)[:1]
    return bool(first) and first[0] in _VERBS


def are_steps(items: list[str], ordered: bool) -> bool:
    told = sum(1 for item in items if is_instruction(item))
    return ordered or (len(items) > 1 and told * 3 >= len(items) * 2)


def are_questions(items: list[str]) -> bool:
    return all(ends_as_question(item) for item in items)


def asks_oneself(line: str) -> bool:
    """Whether the line is a question in which "I" or "we" stands."""
    return ends_as_question(line) and not _ONESELF.isdisjoint(words(line))


def is_self_check(line: str) -> bool:
    """Whether the line is a question one asks oneself, rather than one the page answers."""
    return ends_as_question(line) and _YES_NO.match(plain(line)) is not None


_OPENING = ("“", '"', "‘", "«", "„")
_CLOSING = ("”", '"', "’", "»", "“")


def is_example(line: str) -> bool:
    """Whether the line is a whole sentence in quotes: words to say, not a heading or a question."""
    bare = line.strip(" .,")
    quoted = bare.startswith(_OPENING) and bare.endswith(_CLOSING)
    return quoted and len(words(line)) > 2 and not in_title_case(line)
