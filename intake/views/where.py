"""First of all: where each person will be. Elsewhere, a kind answer, and nothing is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from intake import elsewhere
from intake.forms import (
    TellMeForm,
    WhereForm,
)
from intake.views.steps import STEPS, asks
from intake.visitor import WAIT, Visitor
from practice.access.budget import Budget
from practice.access.gate import public
from practice.audit import trail
from practice.models import ABROAD, Directory, State

_REFUSALS = Budget("refusals", times=5, seconds=60 * 60)
_INTERESTS = Budget("interests", times=3, seconds=24 * 60 * 60)


@asks()
def where(visitor: Visitor) -> HttpResponse:
    """Where each person will be. Elsewhere: a kind answer at once, and nothing is kept."""
    request = visitor.request
    form = WhereForm(request.POST or None, initial=_said_before(visitor))
    if not form.is_valid():
        return render(request, "intake/where.html", {"form": form, "steps": STEPS})
    not_served = form.not_served()
    if not_served:
        visitor.forget()
        return _elsewhere(request, form, not_served)
    visitor.begin(form.places())
    return redirect("intake:when")


def _said_before(visitor: Visitor) -> dict[str, str]:
    places = visitor.places
    if not places:
        return {}
    said = {"state": places[0][0], "time_zone": places[0][1], "with_partner": "no"}
    for state, zone in places[1:]:
        said |= {"with_partner": "yes", "partner_state": state, "partner_time_zone": zone}
    return said


def _elsewhere(request: HttpRequest, form: WhereForm, places: list[State]) -> HttpResponse:
    codes = [place.pk for place in places]
    if _REFUSALS.spend(request):
        elsewhere.count(codes)
    together = form.cleaned_data["with_partner"] == "yes"
    context = {
        "places": places,
        "with_partner": together,
        "one_is_served": together and len({code for code, _ in form.places()}) > len(places),
        "served": State.objects.served(),
        "directories": Directory.objects.for_places(codes),
        "tell_me": _tell_me_form(places),
    }
    return render(request, "intake/elsewhere.html", context)


def _tell_me_form(places: list[State]) -> TellMeForm | None:
    """For one state; what lies outside the country never opens."""
    if len(places) > 1 or places[0].pk == ABROAD:
        return None
    return TellMeForm(initial={"state": places[0].pk})


@public
@require_POST
def tell_me(request: HttpRequest) -> HttpResponse:
    """Somebody in a state that isn't served leaves an address, for one message."""
    form = TellMeForm(request.POST)
    if form.is_valid() and not _INTERESTS.spend(request):
        form.add_error(None, WAIT)
    if not form.is_valid():
        return render(request, "intake/tell_me.html", {"form": form})
    given = form.cleaned_data
    token = elsewhere.tell_when_open(
        given["email"], given["state"], by=trail.client_actor(request, "")
    )
    return render(request, "intake/will_tell.html", {"token": token, "state": given["state"]})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the one message about a state: on to asking, or forget the address.

    Fetching it changes nothing, and shows the same to everybody.
    """
    if request.method != "POST":
        return render(request, "intake/told.html", {"token": token})
    client = elsewhere.who_came_by(token)
    if client:
        elsewhere.forget(client, by=trail.client_actor(request, client.pk))
    return render(request, "intake/forgotten.html")
