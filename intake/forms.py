"""What a prospective client is asked: where, when, how to reach them, what brings them, and yes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from clients.contact.forms import AgreementsForm, ChosenCodeField, SafeContactForm
from clients.contact.models import ConsentDocument, Purpose
from clients.models import Concern, Part
from intake import safety
from intake.invitations import Invitation
from intake.models import DayPart, SafetyScreen, Situation
from practice.access.bots import HumanForm
from practice.forms import PlainForm
from practice.models import ABROAD, TIME_ZONES, Counselor, State
from scheduling.models import Weekday

# What is longer than any answer may be is refused; of it the draft keeps no more than this.
_LONGEST_KEPT, _MOST_KEPT = 5000, 20
_CHOOSE_ONE = "Please choose one. “I’d rather not say” is fine."
_ORDINALS = ("first", "second", "third")
_WHOLE_ADDRESS = "Please give a whole address, such as name@example.com."


class WhereForm(PlainForm):
    """Where each person will be for the sessions. That decides everything else."""

    state = forms.ChoiceField(
        label="Where will you be for the sessions?",
        help_text="The state you’ll be in at that hour, which may not be the one you live in.",
        error_messages={"required": "Please choose where you’ll be."},
    )
    time_zone = forms.ChoiceField(
        label="Which clock do you go by there?",
        choices=TIME_ZONES,
        widget=forms.RadioSelect,
        required=False,
    )
    with_partner = forms.ChoiceField(
        label="Who is coming?",
        choices=[("yes", "My partner and I"), ("no", "Only me")],
        widget=forms.RadioSelect,
        error_messages={"required": "Please say who is coming."},
    )
    partner_state = forms.ChoiceField(
        label="Where will your partner be?",
        required=False,
        help_text="Only if your partner is coming.",
    )
    partner_time_zone = forms.ChoiceField(
        label="Which clock does your partner go by?",
        choices=TIME_ZONES,
        widget=forms.RadioSelect,
        required=False,
    )
    field_order = ["with_partner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = {state.pk: state for state in State.objects.all()}
        choices = [("", "Please choose"), *places_to_choose(self.states.values())]
        for name in ("state", "partner_state"):
            self.offer(name, choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("with_partner") == "yes" and not given.get("partner_state"):
            self.add_error("partner_state", "Please choose where your partner will be.")
        if not self.errors and not self.not_served():
            self._ask_for_clocks(given)
        return given

    def _ask_for_clocks(self, given: dict[str, Any]) -> None:
        # Asked, never derived: Florida alone has two, and people travel.
        if not given.get("time_zone"):
            self.add_error("time_zone", "Please choose the clock you go by.")
        if given["with_partner"] == "yes" and not given.get("partner_time_zone"):
            self.add_error("partner_time_zone", "Please choose the clock your partner goes by.")

    def places(self) -> list[tuple[str, str]]:
        """(state code, zone) of each person who comes, the one who asks first."""
        given = self.cleaned_data
        places = [(given["state"], given["time_zone"])]
        if given["with_partner"] == "yes":
            places.append((given["partner_state"], given["partner_time_zone"]))
        return places

    def not_served(self) -> list[State]:
        """The places named in which the practice can't serve anybody."""
        given = self.cleaned_data
        codes = [given["state"]]
        if given["with_partner"] == "yes":
            codes.append(given["partner_state"])
        places = [self.states[code] for code in dict.fromkeys(codes)]
        return [place for place in places if not place.served]


def places_to_choose(states: Any) -> list[tuple[str, str]]:
    """The states by name, and last what lies outside the country."""
    inside = [(state.pk, state.name) for state in states if state.pk != ABROAD]
    outside = [(state.pk, state.name) for state in states if state.pk == ABROAD]
    return inside + outside


class TellMeForm(HumanForm):
    """One address, for one message: that the practice can now work with people in a state."""

    email = forms.EmailField(
        label="An e-mail address that only you read",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _WHOLE_ADDRESS},
    )
    agree = forms.BooleanField(
        label="You may keep this address and write to me once, when you can work there",
        error_messages={"required": "We may keep the address only if you say so."},
    )
    state = forms.ModelChoiceField(
        State.objects.filter(served=False).exclude(pk=ABROAD), widget=forms.HiddenInput
    )


class TimeField(forms.ChoiceField):
    """One of the open times."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Which time suits you?",
            widget=forms.RadioSelect,
            error_messages={
                "required": "Please choose a time.",
                "invalid_choice": "That time has just been taken. These are still open.",
            },
            **kwargs,
        )

    def valid_value(self, value: Any) -> bool:
        # A page shows some of the open times; whether one can be had is decided by taking it.
        return "|" in str(value) or super().valid_value(value)


class TimeForm(PlainForm):
    """One real open time."""

    slot = TimeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("slot", [])


class FilterForm(PlainForm):
    """Which of the open times to show."""

    counselor = forms.ModelChoiceField(
        Counselor.objects.none(), label="With", required=False, empty_label="Anybody who is free"
    )
    part = forms.ChoiceField(
        label="At what time of day",
        required=False,
        choices=[("", "Any time of day"), *DayPart.choices],
    )
    since = forms.DateField(
        label="From which day on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, counselors: list[Counselor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["counselor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Counselor.objects.filter(pk__in=[each.pk for each in counselors])

    def clean_since(self) -> date | None:
        since: date | None = self.cleaned_data["since"]
        return since if since and 2000 <= since.year <= 2200 else None


class WishesForm(PlainForm):
    """When a time would suit them, where none of the open ones does."""

    days = forms.TypedMultipleChoiceField(
        label="Which days could suit you?",
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose at least one day."},
    )
    parts = forms.MultipleChoiceField(
        label="And what time of day?",
        choices=DayPart.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose at least one part of the day."},
    )


class ReachForm(SafeContactForm):
    """Who asks, how it is safe to reach them, and whether we write to the partner too."""

    name = forms.CharField(
        label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    tell_partner = forms.ChoiceField(
        label="Shall we write to your partner?",
        choices=[
            ("no", "No, I’ll tell them myself"),
            ("yes", "Yes, by a message of their own"),
        ],
        initial="no",
        required=False,
        widget=forms.RadioSelect,
        help_text="They would answer a few questions alone. Neither of you sees the other’s "
        "answers.",
    )
    partner_name = forms.CharField(label="Your partner’s name", max_length=100, required=False)
    partner_email = forms.EmailField(
        label="An e-mail address that only your partner reads",
        required=False,
        error_messages={"invalid": _WHOLE_ADDRESS},
    )
    field_order = ["name"]

    def __init__(self, with_partner: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_partner:
            for name in ("tell_partner", "partner_name", "partner_email"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("tell_partner") == "yes":
            self._check_partner(given)
        return given

    def _check_partner(self, given: dict[str, Any]) -> None:
        if "partner_name" not in self.errors and not given.get("partner_name"):
            self.add_error("partner_name", "Please give your partner’s name.")
        email = given.get("partner_email", "")
        if "partner_email" not in self.errors and not email:
            self.add_error("partner_email", "Please give an address, or tell them yourself.")
        if email and email.strip().lower() == given.get("email", "").strip().lower():
            self.add_error("partner_email", "Each needs an address that the other doesn’t read.")

    def invitation(self) -> Invitation | None:
        """The partner, where we are to write to them."""
        given = self.cleaned_data
        if given.get("tell_partner") != "yes":
            return None
        return Invitation(given["partner_name"], given["partner_email"])


class SafetyForm(PlainForm):
    """The short safety screen, asked of each person alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for (key, words), which in zip(safety.QUESTIONS.items(), _ORDINALS, strict=True):
            self.fields[f"safety_{key}"] = forms.ChoiceField(
                label=words,
                choices=SafetyScreen.Answer.choices,
                widget=forms.RadioSelect,
                # Which of them it is: the summary lists them, apart from the questions.
                error_messages={"required": f"{_CHOOSE_ONE} This is the {which} of three."},
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields of the screen."""
        return [self[f"safety_{key}"] for key in safety.QUESTIONS]

    def answers(self) -> dict[str, str]:
        """Question → answer."""
        return {key: self.cleaned_data[f"safety_{key}"] for key in safety.QUESTIONS}


class WordsField(forms.CharField):
    """A few words of their own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Anything you’d like your counselor to know first?",
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="Only your counselor reads this. It isn’t read around the clock.",
            **kwargs,
        )


class BringsForm(SafetyForm):
    """What brings them, as far as they like to say, and whether they are safe."""

    concern = forms.ModelChoiceField(
        Concern.objects.all(),
        label="What brings you?",
        required=False,
        empty_label="I’d rather not say yet",
        help_text="Only your counselor reads this.",
    )
    part = forms.ChoiceField(
        label="If it’s about an affair: which of you was hurt?",
        choices=[
            ("", "It isn’t, or I’d rather not say"),
            (Part.HURT, "I was hurt"),
            (Part.INVOLVED, "I was involved"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    partner_knows = forms.ChoiceField(
        label="Does your partner know of it?",
        choices=[("", "I’d rather not say"), *Situation.Knows.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    words = WordsField()


class AloneForm(PlainForm):
    """After a "yes" in the safety screen of a couple: nothing is booked for both by itself."""

    how = forms.ChoiceField(
        label="How would you like to go on?",
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one. Both are fine."},
    )

    def __init__(self, has_time: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = "I come alone first"
        self.offer(
            "how",
            [
                ("alone", f"{alone}, at the time I chose" if has_time else alone),
                ("counselor", "A counselor reads this first and gets in touch with me alone"),
            ],
        )


class FinishForm(AgreementsForm, HumanForm):
    """The last step: a code of their own, what they agree to, and their name under it."""

    code = ChosenCodeField()
    adult = forms.BooleanField(
        label="I am 18 or older",
        error_messages={"required": "We can only work with adults. Please tick if you are one."},
    )

    def ask_for_time(self, choices: list[Any]) -> None:
        """The time that was chosen is gone: ask for another, with everything typed still there."""
        field = TimeField()
        field.choices = choices
        self.fields["slot"] = field


class PartnerForm(SafeContactForm, SafetyForm, AgreementsForm):
    """What the partner answers for themselves, alone."""

    state = forms.ChoiceField(
        label="Where will you be for the sessions?",
        help_text="The state you’ll be in at that hour, which may not be the one you live in.",
    )
    time_zone = forms.ChoiceField(
        label="Which clock do you go by there?", choices=TIME_ZONES, widget=forms.RadioSelect
    )
    words = WordsField()
    adult = forms.BooleanField(
        label="I am 18 or older",
        error_messages={"required": "We can only work with adults. Please tick if you are one."},
    )

    def __init__(
        self,
        documents: list[ConsentDocument],
        required: set[Purpose],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(documents, required, *args, **kwargs)
        self.offer("state", places_to_choose(State.objects.all()))
        # Mistakes are listed in the order in which the page asks; what is signed comes last.
        safe = [field.name for field in self.questions]
        contact = SafeContactForm.base_fields
        self.order_fields(["state", "time_zone", *contact, "words", *safe, "adult"])


def filled(form_class: Callable[..., Any], told: dict[str, Any], *args: Any) -> Any:
    """The form of a step as it was sent before."""
    return form_class(*args, MultiValueDict(told))


def sent(data: MultiValueDict, form: forms.Form) -> dict[str, list[Any]]:
    """What a browser sent for the fields of this form, to be kept with the draft."""
    return {
        name: [value[:_LONGEST_KEPT] for value in data.getlist(name)[:_MOST_KEPT]]
        for name in form.fields
        if name in data
    }
