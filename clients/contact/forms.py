"""What somebody who comes by a private link is asked."""

from typing import Any

from django import forms

from clients.contact import codes
from practice.forms import PlainForm

_CODE_WIDGET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


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
