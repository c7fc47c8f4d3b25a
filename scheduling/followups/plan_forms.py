"""Building plans, questions and lines."""

import re
from typing import Any

from django import forms

from clients.models import Part, Stage
from practice.forms import PlainForm
from scheduling.followups.models import Line, Plan, QuestionSet, Step

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NEWEST_NEEDED = "Please choose what to send."


class NewPlanForm(PlainForm):
    """A plan begins with a name, empty or like another."""

    name = forms.CharField(label="What is the plan called?", max_length=80)
    like = forms.ModelChoiceField(
        Plan.objects.offered(), label="Begin with the steps of", required=False, empty_label="None"
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Plan.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a plan of this name already.")
        return name


class StepForm(PlainForm):
    """One step, as one would say it: what, when, for whom."""

    kind = forms.ChoiceField(label="What goes?", choices=Step.Kind.choices)
    question_set = forms.ModelChoiceField(
        QuestionSet.objects.none(),
        label="Which questions?",
        required=False,
        empty_label="Only for a check-in",
    )
    line = forms.ModelChoiceField(
        Line.objects.none(), label="Which line?", required=False, empty_label="Only for a line"
    )
    anchor = forms.ChoiceField(label="When?", choices=Step.Anchor.choices)
    days = forms.IntegerField(
        label="How many days?", min_value=0, max_value=60, required=False, initial=1
    )
    weeks = forms.IntegerField(
        label="How many quiet weeks?", min_value=1, max_value=12, required=False, initial=2
    )
    weekday = forms.TypedChoiceField(
        label="Then on the first", choices=list(enumerate(_DAYS)), coerce=int, required=False
    )
    at = forms.TimeField(
        label="At what hour, by their own clock?",
        widget=forms.TimeInput(attrs={"type": "time"}),
        initial="18:00",
    )
    part = forms.ChoiceField(
        label="For whom?", choices=[("", "Each partner"), *Part.choices], required=False
    )
    stage = forms.ChoiceField(
        label="In which stage?",
        choices=[("", "In every stage"), *Stage.of_material()],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = {
            "question_set": QuestionSet.objects.filter(pk__in=QuestionSet.objects.newest()),
            "line": Line.objects.filter(pk__in=Line.objects.newest()),
        }
        for name, queryset in newest.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, quiet = given.get("kind"), given.get("anchor") == Step.Anchor.QUIET
        if kind == Step.Kind.CHECK_IN and not given.get("question_set"):
            self.add_error("question_set", _NEWEST_NEEDED)
        if kind == Step.Kind.LINE and not given.get("line"):
            self.add_error("line", _NEWEST_NEEDED)
        if not quiet and given.get("days") is None and "days" not in self.errors:
            self.add_error("days", "Please say how many days.")
        if quiet and given.get("weeks") is None and "weeks" not in self.errors:
            self.add_error("weeks", "Please say how many weeks.")
        return given

    def facts(self) -> dict[str, Any]:
        """The step, once it is valid; what isn't asked of its kind stays out."""
        given = dict(self.cleaned_data)
        if given["kind"] != Step.Kind.CHECK_IN:
            given["question_set"] = None
        if given["kind"] != Step.Kind.LINE:
            given["line"] = None
        given["days"] = given["days"] or 0
        given["weeks"], given["weekday"] = given["weeks"] or 2, given["weekday"] or 0
        return given


class QuestionForm(PlainForm):
    """One question of a set. An empty one is left out."""

    key = forms.SlugField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label="Question", max_length=200, required=False)
    kind = forms.ChoiceField(
        label="Answered by",
        choices=[
            ("scale", "A number from 1 to 5"),
            ("choice", "One of some words"),
            ("text", "Words of their own"),
        ],
    )
    low = forms.CharField(label="1 means", max_length=40, required=False)
    high = forms.CharField(label="5 means", max_length=40, required=False)
    options = forms.CharField(
        label="The words to choose from, one a line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    flag_at = forms.TypedChoiceField(
        label="Raise a flag at this number and below",
        choices=[("", "Never"), *((str(number), str(number)) for number in range(1, 5))],
        coerce=int,
        required=False,
    )
    flag_options = forms.CharField(
        label="Raise a flag at these words, one a line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("text"):
            return given
        options = _lines(given.get("options", ""))
        if given.get("kind") == "choice" and len(options) < 2:
            self.add_error("options", "Please give at least two.")
        if given.get("kind") == "choice" and set(_lines(given["flag_options"])) - set(options):
            self.add_error("flag_options", "Please use the words from above.")
        return given

    def question(self, taken: set[str]) -> dict[str, Any] | None:
        """As it is kept, once it is valid; None where nothing was asked."""
        given = self.cleaned_data
        if not given.get("text"):
            return None
        question = {name: given[name] for name in ("text", "kind", "low", "high")}
        question["key"] = given["key"] or _new_key(given["text"], taken)
        question["options"] = _lines(given["options"])
        question["flag_at"] = (given["flag_at"] or 0) if given["kind"] == "scale" else 0
        question["flag_options"] = _lines(given["flag_options"])
        return question


QuestionFormSet = forms.formset_factory(QuestionForm, extra=3, max_num=10, validate_max=True)


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()]


def _new_key(text: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:30] or "question"
    key, number = plain, 2
    while key in taken:
        key, number = f"{plain}-{number}", number + 1
    return key


class LineForm(PlainForm):
    """A few kind words."""

    title = forms.CharField(label="Heading", max_length=80)
    body = forms.CharField(
        label="Words",
        max_length=2000,
        help_text="A few sentences. An empty line begins a new paragraph.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class NameForm(PlainForm):
    """The name by which staff know something."""

    name = forms.CharField(label="Name, for us only", max_length=80)
