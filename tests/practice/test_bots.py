"""Forms for people: what fills in the hidden field or answers in no time is asked to look again."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.core import signing
from django.template import Context, Template
from selectolax.lexbor import LexborHTMLParser

from practice.access.bots import HumanForm

Travel = Callable[[datetime], None]
QUICK = "That was very quick. Please look over your answers and send them again."
OLD = "This page was open for a long time. Please look over your answers and send them again."


class Asking(HumanForm):
    name = forms.CharField()

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data  # without asking the forms it comes from


class Patient(Asking):
    quickest = 10


@pytest.fixture(autouse=True)
def _two_seconds(settings: Any) -> None:
    settings.HUMAN_SECONDS = 2


def page_of(
    form: forms.Form, how: str = "{% include 'components/honeypot.html' %}"
) -> LexborHTMLParser:
    text = Template("{% load crispy_forms_tags %}" + how).render(Context({"form": form}))
    return LexborHTMLParser(text)


def stamp_in(form: forms.Form) -> str:
    field = page_of(form).css_first("input[name=opened]")
    assert field is not None
    return str(field.attributes["value"])


def sent(form: type[Asking] = Asking, **fields: str) -> Asking:
    return form({"name": "Vera", "website": "", "opened": "", **fields})


def said(form: forms.Form) -> list[str]:
    return [str(error) for error in form.non_field_errors()]


def test_a_person_who_takes_their_time_gets_through(now: datetime, travel: Travel):
    stamp = stamp_in(Asking())
    travel(now + timedelta(seconds=2))
    assert sent(opened=stamp).is_valid()


def test_an_answer_in_no_time_is_asked_to_look_again(now: datetime, travel: Travel):
    stamp = stamp_in(Asking())
    travel(now + timedelta(seconds=1.9))
    form = sent(opened=stamp)
    assert said(form) == [QUICK]
    assert form["name"].value() == "Vera"


def test_sent_again_the_same_answers_get_through(now: datetime, travel: Travel):
    first = sent(opened=stamp_in(Asking()))
    assert said(first) == [QUICK]
    travel(now + timedelta(seconds=2))
    assert sent(opened=stamp_in(first)).is_valid()


def test_mending_one_answer_quickly_is_no_new_beginning(now: datetime, travel: Travel):
    stamp = stamp_in(Asking())
    travel(now + timedelta(minutes=5))
    form = sent(opened=stamp, name="")
    assert said(form) == []
    assert "name" in form.errors
    assert sent(opened=stamp_in(form)).is_valid()


def test_a_filled_trap_is_refused_and_comes_back_empty(now: datetime, travel: Travel):
    stamp = stamp_in(Asking())
    travel(now + timedelta(minutes=1))
    form = sent(opened=stamp, website="https://spam.example")
    assert said(form) == [QUICK]
    field = page_of(form).css_first("input[name=website]")
    assert field is not None
    assert not field.attributes.get("value")


@pytest.mark.parametrize(
    "stamp", ["", "nonsense", "é:x:y", "\0", signing.dumps(1.0, salt="something else")]
)
def test_a_missing_or_forged_stamp_is_refused_and_a_good_one_offered(
    now: datetime, travel: Travel, stamp: str
):
    form = sent(opened=stamp)
    assert said(form) == [QUICK]
    fresh = stamp_in(form)
    assert fresh != stamp
    travel(now + timedelta(seconds=3))
    assert sent(opened=fresh).is_valid()


def test_a_form_without_any_of_the_fields_is_refused():
    assert said(Asking({"name": "Vera"})) == [QUICK]


def test_a_page_left_open_overnight_is_sent_again_with_a_fresh_stamp(now: datetime, travel: Travel):
    stamp = stamp_in(Asking())
    travel(now + timedelta(hours=11, minutes=59))
    assert sent(opened=stamp).is_valid()
    travel(now + timedelta(hours=12, seconds=2))
    form = sent(opened=stamp)
    assert said(form) == [OLD]
    fresh = stamp_in(form)
    travel(now + timedelta(hours=12, minutes=1))
    assert sent(opened=fresh).is_valid()


def test_a_stamp_from_the_future_is_refused(now: datetime, travel: Travel):
    travel(now + timedelta(hours=1))
    stamp = stamp_in(Asking())
    travel(now)
    assert said(sent(opened=stamp)) == [QUICK]


def test_a_form_may_ask_for_more_time(now: datetime, travel: Travel):
    stamp = stamp_in(Patient())
    travel(now + timedelta(seconds=9))
    assert said(sent(Patient, opened=stamp)) == [QUICK]
    travel(now + timedelta(seconds=10))
    assert sent(Patient, opened=stamp).is_valid()


def test_the_least_time_is_a_setting(settings: Any):
    settings.HUMAN_SECONDS = 0
    assert sent(opened=stamp_in(Asking())).is_valid()


def test_the_demo_s_clock_does_not_count(now: datetime, travel: Travel, monkeypatch: Any):
    """Whoever moves the product's clock on doesn't get an older form."""
    stamp = stamp_in(Asking())
    monkeypatch.setattr("practice.clock.now", lambda: now + timedelta(hours=13))
    assert time.time() == now.timestamp()
    assert said(sent(opened=stamp)) == [QUICK]


SHOWN = [
    "{% include 'components/honeypot.html' %}",
    "{{ form|crispy }}",
    "{% crispy form %}",
    "{{ form.website|as_crispy_field }}{{ form.opened|as_crispy_field }}",
    "{{ form.as_p }}",
    "{{ form.as_div }}",
]


@pytest.mark.parametrize("how", SHOWN)
def test_however_a_form_is_shown_people_never_meet_the_trap(how: str):
    page = page_of(Asking(), how)
    (trap,) = page.css("input[name=website]")
    assert trap.attributes["tabindex"] == "-1"
    assert trap.attributes["autocomplete"] == "off"
    box = trap.parent
    assert box is not None
    assert box.attributes == {"class": "not-for-people", "aria-hidden": "true"}
    assert "Please leave this empty" in box.text()
    box.decompose()
    assert "leave this empty" not in str(page.html)
    (stamp,) = page.css("input[name=opened]")
    assert stamp.attributes["type"] == "hidden"


def test_the_style_sheet_moves_the_trap_off_the_screen():
    from django.contrib.staticfiles import finders

    path = finders.find("css/theme.css")
    assert path
    with open(path) as file:
        assert ".not-for-people { position: absolute; left: -100rem;" in file.read()
