"""Forms that programs fill in: kept out without asking people to prove anything."""

import time
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string

from practice.forms import PlainForm

_SALT = "practice.access.bots"
_LONGEST = 12 * 60 * 60
_TOO_QUICK = "That was very quick. Please look over your answers and send them again."
_TOO_OLD = "This page was open for a long time. Please look over your answers and send them again."


class HiddenFromPeople(forms.TextInput):
    """A text field that a program sees and a person doesn't; it always comes back empty."""

    # With the hidden fields: no label or frame is put around it, however the form is shown.
    is_hidden = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        context = self.get_context(name, value, attrs)
        return render_to_string("components/honeypot_field.html", context)


class Stamp(forms.HiddenInput):
    """When the form was opened, signed. A stamp that can still be used stays what it is."""

    def format_value(self, value: Any) -> str:
        return value if _age(value) is not None else signing.dumps(time.time(), salt=_SALT)


class HumanForm(PlainForm):
    """A form for people: it refuses what fills in a hidden field or answers faster than one reads.

    Put `components/honeypot.html` inside the form. Whoever is refused by mistake keeps all that
    they typed, and only has to send it again.
    """

    # The least number of seconds between opening and sending; None: settings.HUMAN_SECONDS.
    quickest: float | None = None

    website = forms.Field(label="Please leave this empty", required=False, widget=HiddenFromPeople)
    opened = forms.Field(required=False, widget=Stamp)

    def clean_opened(self) -> Any:
        """Not in `clean`: forms have their own, and none may forget this one."""
        words = self._refusal()
        if words:
            self.add_error(None, words)
        return self.cleaned_data["opened"]

    def _refusal(self) -> str:
        stamp = self.cleaned_data["opened"]
        age = _age(stamp)
        if self.cleaned_data["website"]:
            return _TOO_QUICK
        if age is None:
            return _TOO_OLD if _is_ours(stamp) else _TOO_QUICK
        quickest = settings.HUMAN_SECONDS if self.quickest is None else self.quickest
        return _TOO_QUICK if age < quickest else ""


def _age(stamp: Any) -> float | None:
    """The seconds since this stamp was made; None where it isn't ours or is too old."""
    try:
        opened: float = signing.loads(stamp or "", salt=_SALT, max_age=_LONGEST)
    except signing.BadSignature:
        return None
    return time.time() - opened


def _is_ours(stamp: Any) -> bool:
    try:
        signing.loads(stamp or "", salt=_SALT)
    except signing.BadSignature:
        return False
    return True
