"""What a prospective client is asked: where first, then when, then who."""

from datetime import time
from typing import Any

from django import forms

from clients.contact.forms import ChosenCodeField
from clients.models import Case, Concern, Part
from practice.forms import PlainForm
from practice.models import TIME_ZONES, State
from scheduling.followups.models import Plan

ABROAD = "--"

_SAFE_HOURS: dict[str, tuple[time, time] | None] = {
    "any": None,
    "morning": (time(9), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(20)),
}


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = {state.pk: state for state in State.objects.all()}
        choices = [
            ("", "Please choose"),
            *((state.pk, state.name) for state in self.states.values()),
            (ABROAD, "Outside the United States"),
        ]
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

    def not_served(self) -> list[str]:
        """The names of the places in which the practice can't serve anybody."""
        given = self.cleaned_data
        codes = [given["state"]]
        if given["with_partner"] == "yes":
            codes.append(given["partner_state"])
        return list(dict.fromkeys(self._name(code) for code in codes if not self._served(code)))

    def _served(self, code: str) -> bool:
        return code in self.states and self.states[code].served

    def _name(self, code: str) -> str:
        return self.states[code].name if code in self.states else "another country"


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


class TimeForm(PlainForm):
    """One real open time."""

    slot = TimeField()

    def __init__(self, choices: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("slot", choices)


class AboutYouForm(PlainForm):
    """Who asks, how it is safe to reach them, and, if they like, what brings them."""

    name = forms.CharField(
        label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="An e-mail address that only you read",
        help_text="Our messages say nothing about what this is. If somebody else reads this "
        "mailbox, please choose another.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Please give a whole address, such as name@example.com."},
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=20,
        help_text="Only if we may call you.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    safe_hours = forms.ChoiceField(
        label="When is it safe for a message to arrive?",
        choices=[
            ("any", "Any time of day"),
            ("morning", "In the morning, 9 AM to noon"),
            ("afternoon", "In the afternoon, noon to 5 PM"),
            ("evening", "In the evening, 5 to 8 PM"),
        ],
        initial="any",
        widget=forms.RadioSelect,
    )
    code = ChosenCodeField()
    concern = forms.ModelChoiceField(
        Concern.objects.all(),
        label="What brings you?",
        required=False,
        empty_label="I’d rather not say yet",
        help_text="Only your counselor reads this.",
    )
    words = forms.CharField(
        label="Anything you’d like your counselor to know first?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Only your counselor reads this. It isn’t read around the clock.",
    )
    adult = forms.BooleanField(
        label="I am 18 or older",
        error_messages={"required": "We can only work with adults. Please tick if you are one."},
    )
    agree = forms.BooleanField(
        label="You may e-mail me about this appointment",
        error_messages={"required": "We need this to tell you about the appointment."},
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        digits = [character for character in phone if character.isdigit()]
        if phone and not 10 <= len(digits) <= 11:
            raise forms.ValidationError("Please give ten digits, such as 212-555-0134.")
        return phone

    def named_hours(self) -> tuple[time, time] | None:
        return _SAFE_HOURS[self.cleaned_data["safe_hours"]]

    def ask_for_time(self, choices: list[Any]) -> None:
        """The time that was chosen is gone: ask for another, with everything typed still there."""
        self.fields["slot"] = TimeField(choices=choices)


class OpenCaseForm(PlainForm):
    """Turn a consultation that was held into a case."""

    concern = forms.ModelChoiceField(Concern.objects.all(), empty_label="Please choose")
    part = forms.ChoiceField(label="Their part", choices=Part.choices, initial=Part.NEITHER)
    agreed = forms.BooleanField(label="They agreed to messages between sessions", required=False)
    partner_name = forms.CharField(label="The partner’s name", max_length=100, required=False)
    partner_email = forms.EmailField(
        label="An e-mail address that only the partner reads",
        required=False,
        error_messages={"invalid": "Please give a whole address, such as name@example.com."},
    )
    partner_state = forms.ModelChoiceField(
        State.objects.served(), label="Where the partner will be", required=False
    )
    partner_time_zone = forms.ChoiceField(
        label="The partner’s clock", choices=TIME_ZONES, required=False
    )
    partner_part = forms.ChoiceField(
        label="The partner’s part", choices=Part.choices, initial=Part.NEITHER, required=False
    )
    partner_agreed = forms.BooleanField(
        label="The partner agreed to messages between sessions", required=False
    )
    disclosure = forms.ChoiceField(
        label="Does the partner who was hurt know?",
        choices=Case.Disclosure.choices,
        initial=Case.Disclosure.UNKNOWN,
        help_text="Until you say yes, nothing that names an affair reaches them.",
    )
    plan = forms.ModelChoiceField(
        Plan.objects.all(),
        label="What goes out between sessions?",
        required=False,
        empty_label="Nothing",
    )

    def __init__(
        self, with_partner: bool, *args: Any, first_email: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.with_partner = with_partner
        self.first_email = first_email.strip().lower()
        if not with_partner:
            for name in [name for name in self.fields if name.startswith("partner_")]:
                del self.fields[name]
        else:
            for name in ("partner_name", "partner_email", "partner_state", "partner_time_zone"):
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        concern = given.get("concern")
        if concern and concern.about_affair and self.with_partner:
            self._check_parts(given)
        return given

    def clean_partner_email(self) -> str:
        email: str = self.cleaned_data["partner_email"]
        if email and email.strip().lower() == self.first_email:
            raise forms.ValidationError("Each needs an address that the other doesn’t read.")
        return email

    def _check_parts(self, given: dict[str, Any]) -> None:
        parts = {given.get("part"), given.get("partner_part")}
        if parts != {Part.HURT, Part.INVOLVED}:
            self.add_error("part", "Please say who was hurt and who was involved: one of each.")
