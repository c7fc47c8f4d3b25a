"""How to reach them and what brings them: each step is kept until all is sent."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from intake import safety
from intake.forms import (
    AloneForm,
    BringsForm,
    ReachForm,
    sent,
)
from intake.views.steps import STEPS, asks, kept
from intake.visitor import Visitor


@asks("where", "when")
def about_you(visitor: Visitor) -> HttpResponse:
    """Who asks, and how it is safe to reach them."""
    return _step(visitor, "reach", _reach_form, "intake/about_you.html", _after_reach)


def _reach_form(visitor: Visitor, data: Any) -> ReachForm:
    return ReachForm(len(visitor.places) > 1, data)


def _after_reach(visitor: Visitor, form: Any) -> str:
    return "intake:what-brings-you"


# 4 What brings them


@asks("where", "when", "about-you")
def what_brings_you(visitor: Visitor) -> HttpResponse:
    """What brings them, as far as they like to say, and whether they are safe."""
    return _step(visitor, "brings", _brings_form, "intake/what_brings_you.html", _after_brings)


def _brings_form(visitor: Visitor, data: Any) -> BringsForm:
    return BringsForm(data)


def _after_brings(visitor: Visitor, form: Any) -> str:
    visitor.draft.forget("alone")
    if safety.is_raised(form.answers()) and len(visitor.places) > 1:
        return "intake:alone"
    return "intake:agree"


def _step(
    visitor: Visitor,
    name: str,
    make: Callable[[Visitor, Any], Any],
    template: str,
    after: Callable[[Visitor, Any], str],
) -> HttpResponse:
    """One step that is kept in the draft: shown as it was left, checked when it is sent."""
    request, before = visitor.request, visitor.draft[name]
    if request.method == "POST":
        form = make(visitor, request.POST)
        visitor.draft.keep(name, sent(request.POST, form))
        if form.is_valid():
            return redirect(after(visitor, form))
    else:
        form = make(visitor, None)
        if before is not None:
            _show_again(form, before)
    return render(request, template, {"form": form, "steps": STEPS, **kept(visitor)})


def _show_again(form: Any, told: dict[str, Any]) -> None:
    """What was typed before, without the errors that it may have had."""
    for field in form:
        typed = told.get(field.html_name, [])
        many = hasattr(field.field.widget, "allow_multiple_selected") and (
            field.field.widget.allow_multiple_selected
        )
        field.initial = typed if many else (typed[0] if typed else "")


@asks("where", "when", "about-you", "what-brings-you")
def alone(visitor: Visitor) -> HttpResponse:
    """They aren't safe with their partner: nothing is booked for both by itself (rule 3)."""
    request = visitor.request
    form = AloneForm(visitor.held is not None, request.POST or None)
    if form.is_valid():
        how = form.cleaned_data["how"]
        visitor.draft.keep("alone", {"how": how})
        if how == "alone":
            visitor.come_alone()
        return redirect("intake:agree")
    context = {"form": form, **kept(visitor)}
    return render(request, "intake/alone.html", context)
