"""What to look at in the record."""

from typing import Any

from django import forms

from practice.audit.examining import VIEWS
from practice.audit.models import Verb
from practice.forms import PlainForm
from practice.models import User


class ExamineForm(PlainForm):
    """Filters; none of them is needed."""

    view = forms.ChoiceField(label="Show", required=False)
    who = forms.ModelChoiceField(
        label="Who", queryset=User.objects.none(), required=False, empty_label="Everybody"
    )
    verb = forms.ChoiceField(label="What", required=False)
    since = forms.DateField(
        label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    case = forms.UUIDField(
        label="Number of a case",
        required=False,
        error_messages={
            "invalid": "That isn’t the number of a case. You find them in the list below."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("view", [(each.key, each.title) for each in VIEWS.values()])
        self.offer("verb", [("", "Anything"), *Verb.choices])
        field = self.fields["who"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.order_by("name")
