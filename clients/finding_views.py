"""Finding one's own cases by a part of a name: names are encrypted, so each is opened."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from clients.models import Case
from clients.names import plain
from practice.access.gate import staff
from practice.access.roles import Role
from practice.forms import PlainForm
from practice.http import StaffRequest

_MOST = 30


class FindForm(PlainForm):
    """A part of a name. It is in no address and no log."""

    part = forms.CharField(
        label="A part of the name",
        min_length=2,
        max_length=100,
        error_messages={"min_length": "Please type at least two letters."},
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


@staff(Role.COUNSELOR, Role.LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: StaffRequest) -> HttpResponse:
    """An empty form; sent, the cases of those whom it fits."""
    form = FindForm(request.POST if request.method == "POST" else None)
    found = _matching(request, form.cleaned_data["part"]) if form.is_valid() else []
    context = {"form": form, "found": found[:_MOST], "more": len(found) > _MOST}
    return render(request, "clients/find.html", context)


def _matching(request: StaffRequest, part: str) -> list[Case]:
    """Two queries for any number of cases."""
    words = plain(part).split()
    cases = Case.objects.for_user(request.user).prefetch_related("participants__client")
    return [case for case in cases if _fits(case, words)]


def _fits(case: Case, words: list[str]) -> bool:
    names = " ".join(plain(person.client.name) for person in case.participants.all())
    return all(word in names for word in words)
