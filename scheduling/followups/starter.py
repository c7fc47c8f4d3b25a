"""The plans, questions and lines a practice begins with: in our own words, to be made its own."""

from datetime import time
from typing import Any

from django.db import transaction

from clients.models import Stage
from scheduling.followups.models import Line, Plan, QuestionSet, Step

QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "safe",
        "kind": "scale",
        "text": "How safe did this week feel with your partner?",
        "low": "not safe at all",
        "high": "safe",
        "flag_at": 1,
    },
    {
        "key": "trust",
        "kind": "scale",
        "text": "How much could you rely on what was said between you?",
        "low": "not at all",
        "high": "fully",
    },
    {
        "key": "close",
        "kind": "scale",
        "text": "How close did you feel to each other?",
        "low": "far apart",
        "high": "close",
    },
    {
        "key": "conflict",
        "kind": "choice",
        "text": "How did the hardest talk of the week go?",
        "options": [
            "There was none",
            "Hard, and we found an end",
            "It went badly",
            "I was afraid of what would happen",
        ],
        "flag_options": ["I was afraid of what would happen"],
    },
    {"key": "hard", "kind": "text", "text": "Was there a talk that went badly? What happened?"},
    {"key": "bring", "kind": "text", "text": "What would you like to bring to the next session?"},
]
LINES = {
    "After quiet weeks": (
        "Still here",
        "It has been quiet for a while, and that is all right.\n\n"
        "If you’d like to go on, your next time can be found through the office. "
        "If something small went well since we last met, that counts.",
    ),
}
_SIX = time(18)
# Name, and for each step: kind, when, days, hour.
_HANDOUT = (Step.Kind.HANDOUT, Step.Anchor.AFTER, 1)
_CHECK_IN = (Step.Kind.CHECK_IN, Step.Anchor.BEFORE_NEXT, 3)
_LINE = (Step.Kind.LINE, Step.Anchor.QUIET, 0)
PLANS: dict[str, tuple[str, list[tuple[str, str, int]]]] = {
    "First weeks after an affair": ("", [_HANDOUT, _CHECK_IN]),
    "Understanding how it came about": (
        Stage.MEANING,
        [(Step.Kind.HANDOUT, Step.Anchor.AFTER, 2), _CHECK_IN, _LINE],
    ),
    "Toward new agreements": (
        Stage.MOVING_ON,
        [
            (Step.Kind.HANDOUT, Step.Anchor.AFTER, 3),
            (Step.Kind.CHECK_IN, Step.Anchor.BEFORE_NEXT, 2),
            _LINE,
        ],
    ),
}
FIRST = "First weeks after an affair"


@transaction.atomic
def make() -> Plan:
    """The starter plans, one for each stage; returns the first. What is there already stays."""
    questions, _ = QuestionSet.objects.get_or_create(
        name="The week between", version=1, defaults={"questions": QUESTIONS}
    )
    lines = [_line(name, *words) for name, words in LINES.items()]
    for name, (stage, steps) in PLANS.items():
        if not Plan.objects.filter(name=name).exists():
            _make_plan(name, stage, steps, questions, lines[0])
    return Plan.objects.filter(name=FIRST).order_by("version").last() or Plan(name=FIRST)


def _line(name: str, title: str, body: str) -> Line:
    line, _ = Line.objects.get_or_create(
        name=name, version=1, defaults={"title": title, "body": body}
    )
    return line


def _make_plan(
    name: str, stage: str, steps: list[tuple[str, str, int]], questions: QuestionSet, line: Line
) -> None:
    plan = Plan.objects.create(name=name)
    for position, (kind, anchor, days) in enumerate(steps):
        Step.objects.create(
            plan=plan,
            position=position,
            kind=kind,
            anchor=anchor,
            days=days,
            at=_SIX,
            stage=stage,
            question_set=questions if kind == Step.Kind.CHECK_IN else None,
            line=line if kind == Step.Kind.LINE else None,
        )
