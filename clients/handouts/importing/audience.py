"""Whom a line speaks to: the partner who was hurt, the one who was involved, or neither.

Each cue is taken out of the line once it is found, the longer ones first, so that "your partner
was the one who cheated" is read once, as words to the partner who was hurt.
"""

import re
from enum import Enum

from .words import plain


class Address(Enum):
    HURT = "hurt"
    INVOLVED = "involved"
    UNCLEAR = "unclear"
    NOBODY = "nobody"

    @property
    def one_partner(self) -> bool:
        return self in (Address.HURT, Address.INVOLVED)


_ME = (
    r"(?:you|i)(?: ?'(?:re|ve|m|d))?(?: (?:are|am|were|was|have|had(?! an? | the"
    r" affair)|may|might|could|think|feel|know|just|now|also|recently|ever|simply"
    r"|already|both|be|been|being|got|get)\b)*+"
)
_MATE = (
    r"(?:your|my) (?:(?:own|romantic|life|long-term) )?(?:partner|spouse|husband|wife|boyfriend"
    r"|girlfriend|fiancee?|significant other|loved one|other half)"
    r"|someone you love|(?:the )?(?:person|one|partner) you (?:love|trusted?)"
)
_ROLE = r"(?:partner|spouse|husband|wife|person|party|one|mate|half|side|those|someone|anyone)s?"
_MICRO = r"(?:micro[- ]?|emotionally |physically |secretly )*+"
_HURT_WORDS = (
    r"(?:hurt|betrayed|injured|wounded|harmed|deceived|wronged|faithful|non-involved"
    r"|noninvolved|uninvolved|cheated-on|grieving|offended)"
)
_WAS_HURT = (
    rf"(?:hurt|betrayed|injured|wounded|harmed|deceived|wronged|blindsided|devastated|let down"
    rf"|lied to|{_MICRO}cheated on|kept in the dark|left out|on the receiving end|hurting)"
)
_INVOLVED_WORDS = (
    r"(?:involved|unfaithful|straying|offending|participating|betraying|wayward|disloyal"
    rf"|{_MICRO}cheating|micro-cheating)"
)
_DID = (
    rf"(?:{_MICRO}cheat(?:ed|ing|s)?(?! on\b(?! (?:your|my|the|them|him|her)))"
    rf"|unfaithful|stray(?:ed|ing)|crossed|crossing"
    r"|did (?:it|this|that|the (?:hurting|cheating|damage|lying|deceiving|betraying))"
    r"|(?:done|doing) (?:it"
    r"|this|that)|lied|lying|hid|hiding|hidden"
    r"|betrayed (?:your|my|their|his|her|the|a|someone|them|trust)|betraying"
    r"|flirt(?:ed|ing)|strayed|acted out"
    r"|had (?:an|the) affairs?|having (?:an|the) affair|broke(?:n)?|caus(?:ed"
    r"|ing)|involved|at fault|responsible"
    r"|guilty|micro-?cheater|the cheater|cheater|hurt (?:your|my|their|his|her"
    r"|the other|someone|them|him)"
    r"|engag(?:ed|ing) in|kept (?:it|this|a|the) (?:\w+ )?(?:secret|hidden)"
    r"|keeping secrets|betrayer|sexting|texting|deceiv(?:ed|ing) (?:your|my|their|his|her|the other"
    r"|someone|them|him)|misled (?:your|my|their|his|her|the other|someone|them|him))"
)
_BEING = (
    r"(?:(?:was|were|is|are|has|have|had(?! an? | the affair)|been|being|feels?|got"
    r"|gets|may|might|be|'s|the one who|who|just|also|now|really|still|from"
    r"|secretly)[ ]+)*+"
)

_CUES: tuple[tuple[Address, str], ...] = (
    # What the other partner did or suffered tells who is spoken to.
    (
        Address.HURT,
        rf"(?:{_MATE})(?:'s|'ve| )? ?{_BEING}(?:{_MICRO}cheat(?:ed|ing|s|er)?\b(?!"
        rf" on)|{_DID}|hurt (?:you|me)\b)",
    ),
    (
        Address.HURT,
        rf"(?:{_MATE})(?:'s|'ve|'d)? {_BEING}(?:betrayed|deceived|wronged|misled|lied to|cheated on"
        rf"|hid (?:it|this|that|things?) from|kept (?:it|this|that|things?) from) (?:you|me)\b",
    ),
    (
        Address.HURT,
        rf"(?:{_MATE})'s? (?:\w+ )?(?:{_MICRO}cheating|micro-?cheating|affairs?"
        rf"|betrayal|infidelity|unfaithfulness|lies|secrets?|secrecy|deception)",
    ),
    (Address.HURT, rf"\b(?:your|my) (?:{_INVOLVED_WORDS}) {_ROLE}"),
    (
        Address.HURT,
        r"(?:partner|person|one|spouse) who (?:has |had )?(?:hurt|betrayed|deceived"
        r"|cheated on) (?:you|me)\b",
    ),
    (Address.INVOLVED, rf"(?:{_MATE})(?:'s)? {_BEING}{_WAS_HURT}(?! (?:you|me)\b)"),
    (Address.INVOLVED, rf"\b(?:your|my) (?:{_HURT_WORDS}) {_ROLE}"),
    # Speaking about a partner is not the same as speaking to that partner.
    (
        Address.UNCLEAR,
        rf"(?:support|help|comfort|reassur|apologi|forgiv|understand|listen|talk"
        rf"|respond|make amends)\w*(?: (?:to|with))? (?:the|a|an) (?:{_HURT_WORDS}"
        rf"|{_INVOLVED_WORDS}) {_ROLE}",
    ),
    (
        Address.UNCLEAR,
        rf"\bwhat (?:the )?(?:{_HURT_WORDS}|{_INVOLVED_WORDS}) {_ROLE} (?:needs?"
        rf"|wants?|feels?|wish\w*)",
    ),
    # A role by its name.
    (Address.HURT, rf"(?<![\w-])(?:{_HURT_WORDS}) {_ROLE}"),
    (Address.INVOLVED, rf"(?<![\w-])(?:{_INVOLVED_WORDS}) {_ROLE}"),
    (
        Address.HURT,
        rf"\b{_ROLE} (?:who|that)(?:'s| (?:was|were|is|are|feels?|has been|have been"
        rf"|got|had been))+ (?:been )?{_WAS_HURT}(?! trust)",
    ),
    (Address.INVOLVED, rf"\b{_ROLE} (?:who|that)(?:'s|'ve)?[ ]{_BEING}{_DID}"),
    # You, or I, in a role.
    (
        Address.HURT,
        rf"\b{_ME} (?:the (?:one|partner|person) )?(?:who )?{_BEING}(?:feel(?:ing)?"
        rf" )?{_WAS_HURT}(?! (?:your|my|someone|them|him|her|the other|trust)\b)",
    ),
    (
        Address.INVOLVED,
        rf"\b{_ME} (?:the (?:one|partner|person) )?(?:who )?{_BEING}(?:guilty|{_DID})",
    ),
    (
        Address.INVOLVED,
        r"\b(?:you|i) (?:betrayed|deceived|misled|lied to|cheated on|hurt|wronged)"
        r" (?:your|my|the other|someone|them|him|her)\b",
    ),
    (Address.INVOLVED, rf"\b(?:am|was|were|are|have|did) (?:i|you) (?:been )?{_DID}"),
    (
        Address.INVOLVED,
        rf"\b(?:my|your) (?:own )?(?:{_MICRO}cheating|micro-?cheating|affair|betrayal"
        rf"|infidelity)\b",
    ),
    (Address.INVOLVED, r"\b(?:want|need|ready) to make (?:it right|amends)"),
    (
        Address.HURT,
        r"\b(?:you|i)(?:'ve)?(?: have| just| recently)? (?:discover(?:ed)?"
        r"|suspect(?:ed)?|found out|find out|caught)\b",
    ),
    (
        Address.HURT,
        r"\b(?:it|this) (?:happened|was done|is happening|has happened) to (?:you"
        r"|me)\b",
    ),
    (Address.HURT, r"\b(?:on|at) the receiving end\b"),
    (
        Address.HURT,
        r"\bif (?:he|she|they) (?:has |have |is |was )?(?:cheated|micro-?cheated"
        r"|lied|strayed|betrayed)\b",
    ),
    (
        Address.HURT,
        r"\bthe (?:betrayed|injured|wronged)$|\btrust (?:has been|was) broken for"
        r" (?:you|me)\b",
    ),
    (Address.HURT, r"\b(?:the )?victims?\b(?! mentality)"),
    (Address.INVOLVED, r"\bthe (?:micro-?)?(?:cheater|betrayer|offender)\b"),
    # Words to one partner that do not say which.
    (Address.UNCLEAR, r"\bthe (?:one|partner|person) who\b"),
    (Address.UNCLEAR, r"\b(?:only )?one partner\b"),
    (Address.UNCLEAR, r"\b(?:recogni[sz]e|see) yourself\b"),
    (
        Address.UNCLEAR,
        r"\bhow (?:to|can i|do i|do you|can you) stop (?:micro-?)?(?:cheating"
        r"|flirting)",
    ),
    (Address.UNCLEAR, r"\bthe other (?:partner|person|side)\b"),
)
_COMPILED = tuple((address, re.compile(cue)) for address, cue in _CUES)
_DIRECT = re.compile(
    r"^(?:so |and |but |now |finally |remember:? )?(?:if|when|whether|as|since|for|to) "
)
_DIRECT_WITHIN = re.compile(
    r"(?:^|[.!?…\"'”’)\]]\s+)(?:(?:so|and|but|now|finally|remember:?)\s+)?"
    r"(?:if|when|whether|as|since|for|to)\s",
    re.IGNORECASE,
)
# "Would I be fine if my partner did this?" imagines a part; it does not give anyone one.
_IMAGINED = re.compile(r"^[\"']*(?:(?:and|or|how) )?(?:would|could) (?:i|you|we|my|your)\b")
# Who opens so, and speaks of harm, means one of the two: if we don't know which, a person decides.
_CHOOSING = re.compile(
    r"^(?:\d+[.)] )?(?:so |and |but |now )?(?:if|when|for|to) (?:you|your|i|my|the one|those"
    r"|the partner|the person|anyone|someone)\b"
)
_HARM = re.compile(
    r"\b(?:\w*cheat\w*|betray\w*|decei\w+|affairs?|infidelity|unfaithful\w*|lied|lies|lying|liar"
    r"|stray\w*|secrets?|hid|hidden|hiding|broke|broken|caught|discovered|found out|wronged"
    r"|guilty)\b"
)
_SOMEBODY = re.compile(
    r"\b(?:you|your|i|my|me|partners?|spouses?|husbands?|wife|wives|one|person"
    r"|party|half|side|mates?|he|she"
    r"|they|those|someone|anyone|it|this|victims?|cheater|micro-?cheat\w*"
    r"|betray\w*|offender|injured|wronged)\b"
)
# A heading is short; a cue beyond this point is not its subject.
_LONGEST = 400


def addressed(line: str) -> Address:
    """Whom the line speaks to.

    Cues for both partners, only vague ones, or words of harm to nobody named make it unclear.
    """
    rest = plain(line)[:_LONGEST]
    if _IMAGINED.match(rest) or not _SOMEBODY.search(rest):
        return Address.NOBODY
    found: set[Address] = set()
    for address, cue in _COMPILED:
        shorter = cue.sub(" ~ ", rest)
        if shorter != rest:
            found.add(address)
            rest = shorter
    if not found and _CHOOSING.match(rest) and _HARM.search(rest):
        return Address.UNCLEAR
    return _verdict(found)


def may_address_directly(text: str) -> bool:
    """A quick first look: whether any sentence of the text opens by choosing its reader."""
    return _DIRECT_WITHIN.search(text) is not None


def addressed_directly(sentence: str) -> Address:
    """As `addressed`, for a sentence of running text that opens by choosing its reader."""
    return addressed(sentence) if _DIRECT.match(plain(sentence)) else Address.NOBODY


def _verdict(found: set[Address]) -> Address:
    partners = {address for address in found if address.one_partner}
    if len(partners) == 1:
        return partners.pop()
    return Address.UNCLEAR if found else Address.NOBODY
