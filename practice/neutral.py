"""Words that nobody else may read on a lock screen: a message is a postcard.

What goes out is fixed, and holds none of them; the practice chooses its neutral name itself, so
that name is asked too.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Beginnings of words, as they stand once accents, look-alikes and gaps are gone.
_BEGINNINGS = (
    "abus addict adulter affair anger anxi apolog arous aton attach attun behavio betray bipolar "
    "breakup burnout cheat client clinic closeness codepend conflict coping counsel couple crisis "
    "deceiv decept depress diagnos disclos discern distress divorc dsm eft emdr emotion eros "
    "erotic estrang faithful famil fidelit fight forgiv gottman grief griev guilt handout heal "
    "hurt husband imago infidel intima jealous lcsw liar lmft lmhc lpc lying marital marri mental "
    "mistress monogam panic parent partner patient polyam porn postpartum psych ptsd reconcil "
    "recover rehab relapse relation remorse repair resent romanc romant safety separat session "
    "sex shame sobri spous stress suicid telehealth therap trauma treatment trust unfaithful "
    "violen wedlock wellbeing wellness wife wives workbook worksheet"
)
# Whole words only: as beginnings they would catch what is harmless.
_WHOLE = (
    "aa bdsm bed bpd boundaries boundary cope diary dr ex hiv homework hotline icd impact ipv "
    "journaling lies love lover lovers loving lust mate msw ocd pdf phd psyd rage secret secrets "
    "shrink stage std sti trigger triggered triggers vow vows"
)
_PHRASES = (
    "moving on",
    "open up",
    "social work",
    "support group",
    "self help",
    "self-help",
    "check in about",
    "your case",
    "case file",
    "case manager",
    "intake form",
    "safe at home",
    "the other woman",
    "the other man",
    "what happened between you",
    "how you two",
    "the two of you",
    "both of you",
    "you both",
    "your feelings",
    "date night",
    "hard talk",
    "what he did",
    "what she did",
    "found out",
)
_LOOK_ALIKES = str.maketrans("013457@$!|", "oieastasil")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
# Letters one by one: "t h e r a p y", "t.h.e.r.a.p.y".
_SPELLED = re.compile(r"\b(?:[a-z][\s.\-_*]){3,}[a-z]\b")


def risky_words(text: str) -> list[str]:
    """The words in it that would tell what the work is about; empty where there are none."""
    found: list[str] = []
    for reading in _readings(text):
        found += [word for word in _WORD.findall(reading) if _is_risky(word)]
        found += [phrase for phrase in _PHRASES if phrase in reading]
    return list(dict.fromkeys(found))


def _readings(text: str) -> list[str]:
    """The text as a person would read it, though it is written otherwise."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    plain = plain.replace("’", "'")
    spelled = _SPELLED.sub(lambda match: re.sub(r"[^a-z]", "", match[0]), plain)
    joined = re.sub(r"(?<=[a-z])[\-_.*](?=[a-z])", "", plain)
    readings = [plain, plain.translate(_LOOK_ALIKES), spelled, joined]
    return list(dict.fromkeys(" ".join(reading.split()) for reading in readings))


def _is_risky(word: str) -> bool:
    beginnings, whole = tuple(_BEGINNINGS.split()), _WHOLE.split()
    parts = [word, *word.split("-")]
    return any(part in whole or part.startswith(beginnings) for part in parts)


def check_neutral(name: str) -> None:
    """A validator for names that others may see. Raises ValidationError."""
    if found := risky_words(name):
        raise ValidationError(
            f"“{found[0]}” would tell others what this is about. Please choose a name that says "
            "nothing, such as “Oak Street Office”."
        )
