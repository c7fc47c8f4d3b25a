"""Which answers a person must look at. This is no triage, and says so wherever it shows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scheduling.followups.models import RiskFlag

# Few and plain. What isn't among them may be as grave: a counselor reads every answer.
_WORDS = re.compile(
    r"\b(?:suicid\w*|overdose|better off dead|want(?:ed)? to die|don'?t want to (?:live|be here)"
    r"|kill(?:ing)? (?:my|him|her|them)self|kill (?:me|us|him|her)|end (?:my|it) (?:life|all)"
    r"|(?:hurt|harm|cut)(?:ing)? myself|(?:hit|hits|hitting|choked|chokes|beat|beats) me"
    r"|strangled me|threaten(?:s|ed)? (?:me|to)|afraid of (?:him|her|my (?:husband|wife|partner))"
    r"|(?:a|the|his|her) gun|not safe at home)\b",
    re.IGNORECASE,
)


def reason(
    answers: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]]
) -> RiskFlag.Why | None:
    """Why a person must look at these answers; None where no threshold is crossed."""
    rules = {question["key"]: question for question in questions}
    if any(_crosses(answer, rules.get(answer.get("key", ""), {})) for answer in answers):
        return RiskFlag.Why.ANSWER
    written = [_plain(answer["answer"]) for answer in answers if answer["kind"] == "text"]
    if any(_WORDS.search(words) for words in written):
        return RiskFlag.Why.WORDS
    return None


def _plain(words: object) -> str:
    return " ".join(str(words).replace("’", "'").split())


def _crosses(answer: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    given = str(answer["answer"])
    if answer["kind"] == "scale":
        return given.isdecimal() and int(given) <= int(rule.get("flag_at") or 0)
    return answer["kind"] == "choice" and given in rule.get("flag_options", [])
