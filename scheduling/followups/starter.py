"""The plan and the questions a practice begins with."""

from datetime import time

from django.db import transaction

from scheduling.followups.models import Plan, QuestionSet, Step

QUESTIONS = [
    {
        "key": "safe",
        "kind": "scale",
        "text": "How safe did this week feel with your partner?",
        "low": "not safe at all",
        "high": "safe",
    },
    {
        "key": "close",
        "kind": "scale",
        "text": "How close did you feel to each other?",
        "low": "far apart",
        "high": "close",
    },
    {"key": "hard", "kind": "text", "text": "Was there a talk that went badly? What happened?"},
    {"key": "bring", "kind": "text", "text": "What would you like to bring to the next session?"},
]


@transaction.atomic
def make() -> Plan:
    """The starter plan: something to read the next day, a check-in in the middle of the week."""
    questions, _ = QuestionSet.objects.get_or_create(
        name="The week between", version=1, defaults={"questions": QUESTIONS}
    )
    plan, made = Plan.objects.get_or_create(name="First weeks after an affair")
    if made:
        Step.objects.create(
            plan=plan,
            position=0,
            kind=Step.Kind.HANDOUT,
            anchor=Step.Anchor.AFTER,
            days=1,
            at=time(18),
        )
        Step.objects.create(
            plan=plan,
            position=1,
            kind=Step.Kind.CHECK_IN,
            anchor=Step.Anchor.BEFORE_NEXT,
            days=3,
            at=time(18),
            question_set=questions,
        )
    return plan
