"""What a counselor sets about a case."""

from datetime import date, timedelta
from typing import Any

from django import forms

from clients.models import Case, Goal, Participant, Stage, UrgentLook
from practice import clock
from practice.access.roles import Role
from practice.forms import PlainForm
from practice.models import Counselor, User


class CourseForm(PlainForm):
    """Where the work stands. A stage may also go back."""

    stage = forms.ChoiceField(
        choices=Stage.choices,
        widget=forms.RadioSelect,
        help_text="You may go back a stage; nothing is sent again.",
    )
    disclosure = forms.ChoiceField(
        label="Does the partner who was hurt know?",
        choices=Case.Disclosure.choices,
        widget=forms.RadioSelect,
        help_text="Until you say yes, nothing that names an affair reaches them.",
    )


class GoalForm(PlainForm):
    """A goal, in a sentence."""

    words = forms.CharField(label="What do they work toward?", max_length=300)


class ActionForm(PlainForm):
    """What one partner agreed to."""

    participant_id = forms.ChoiceField(label="Who")
    words = forms.CharField(label="What they agreed to", max_length=300)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Participant] = {
            str(each.pk): each for each in case.participants.select_related("client")
        }
        names = [(key, each.client.first_name) for key, each in self.people.items()]
        self.offer("participant_id", names)

    @property
    def participant(self) -> Participant:
        """The one who was chosen."""
        return self.people[self.cleaned_data["participant_id"]]


class ReviewForm(PlainForm):
    """What became of a goal."""

    status = forms.ChoiceField(choices=Goal.Status.choices)


class CloseForm(PlainForm):
    """Why the work ended."""

    reason = forms.ChoiceField(
        label="Why does it end?", choices=Case.CloseReason.choices, widget=forms.RadioSelect
    )


class HandOnForm(PlainForm):
    """To whom the case goes, and who of its people agreed."""

    to = forms.ModelChoiceField(
        label="Who goes on with it?", queryset=Counselor.objects.none(), empty_label=None
    )
    agreed = forms.MultipleChoiceField(
        label="Who said yes to it?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please tick who said yes to it."},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Counselor.objects.filter(
            user__is_active=True, user__role=Role.COUNSELOR
        ).exclude(pk=case.counselor_id)
        self.people = {str(each.pk): each for each in case.participants.all()}
        self.offer("agreed", [(key, each.client.first_name) for key, each in self.people.items()])

    @property
    def who_agreed(self) -> list[Participant]:
        """Those whose yes was noted."""
        return [self.people[key] for key in self.cleaned_data["agreed"]]


class UrgentForm(PlainForm):
    """Which case of a colleague's can't wait, and why."""

    counselor = forms.ModelChoiceField(
        label="Whose case is it?", queryset=Counselor.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label="The whole name of one of the two",
        max_length=100,
        help_text="First and last name, as they gave it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label="Why can’t it wait?", choices=UrgentLook.Reason.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["counselor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Counselor.objects.filter(user__role=Role.COUNSELOR).exclude(user=user)


# Nobody is away for longer; a case that needs somebody else for good is handed on.
_LONGEST_COVER = timedelta(days=366)


class CoverForm(PlainForm):
    """Who stands in, for which days, and whether they may read notes."""

    counselor = forms.ModelChoiceField(label="Who is away?", queryset=Counselor.objects.none())
    covering = forms.ModelChoiceField(label="Who stands in?", queryset=Counselor.objects.none())
    first_day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    notes = forms.BooleanField(
        label="They may read the joint and individual notes, and write their own",
        required=False,
        help_text="Psychotherapy notes stay closed in any case.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Counselor.objects.filter(user__is_active=True, user__role=Role.COUNSELOR)
        own = here if user.has_role(Role.LEAD) else here.filter(user=user)
        for name, offered in (("counselor", own), ("covering", here.exclude(user=user))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = offered, None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        self._check_days(told.get("first_day"), told.get("last_day"), told.get("counselor"))
        if told.get("covering") and told.get("covering") == told.get("counselor"):
            self.add_error("covering", "Nobody stands in for themselves.")
        return told

    def _check_days(self, first: date | None, last: date | None, away: Counselor | None) -> None:
        """One may have been away for a while already, and comes back within a year."""
        if not (first and last and away):
            return
        today = clock.today(away.zone)
        if last < first:
            self.add_error("last_day", "The last day is before the first.")
        elif last < today:
            self.add_error("last_day", "That day is over. Please choose today or a day to come.")
        for name, day in (("first_day", first), ("last_day", last)):
            if abs(day - today) > _LONGEST_COVER:
                self.add_error(name, "Please choose a day within a year from today.")
