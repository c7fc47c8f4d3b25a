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
    "Enter a whole number.": "Please give a whole number, such as 3.",
    "Enter a valid URL.": "Please give a whole address, such as https://example.com/page.",
}
# By the codes of Django's validators: a field knows words for these only where it has its own.
_OF_VALIDATORS = {
    "max_length": (
        "Please use at most %(limit_value)d characters for “{label}”. These are %(show_value)d."
    ),
    "max_value": "Please give %(limit_value)s at most for “{label}”.",
    "min_value": "Please give %(limit_value)s at least for “{label}”.",
    "null_characters_not_allowed": (
        "Please leave out the characters of “{label}” that can’t be seen."
    ),
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
            field.error_messages = _of_validators(label) | field.error_messages
            for code, words in field.error_messages.items():
                plain = _PLAIN.get(str(words), str(words))
                field.error_messages[code] = plain.replace("{label}", label)
        super().full_clean()


def _of_validators(label: str) -> dict[str, Any]:
    # Their limits are put into the words by "%", which a label may have too.
    label = label.replace("%", "%%")
    return {code: words.replace("{label}", label) for code, words in _OF_VALIDATORS.items()}
