"""Choosing a plan, and answering a check-in."""

from datetime import time
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from clients.contact import window
from practice.forms import PlainForm
from scheduling.followups.models import CasePlan, Plan, QuestionSet, RiskFlag

LONGEST = 2000
_IN_THE_DAY = "Please choose an hour from 8 AM until before 9 PM."


class PlanForm(PlainForm):
    """Which follow-up plan a case uses."""

    plan = forms.ModelChoiceField(
        Plan.objects.offered(),
        label="What goes out between sessions?",
        required=False,
        empty_label="Nothing",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, now: CasePlan | None = None, **kwargs: Any) -> None:
        """`now`: what the case has. It can stay, though a later version is offered."""
        super().__init__(*args, **kwargs)
        self.now = now
        field = self.fields["plan"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.offered()

    def offered(self) -> QuerySet[Plan]:
        """What may be chosen."""
        kept = Q(pk=self.now.plan_id) if self.now else Q(pk__in=[])
        return Plan.objects.filter(Q(retired_at=None) | kept)


class HourForm(PlainForm):
    """At which hour things come to one person; empty for the hours of the plan."""

    at = forms.TimeField(
        label="At what hour, by their clock?",
        required=False,
        error_messages={"invalid": _IN_THE_DAY},
    )

    def clean_at(self) -> time | None:
        at: time | None = self.cleaned_data["at"]
        if at is not None and not window.EARLIEST <= at < window.LATEST:
            raise forms.ValidationError(_IN_THE_DAY)
        return at


class ResolveForm(PlainForm):
    """Why a flag is done with."""

    resolution = forms.ChoiceField(
        label="What did you do?",
        choices=RiskFlag.Resolution.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Please say what you did."},
    )


class CheckInForm(PlainForm):
    """The questions of a check-in, each with who may raise the answer."""

    def __init__(self, questions: QuestionSet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions.questions
        for question in self.questions:
            self.fields[question["key"]] = _field(question)
            self.fields[_together(question)] = forms.BooleanField(
                label="This may be raised together in the session", required=False
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.get(question["key"]) for question in self.questions):
            raise forms.ValidationError("Please answer at least one question.")
        return given

    def rows(self) -> list[dict[str, Any]]:
        """Each question's fields, for the template."""
        return [
            {
                "kind": question["kind"],
                "field": self[question["key"]],
                "together": self[_together(question)],
                "low": question.get("low", ""),
                "high": question.get("high", ""),
            }
            for question in self.questions
        ]

    def typed(self) -> dict[str, str]:
        """What stands in the fields, right or not: kept as typed, cut where it is far too long."""
        return {name: str(self.data[name])[:LONGEST] for name in self.fields if self.data.get(name)}

    def given(self) -> dict[str, Any]:
        return {question["key"]: self.cleaned_data[question["key"]] for question in self.questions}

    def together(self) -> dict[str, bool]:
        return {
            question["key"]: self.cleaned_data[_together(question)] for question in self.questions
        }


def _together(question: dict[str, Any]) -> str:
    return f"{question['key']}_together"


def _field(question: dict[str, Any]) -> forms.Field:
    if question["kind"] == "scale":
        return forms.ChoiceField(
            label=question["text"],
            choices=[(str(number), str(number)) for number in range(1, 6)],
            widget=forms.RadioSelect,
            required=False,
        )
    if question["kind"] == "choice":
        return forms.ChoiceField(
            label=question["text"],
            choices=[(option, option) for option in question["options"]],
            widget=forms.RadioSelect,
            required=False,
        )
    return forms.CharField(
        label=question["text"],
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
