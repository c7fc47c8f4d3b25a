"""What a practice says of itself, told from what it teaches: its offer, and where it works."""

import re

from .furniture import OFFER, STATES
from .words import plain, signs, word_set, words

_STATE_NAMES = (
    (
        "alabama alaska arizona arkansas california colorado connecticut"
        " delaware florida georgia hawaii"
        " idaho illinois indiana iowa kansas kentucky louisiana maine maryland"
        " massachusetts michigan"
        " minnesota mississippi missouri montana nebraska nevada new_hampshire"
        " new_jersey new_mexico"
        " new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island"
        " south_carolina south_dakota tennessee texas utah vermont virginia"
        " washington west_virginia"
        " wisconsin wyoming"
    )
    .replace("_", r"\s")
    .split()
)
_STATE = re.compile(rf"\b(?:{'|'.join(_STATE_NAMES)})\b")
_STATE_SIGNS = frozenset(name.split(r"\s")[0] for name in _STATE_NAMES)
_ABBREVIATIONS = word_set("NY NJ PA CT MA MD VA FL DC DE RI NH VT ME NC SC GA OH TX CA")
_ABBREVIATION = re.compile(rf"\b(?:{'|'.join(sorted(_ABBREVIATIONS))})\b")
_ABBREVIATION_SIGNS = frozenset(each.lower() for each in _ABBREVIATIONS)
_PLACING = re.compile(
    r"\b(?:serv(?:e|es|ing)|licensed|based in|located in|available (?:in|to)|clients (?:in|across)"
    r"|residents|therap(?:y|ists?)|counsel(?:l)?(?:ing|ors?)|sessions|practice|people in|online)\b"
)
_STATE_FILLER = word_set("and or the in of state states a")

_PRACTITIONER = (
    r"(?:therapists?|counsel(?:l)?ors?|clinicians?|specialists?|team|practice"
    r"|services?|sessions?|approach|experts?|program|office|methods?|clients"
    r"|couples? therapists?)"
)
_CARE = (
    r"(?:therap(?:y|ists?)|counsel(?:l)?ing|counsel(?:l)?ors?|sessions?"
    r"|appointments?|consultations?)"
)
_OFFERS = re.compile(
    "|".join(
        (
            rf"\bour (?:\w+ ){{0,3}}{_PRACTITIONER}\b",
            r"\bwe (?:\w+ )?(?:offer|provide|speciali[sz]e|work with|combine"
            r"|integrate|tailor|serve|draw on|are (?:trained|licensed|here to"
            r"|committed to help|proud to)|guide|(?:can |will )?help(?! each)"
            r"|(?:use|support|welcome) (?:you|couples|individuals|clients|people"
            r"|evidence|research|proven|approaches|methods|gottman|imago|cbt|the"
            r" gottman|a blend|tools)|don't offer|do not offer)\b",
            r"\bwe're (?:here|a|an|trained|licensed|not here to)\b",
            r"\b(?:contact|call|e-?mail|reach out to|connect with|work with|talk"
            r" to|join|visit|choose|follow|meet with) us\b",
            r"\bwith us\b|\bat the virtual\b|\bvirtual counsel(?:l)?ors\b|\blet"
            r" us help\b|\bus help you\b",
            rf"\b(?:book|schedule|request|reserve|claim) (?:(?:a|an|your|the|now"
            rf"|today|my|free|first|complimentary|online|virtual) )*(?:{_CARE}"
            rf"|call|today|now|here|spot)\b(?! with a (?:therapist"
            rf"|counsel(?:l)?or))",
            r"\b(?:complimentary|free|no-cost|15-minute|20-minute|30-minute"
            r"|initial) (?:\w+ )?(?:consultation|consult|call|session)\b",
            rf"\b(?:online|virtual|telehealth|remote|video) (?:(?:couples?"
            rf"|marriage|relationship|and|individual|affair|recovery|infidelity)"
            rf" ){{0,3}}{_CARE}\b",
            rf"\b(?:{_CARE}) (?:is |are )?(?:available )?online\b",
            r"\bfrom the comfort of\b|\bflexible (?:scheduling|appointment|times"
            r"|hours)\b|\binsurance\b|\bout-of-network\b|\bsliding scale\b"
            r"|\bhipaa\b|\bnow (?:serving|accepting)\b|\baccepting new clients\b",
        )
    )
)
_OFFER_SIGNS = word_set(
    "our we us virtual book schedule request reserve claim complimentary free cost 15 20 30 initial"
    " online telehealth remote video comfort flexible insurance network sliding hipaa serving"
    " accepting"
)
_ANY_SIGNS = _OFFER_SIGNS | _STATE_SIGNS | _ABBREVIATION_SIGNS
_OFFER_HEADING = re.compile(
    "|".join(
        (
            # "We" may also be the couple: "how can we help each other" is no offer.
            r"\b(?:we|us) (?:can |could |may |do )?help\b(?! (?:each|one another|our|ourselves)\b)",
            r"\bhow we (?:work|can support|support|treat)\b(?! (?:each|one|our))",
            r"\bhow .{0,60}counsel(?:l)?ors (?:can )?help\b",
            r"\bwhy (?:couples )?choose (?!to\b)|\bwhy work with\b|\bwhy trust us\b",
            r"\bwhy (?:go )?(?:online|virtual|telehealth)\b|\bbenefits of (?:online|virtual)\b",
            r"^book\b|^schedule\b|^request (?:a|an|your)\b|\bbook (?:now|today|online|your|a)\b",
            r"^ready (?:to|for)\b",
            r"\bare you(?: both)? ready to (?:get|start|begin|book|take|heal|rebuild)",
            r"^(?:let's )?take (?:the|your) (?:first|next) step\b",
            r"\bget(?:ting)? (?:started|help today|in touch)\b",
            r"\bcontact (?:us|me)\b|\bcall (?:us|now|today)\b",
            r"\babout (?:us|me|the author|the practice|our (?:practice|team|therap|counsel))\b",
            r"\bmeet (?:our|the team|your (?:therap|counsel))",
            r"\bour (?:services|team|therap|counsel|fees|locations?)",
            r"\bour (?:approach (?:to|at|$)|practice$)",
            r"\bstates? (?:we|served|where)\b|\bwho we (?:help|serve)\b",
            r"\bwhere (?:we|are we|do we) (?:serve|work|practice|see|offer|located)\b",
            r"\b(?:areas?|locations?) (?:we )?serve",
            rf"\b(?:online|virtual|telehealth) (?:\w+ ){{0,3}}{_CARE}\b",
            r"\b(?:complimentary|free) (?:\w+ )?(?:consultation|consult|call|session)\b",
            r"\bpricing\b|\bour rates\b|\bthe virtual counsel",
            r"\blooking for (?:a |an )?(?:\w+ )?(?:therap|counsel)",
            r"\bwe(?:'re| are) here (?:to|for)\b",
            r"\bstart (?:your|healing|therapy) (?:\w+ )?(?:today|now|journey)",
            r"\bwhat (?:to expect (?:from|with|in) (?:us|our)|we (?:offer|treat))\b",
        )
    )
)


def may_hold(text: str) -> bool:
    """Whether there is any sign of an offer or a state; a quick look before `sentence_reason`."""
    return not _ANY_SIGNS.isdisjoint(signs(plain(text)))


def sentence_reason(sentence: str) -> str:
    """Why this sentence of running text is no part of the article; empty if it is."""
    low = plain(sentence)
    there = signs(low)
    if _names_states(sentence, there):
        return STATES
    offers = not _OFFER_SIGNS.isdisjoint(there) and _OFFERS.search(low)
    return OFFER if offers else ""


def opens_offer(heading: str) -> bool:
    """Whether what stands below this heading is the practice speaking of itself."""
    low = plain(heading)
    return _OFFER_HEADING.search(low) is not None or _names_states(heading, signs(low))


def _names_states(text: str, there: frozenset[str]) -> bool:
    low = plain(text)
    named = 0
    if not _STATE_SIGNS.isdisjoint(there):
        named = len(set(_STATE.findall(low)))
    if len(_ABBREVIATION_SIGNS & there) >= 3 and len(set(_ABBREVIATION.findall(text))) >= 3:
        named += 2
    if not named:
        return False
    return named >= 2 or _PLACING.search(low) is not None or _only_a_state(low)


def _only_a_state(low: str) -> bool:
    rest = _STATE.sub(" ", low)
    return all(word in _STATE_FILLER for word in words(rest))
