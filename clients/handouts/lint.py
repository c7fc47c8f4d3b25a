"""What a counselor should look at again before words reach a client, with a kind suggestion.

It finds words, not meaning: it points to a place, and the counselor decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from clients.handouts.models import Audience


class Kind(StrEnum):
    """Why a place is pointed out."""

    BLAME = "Blames somebody"
    AUDIENCE = "Speaks to the other partner"
    MARKETING = "Speaks for the practice"
    DIAGNOSIS = "Names a diagnosis"
    PROMISE = "Promises something"
    AFFAIR = "Names an affair"


@dataclass(frozen=True)
class Finding:
    """A place in a text: the words, the line they stand in, and what may be better."""

    kind: Kind
    words: str
    line: int
    suggestion: str


@dataclass(frozen=True)
class _Rule:
    kind: Kind
    pattern: re.Pattern[str]
    suggestion: str


def _rule(kind: Kind, pattern: str, suggestion: str) -> _Rule:
    return _Rule(kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), suggestion)


_RULES = (
    _rule(
        Kind.BLAME,
        r"cheater['’]?s?|cheaters|adulter(?:er|ess|ers)|betrayers?|homewreckers?|perpetrators?"
        r"|offenders?|abusers?|liars?|the guilty (?:one|party|partner)|victims?"
        r"|(?:your|his|her|their) (?:own )?fault|you (?:should|ought to) be ashamed"
        r"|selfish|narcissistic behaviou?r|crazy|hysterical|needy",
        "Say what happened, not what somebody is: “the partner who was involved”, “the partner "
        "who was hurt”.",
    ),
    _rule(
        Kind.BLAME,
        r"you (?:always|never) \w+",
        "“Always” and “never” are heard as blame. Name one moment instead.",
    ),
    _rule(
        Kind.MARKETING,
        r"book (?:now|today|your|a (?:free|session|consultation|call))|schedule (?:a|your) \w+"
        r"|(?:free|complimentary) consultation|contact us|call us|sign up|subscribe|learn more"
        r"|our (?:therapists|counselors|practice|team|services|clients)|why choose us|we offer"
        r"|limited time|(?:special|exclusive) offer|click (?:here|below)",
        "Who reads this is with you already. Leave the sentence out.",
    ),
    _rule(
        Kind.DIAGNOSIS,
        r"narcissis(?:t|ts|m)|sociopaths?|psychopaths?|bipolar|borderline"
        r"|(?:sex|love) addict(?:s|ion)?|codependen(?:t|cy)|ptsd|personality disorder"
        r"|attachment disorder|depressive disorder|you (?:have|suffer from) (?:an? )?"
        r"(?:disorder|depression|anxiety|trauma)|diagnos(?:is|ed|e)|clinically \w+",
        "A handout can’t know this about anybody. Describe what somebody may feel or do.",
    ),
    _rule(
        Kind.PROMISE,
        r"guarantee[sd]?|will (?:save|heal|fix|repair|restore) (?:your|the) \w+"
        r"|you will (?:forgive|recover|heal|trust|be happy|feel better)|always works"
        r"|never fails?|proven to \w+|100 ?%|in (?:just|only) \w+ (?:days?|weeks?|steps?)"
        r"|cures?|quick fix(?:es)?|everything will be",
        "Nobody can promise this. “It may help” or “many people find” is honest.",
    ),
)
_TO_THE_HURT = _rule(
    Kind.AUDIENCE,
    r"(?:what|when|after|that|if) your partner (?:did|cheated|hid|lied|betrayed|kept)\b.{0,40}"
    r"|(?:you|if you) (?:were|have been|are being) (?:betrayed|cheated on|lied to|hurt by)"
    r"|the hurt you (?:feel|carry)|your partner’?s? (?:affair|betrayal)"
    r"|for the (?:hurt|injured|betrayed) partner|if you were hurt|you found out",
    "This speaks to the partner who was hurt. Move it to a section for them.",
)
_TO_THE_INVOLVED = _rule(
    Kind.AUDIENCE,
    r"(?:what|when|after|that|if) you (?:did|cheated|hid|lied|betrayed|strayed)\b.{0,40}"
    r"|your (?:own )?(?:affair|betrayal|infidelity)|you (?:hurt|betrayed|deceived) (?:your )?\w+"
    r"|for the (?:involved|unfaithful|injuring) partner|if you were (?:unfaithful|involved)"
    r"|own what you did|the person you (?:hurt|betrayed)",
    "This speaks to the partner who was involved. Move it to a section for them.",
)
_AFFAIR = _rule(
    Kind.AFFAIR,
    r"affairs?|infidelit(?:y|ies)|unfaithful|cheat(?:ed|ing|s)?|micro-cheating|betray(?:al|ed)"
    r"|other (?:woman|man|person)|secret (?:contact|messages|relationship)",
    "The draft isn’t marked as naming an affair, so somebody who doesn’t know might read this. "
    "Mark it above, or say it in other words.",
)


def look_at(text: str, audience: str, *, about_affair: bool = True) -> list[Finding]:
    """What to look at again in a text for this audience, in the order of its lines."""
    rules = [*_RULES, *_for(audience), *([] if about_affair else [_AFFAIR])]
    found = [
        finding
        for number, line in enumerate(text.splitlines(), start=1)
        for rule in rules
        for finding in _in_line(rule, number, line)
    ]
    return list(dict.fromkeys(found))


def _for(audience: str) -> list[_Rule]:
    """What mustn't stand there: the other partner's, or either one's in what both read."""
    return {
        Audience.HURT.value: [_TO_THE_INVOLVED],
        Audience.INVOLVED.value: [_TO_THE_HURT],
    }.get(audience, [_TO_THE_HURT, _TO_THE_INVOLVED])


def _in_line(rule: _Rule, number: int, line: str) -> Iterator[Finding]:
    for place in rule.pattern.finditer(line):
        yield Finding(rule.kind, place[0], number, rule.suggestion)
