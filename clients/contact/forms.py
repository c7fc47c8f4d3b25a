"""What people are asked about reaching them: their code, what is safe, and what they agree to."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField

from clients.contact import codes, text
from clients.contact.cards import Contact
from clients.contact.models import Channel, ConsentDocument, ContactCard, Purpose
from practice.forms import PlainForm
from practice.models import Practice

_CODE_WIDGET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}

_SafeHours = tuple[time, time] | None
_SAFE_HOURS: dict[str, _SafeHours] = {
    "any": None,
    "morning": (time(9), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(20)),
}
_HOURS_IN_WORDS = [
    ("any", "Any time of day"),
    ("morning", "In the morning, 9 AM to noon"),
    ("afternoon", "In the afternoon, noon to 5 PM"),
    ("evening", "In the evening, 5 to 8 PM"),
]
_AS_NOW = "now"


class CodeForm(PlainForm):
    """The code that only this person knows."""

    code = forms.CharField(
        label="Your private code",
        max_length=100,
        help_text="The code you chose, or the one your counselor read out to you.",
        widget=forms.TextInput(attrs=_CODE_WIDGET),
    )


class ChosenCodeField(forms.CharField):
    """A code that a person chooses for themselves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Choose a private code",
            min_length=codes.SHORTEST,
            max_length=100,
            help_text="At least six letters or numbers that nobody close to you would guess. "
            "We ask for it before we show you anything.",
            widget=forms.TextInput(attrs=_CODE_WIDGET),
            error_messages={"min_length": "Please choose at least six letters or numbers."},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        code: str = super().clean(value)
        if len(codes.normal(code)) < codes.SHORTEST or len(set(codes.normal(code))) < 3:
            raise forms.ValidationError("Please choose a code that is harder to guess.")
        return code


class ChooseCodeForm(PlainForm):
    """The first visit: a code of one's own replaces the one that was read out."""

    code = ChosenCodeField()


class SafeContactForm(PlainForm):
    """How it is safe to reach somebody. Nobody asks them why."""

    channel = forms.ChoiceField(
        label="How may we reach you?",
        # Text messages are for who knows us: they need an agreement of their own.
        choices=[(each.value, each.label) for each in (Channel.EMAIL, Channel.PHONE)],
        initial=Channel.EMAIL,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose how we may reach you."},
    )
    email = forms.EmailField(
        label="An e-mail address that only you read",
        required=False,
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
        label="When is it safe for us to reach you?",
        choices=_HOURS_IN_WORDS,
        initial="any",
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose when we may reach you."},
    )
    voicemail_is_safe = forms.BooleanField(label="You may leave a voicemail", required=False)
    device_is_shared = forms.BooleanField(
        label="Somebody else can see this phone or computer", required=False
    )
    neutral_name = forms.CharField(
        label="If we call, who shall we say is calling?", required=False, max_length=40
    )

    def __init__(self, *args: Any, card: ContactCard | None = None, **kwargs: Any) -> None:
        """Filled with what stands on this card, where there is one."""
        super().__init__(*args, **kwargs)
        name = Practice.current().display_name
        self.fields["neutral_name"].help_text = f"If you leave this empty, we say “{name}”."
        self.hours = dict(_SAFE_HOURS)
        if card is not None:
            self._fill_from(card)

    def _fill_from(self, card: ContactCard) -> None:
        if card.safe_hours not in self.hours.values():
            self._offer_as_now(card)
        hours = next(key for key, named in self.hours.items() if named == card.safe_hours)
        self.initial = {name: getattr(card, name) for name in self.fields} | {"safe_hours": hours}

    def _offer_as_now(self, card: ContactCard) -> None:
        # Hours of their own making: to save something else must not widen them.
        assert card.safe_hours is not None
        self.hours[_AS_NOW] = card.safe_hours
        begins, ends = (f"{at:%I:%M %p}".lstrip("0") for at in card.safe_hours)
        as_now = (_AS_NOW, f"As now, {begins} to {ends}")
        self.offer("safe_hours", [as_now, *_HOURS_IN_WORDS])

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        digits = "".join(character for character in phone if character.isdigit())
        if phone and len(digits) != 10 and not (len(digits) == 11 and digits[0] == "1"):
            raise forms.ValidationError("Please give ten digits, such as 212-555-0134.")
        return phone

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        channel = given.get("channel")
        if channel == Channel.EMAIL and given.get("email") == "":
            self.add_error("email", "Please give an address, or choose a phone call.")
        if channel == Channel.PHONE and given.get("phone") == "":
            self.add_error("phone", "Please give a number, or choose e-mail.")
        return given

    def named_hours(self) -> _SafeHours:
        """The hours they named, in their own zone; None where any of ours will do."""
        return self.hours[self.cleaned_data["safe_hours"]]

    def contact(self, *, follow_ups: bool = True) -> Contact:
        """What they told us, once it is valid."""
        given = self.cleaned_data
        return Contact(
            email=given["email"],
            phone=given["phone"],
            safe_hours=self.named_hours(),
            voicemail_is_safe=given["voicemail_is_safe"],
            follow_ups=follow_ups,
            channel=Channel(given["channel"]),
            device_is_shared=given["device_is_shared"],
            neutral_name=given["neutral_name"],
        )


class OwnContactForm(SafeContactForm):
    """What people change themselves, once they know us; a first request asks for less."""

    calendar_by_mail = forms.BooleanField(
        label="Add a calendar file to messages about my appointments",
        help_text="It says the office’s name and the time, nothing else.",
        required=False,
    )

    def __init__(self, *args: Any, card: ContactCard | None = None, **kwargs: Any) -> None:
        super().__init__(*args, card=card, **kwargs)
        if text.is_offered() or (card and card.channel == Channel.TEXT):
            self.offer("channel", Channel.choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        by_text = given.get("channel") == Channel.TEXT and "phone" in given
        if by_text and not text.can_be_sent_to(given["phone"]):
            self.add_error("phone", "We can’t send texts to this number. Please give another.")
        return given

    def contact(self, *, follow_ups: bool = True) -> Contact:
        told = super().contact(follow_ups=follow_ups)
        return replace(told, calendar_by_mail=self.cleaned_data["calendar_by_mail"])


class AgreementsForm(PlainForm):
    """Each document with a box of its own, and one name typed under all that are ticked."""

    def __init__(
        self,
        documents: Sequence[ConsentDocument],
        required: Collection[Purpose],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.documents = documents
        for document in documents:
            self.fields[_box(document)] = _agreement(document, document.purpose in required)
        self.fields["signature"] = _signature()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        boxes = [_box(document) for document in self.documents]
        if not any(given.get(box) or box in self.errors for box in boxes):
            self.add_error(None, "Please tick what you agree to.")
        return given

    def rows(self) -> Iterator[tuple[ConsentDocument, BoundField]]:
        """Each document with its box."""
        for document in self.documents:
            yield document, self[_box(document)]

    def agreed(self) -> list[ConsentDocument]:
        """What they ticked, once it is valid."""
        return [each for each in self.documents if self.cleaned_data[_box(each)]]

    @property
    def signature(self) -> str:
        """The name they typed, once it is valid."""
        return str(self.cleaned_data["signature"])


def _box(document: ConsentDocument) -> str:
    return f"agree_{document.purpose}"


def _signature() -> forms.CharField:
    return forms.CharField(
        label="Type your full name to sign",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Please type your full name to sign."},
    )


def _agreement(document: ConsentDocument, required: bool) -> forms.BooleanField:
    kind = f"We can’t begin without “{document.title}”. Please read it and tick it if you agree."
    return forms.BooleanField(
        label=document.agreement, required=required, error_messages={"required": kind}
    )
