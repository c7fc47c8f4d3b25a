"""What somebody who answers a text wants: in their own words, since any reasonable ones count.

Better to stop once too often than once too seldom: who is stopped by mistake can start again.
"""

import re
import unicodedata
from enum import StrEnum


class Wish(StrEnum):
    """What a text asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


# The whole text, once everything but letters is gone.
_STOP_ALONE = (
    "stop stopall stopp stp arret alto basta cancel cancelall unsubscribe unsubcribe unsub end "
    "quit revoke optout out remove removeme no nomore enough off baja parar detener"
)
_START_ALONE = "start unstop yes optin resume subscribe"
_HELP_ALONE = "help info ayuda"
_MESSAGES = (
    r"(?:texts?|texting|text messages?|messages?|messaging|msgs?|sms|these|this|contact|writing)"
)
_STOP_WITHIN = re.compile(
    r"\bun-?subscribe\b|\bopt(?:ing|ed)?[ -]?(?:me )?out\b|\brevok(?:e|ing)\b|\bstopall\b"
    r"|\b(?:stop|quit|cease|end|cancel)\b(?: \w+){0,3} " + _MESSAGES + r"\b"
    r"|\bstop\b(?! crying| fighting| by| in\b| thinking| worrying)"
    r"|\b(?:don'?t|do not|never|no longer|not) (?:\w+ ){0,4}?"
    r"(?:text|message|msg|contact|write|reach|bother|texts|messages)\b"
    r"|\bno more\b|\b(?:take|get|remove|delete) (?:me|my number|us)\b"
    r"|\bleave me alone\b|\bwrong (?:number|person)\b|\blose (?:my|this) number\b"
    r"|\bwithdraw\b(?: \w+){0,2} consent\b"
)
# "I can't stop" asks for something else; "don't stop" for the contrary.
_NOT_STOP = re.compile(r"\b(?:can'?t|cannot|can not|couldn'?t|won'?t|don'?t|do not|never) stop\b")
_START_WITHIN = re.compile(r"\b(?:start|resume|opt(?:ing)? ?(?:me )?(?:back )?in|sign me up)\b")


def wish_of(words: str) -> Wish:
    """What these words ask for."""
    plain = _plain(words)
    alone = re.sub(r"[^a-z]", "", plain)
    if alone in _HELP_ALONE.split():
        return Wish.HELP
    if alone in _START_ALONE.split():
        return Wish.START
    if alone in _STOP_ALONE.split() or _STOP_WITHIN.search(_NOT_STOP.sub(" ", plain)):
        return Wish.STOP
    return Wish.START if _START_WITHIN.search(plain) else Wish.OTHER


def _plain(words: str) -> str:
    letters = unicodedata.normalize("NFKD", words[:2000]).casefold().replace("’", "'")
    kept = "".join(each for each in letters if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^a-z0-9' -]", " ", kept).split())
