"""What a counselor sets about a case."""

from django import forms

from clients.models import Case, Stage
from practice.forms import PlainForm


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
