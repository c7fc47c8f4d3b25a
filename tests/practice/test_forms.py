"""Forms say in plain words what to change."""

from zoneinfo import ZoneInfo

import pytest
from django import forms

from practice.forms import PlainForm
from scheduling.followups.forms import CheckInForm
from scheduling.followups.models import QuestionSet
from scheduling.forms import BookForm


class Asking(PlainForm):
    name = forms.CharField()
    own_words = forms.CharField(error_messages={"required": "Please say who you are."})
    day = forms.DateField(required=False)
    hour = forms.TimeField(required=False)
    one = forms.ChoiceField(choices=[("a", "A")], required=False)
    number = forms.IntegerField(label="How many %?", required=False, min_value=2, max_value=60)
    short = forms.CharField(required=False, max_length=4)
    at_most = forms.IntegerField(
        required=False, max_value=9, error_messages={"max_value": "Nine are enough."}
    )
    page = forms.URLField(required=False, assume_scheme="https")
    several = forms.MultipleChoiceField(choices=[("a", "A")], required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["later"] = forms.CharField(label="Added later")


def said(form: forms.Form, name: str) -> list[str]:
    return [str(error) for error in form.errors.get(name, [])]


def test_what_is_missing_is_named():
    assert said(Asking({}), "name") == ["Please fill in “Name”."]


def test_a_field_keeps_words_of_its_own():
    assert said(Asking({}), "own_words") == ["Please say who you are."]


def test_a_field_that_a_form_adds_speaks_plainly_too():
    assert said(Asking({}), "later") == ["Please fill in “Added later”."]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("day", "Please give a date, such as 2026-12-03."),
        ("hour", "Please give a time, such as 14:00."),
        ("one", "Please choose one of these."),
        ("several", "Please choose one of these."),
        ("number", "Please give a whole number, such as 3."),
        ("page", "Please give a whole address, such as https://example.com/page."),
    ],
)
def test_what_makes_no_sense_is_said_with_an_example(field: str, words: str):
    assert said(Asking({field: ["rubbish"] if field == "several" else "rubbish"}), field) == [words]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "61", "Please give 60 at most for “How many %?”."),
        ("number", "1", "Please give 2 at least for “How many %?”."),
        ("short", "words", "Please use at most 4 characters for “Short”. These are 5."),
        ("short", "a\x00b", "Please leave out the characters of “Short” that can’t be seen."),
        ("at_most", "10", "Nine are enough."),
    ],
)
def test_what_is_too_much_is_told_with_what_would_do(field: str, value: str, words: str):
    assert said(Asking({field: value}), field) == [words]


def test_two_forms_of_a_kind_do_not_share_their_words():
    first, second = Asking({}), Asking({})
    first.fields["name"].label = "Other"
    assert said(first, "name") == ["Please fill in “Other”."]
    assert said(second, "name") == ["Please fill in “Name”."]


def test_a_check_in_and_a_booking_speak_plainly():
    questions = [{"key": "safe", "kind": "scale", "text": "How safe?", "low": "", "high": ""}]
    answer = CheckInForm(QuestionSet(questions=questions), {"safe": "eleven"})
    assert said(answer, "safe") == ["Please choose one of these."]
    zone = ZoneInfo("America/New_York")
    booking = BookForm([], zone, {"first_day": "tomorrow", "at": "noon", "times": "1"})
    assert said(booking, "first_day") == ["Please give a date, such as 2026-12-03."]
    assert said(booking, "at") == ["Please give a time, such as 14:00."]
