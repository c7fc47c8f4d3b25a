"""What the staff say about a request."""

from typing import Any

from django import forms

from clients.models import Case, Concern, Part
from intake.models import DeclineReason
from intake.opening import NewPartner, Opening
from intake.triage import MOST_OFFERED
from practice.forms import PlainForm
from practice.models import TIME_ZONES, Counselor, State
from scheduling.followups.models import Plan


class AssignForm(PlainForm):
    """Who looks after a request."""

    counselor = forms.ModelChoiceField(
        Counselor.objects.none(),
        label="Counselor",
        empty_label="Please choose",
        help_text="Those licensed in every place of this request.",
    )

    def __init__(
        self, counselors: list[Counselor], *args: Any, to_read_first: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["counselor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Counselor.objects.filter(pk__in=[each.pk for each in counselors])
        if to_read_first:  # whoever reads what they answered need not be licensed there
            field.help_text = "Whoever can read soonest what they answered."


class TimesForm(PlainForm):
    """Open times to offer, or one of them to book."""

    slots = forms.MultipleChoiceField(
        label="Open times",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Please choose at least one time.",
            "invalid_choice": "One of these times is no longer open. Please choose again.",
        },
    )

    def __init__(self, choices: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slots"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def clean_slots(self) -> list[str]:
        slots: list[str] = self.cleaned_data["slots"]
        if self.data.get("act") == "book" and len(slots) != 1:
            raise forms.ValidationError("To book, please choose exactly one time.")
        if len(slots) > MOST_OFFERED:
            raise forms.ValidationError(f"Please offer {MOST_OFFERED} times at most.")
        return slots


class DeclineForm(PlainForm):
    """Why a request is closed, and whether the person is told."""

    reason = forms.ModelChoiceField(
        DeclineReason.objects.all(), label="Why?", empty_label="Please choose"
    )
    tell = forms.BooleanField(
        label="Let them read our words for this reason, behind their private link",
        required=False,
        initial=True,
    )


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
    partner_chose_code = forms.BooleanField(
        label="The partner told me that they answered our questions themselves",
        required=False,
        help_text="Else their private code ends, and you read them a new one.",
    )
    disclosure = forms.ChoiceField(
        label="Does the partner who was hurt know?",
        choices=Case.Disclosure.choices,
        initial=Case.Disclosure.UNKNOWN,
        help_text="Until you say yes, nothing that names an affair reaches them.",
    )
    plan = forms.ModelChoiceField(
        Plan.objects.offered(),
        label="What goes out between sessions?",
        required=False,
        empty_label="Nothing",
    )

    _ASKED_OF_A_NEW_ONE = ("partner_name", "partner_email", "partner_state", "partner_time_zone")

    def __init__(
        self,
        with_partner: bool,
        *args: Any,
        first_email: str = "",
        partner_is_known: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.with_partner = with_partner
        self.partner_is_new = with_partner and not partner_is_known
        self.first_email = first_email.strip().lower()
        for name in [name for name in self.fields if name.startswith("partner_")]:
            if not with_partner or name in self._not_asked(partner_is_known):
                del self.fields[name]
            elif name in self._ASKED_OF_A_NEW_ONE:
                self.fields[name].required = True

    def _not_asked(self, partner_is_known: bool) -> tuple[str, ...]:
        return self._ASKED_OF_A_NEW_ONE if partner_is_known else ("partner_chose_code",)

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

    def opening(self) -> Opening:
        """What the counselor decided."""
        given = self.cleaned_data
        return Opening(
            concern=given["concern"],
            disclosure=Case.Disclosure(given["disclosure"]),
            part=Part(given["part"]),
            partner_part=Part(given.get("partner_part") or Part.NEITHER),
            agreed=given["agreed"],
            partner_agreed=given.get("partner_agreed", False),
            partner_chose_code=given.get("partner_chose_code", False),
            plan=given["plan"],
            new_partner=self._new_partner() if self.partner_is_new else None,
        )

    def _new_partner(self) -> NewPartner:
        given = self.cleaned_data
        return NewPartner(
            name=given["partner_name"],
            email=given["partner_email"],
            state=given["partner_state"],
            time_zone=given["partner_time_zone"],
        )
