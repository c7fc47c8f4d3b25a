"""Words that every form shares."""

from typing import Any

from django import forms

_PLAIN = {
    "This field is required.": "Please fill in “{label}”.",
    "Select a valid choice. %(value)s is not one of the available choices.": (
        "Please choose one of these."
    ),
    "Select a valid choice. That choice is not one of the available choices.": (
        "Please choose one of these."
    ),
    "Enter a valid date.": "Please give a date, such as 2026-12-03.",
    "Enter a valid time.": "Please give a time, such as 14:00.",
}


class PlainForm(forms.Form):
    """A form that says in plain words what to change, unless a field has words of its own."""

    def offer(self, name: str, choices: list[Any]) -> None:
        """Set what can be chosen in this field; groups are (title, choices)."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def full_clean(self) -> None:
        # Not in __init__: forms add fields of their own after it.
        for name, field in self.fields.items():
            label = str(field.label or name.replace("_", " ").capitalize())
            for code, words in field.error_messages.items():
                plain = _PLAIN.get(str(words), str(words))
                field.error_messages[code] = plain.replace("{label}", label)
        super().full_clean()
