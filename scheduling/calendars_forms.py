"""What a counselor gives us of another calendar: a file, or the address of one."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from practice import fetching
from practice.forms import PlainForm
from scheduling import outside

_NEED_A_FILE = "Please choose a calendar file of at most 1 MB."


def _name() -> forms.CharField:
    return forms.CharField(
        label="What you call it",
        max_length=60,
        help_text="Such as “Home”. Only you see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Please give it a name."},
    )


class CalendarFileForm(PlainForm):
    """A calendar saved as a file. A larger one than we take comes as if none were sent."""

    name = _name()
    file = forms.FileField(
        label="Calendar file",
        help_text="A file that ends in .ics, of at most 1 MB. A newer file of the same name takes "
        "the place of the earlier one.",
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages=dict.fromkeys(["required", "empty", "missing"], _NEED_A_FILE),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > outside.LARGEST:
            raise forms.ValidationError(_NEED_A_FILE)
        return file


class CalendarAddressForm(PlainForm):
    """The private address of a calendar, as its service shows it."""

    name = _name()
    address = forms.CharField(
        label="Its private address",
        max_length=2000,
        help_text="Your calendar’s settings show it, often as “secret address” or “iCal link”.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Please give the address of your calendar."},
    )

    def clean_address(self) -> str:
        given: str = self.cleaned_data["address"]
        # Services hand out the same address under this name.
        if given.lower().startswith("webcal://"):
            given = "https" + given[len("webcal") :]
        try:
            fetching.check(given, outside.allowed_hosts())
        except fetching.FetchRefused as refused:
            raise forms.ValidationError(str(refused)) from None
        return given
