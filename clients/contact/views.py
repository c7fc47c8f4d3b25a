"""Coming by a private link, stopping messages, and what monitors ask about sending."""

import time

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.contact import cards, codes, health, links, visits
from clients.contact.codes import Answer
from clients.contact.forms import ChooseCodeForm, CodeForm
from clients.contact.models import PrivateLink
from practice import clock
from practice.access.budget import Budget
from practice.access.gate import public
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Practice

_ENROLLING = "enrolling"
_ENROLLING_SECONDS = 10 * 60
_TRIES = Budget("codes", times=100, seconds=10 * 60)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def private_link(request: HttpRequest, token: str) -> HttpResponse:
    """A private link. Fetching it does nothing and shows the same page for every token.

    Only a person's click leads on to the question for their code.
    """
    if request.method != "POST":
        return render(request, "contact/link.html")
    if "code" not in request.POST:
        return render(request, "contact/code.html", {"form": CodeForm()})
    form = CodeForm(request.POST)
    if _TRIES.is_spent(request):
        form.add_error("code", "There were many tries from your connection. Please wait a while.")
    if not form.is_valid():
        return render(request, "contact/code.html", {"form": form})
    return _answer(request, token, form)


def _answer(request: HttpRequest, token: str, form: CodeForm) -> HttpResponse:
    link = links.find(token)
    opened = codes.answer(link, form.cleaned_data["code"])
    if link is None or opened is Answer.NOTHING:
        _TRIES.spend(request)
        _record_refusal(request, link)
        form.add_error(
            "code",
            "That didn't open anything. Please check the code. The link may also have ended: "
            "your counselor can help.",
        )
        return render(request, "contact/code.html", {"form": form})
    if opened is Answer.ENDED:
        return render(request, "contact/ended.html")
    if opened is Answer.ENROLL:
        request.session[_ENROLLING] = {
            "link": str(link.pk),
            "enrollment": codes.enrollment_of(link.client_id),
            "at": time.time(),
        }
        return redirect("choose-code")
    return _begin(request, link)


def _begin(request: HttpRequest, link: PrivateLink) -> HttpResponse:
    visits.begin(request, link)
    trail.record(
        Verb.SIGN_IN, link, by=trail.client_actor(request, link.client_id), client_id=link.client_id
    )
    response = redirect(visits.address(link))
    # What an earlier visitor's pages left in this browser goes.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _record_refusal(request: HttpRequest, link: PrivateLink | None) -> None:
    if link is not None:
        actor = trail.client_actor(request, "")
        trail.record(Verb.DENY, link, by=actor, client_id=link.client_id, note="wrong code")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def choose_code(request: HttpRequest) -> HttpResponse:
    """The first visit: choose a code of one's own, within ten minutes of the one read out."""
    link = _enrolling(request)
    if link is None:
        return render(request, "contact/visit_over.html", status=403)
    form = ChooseCodeForm(request.POST or None)
    if form.is_valid():
        enrollment = request.session.pop(_ENROLLING)["enrollment"]
        if codes.choose_first(link.client, form.cleaned_data["code"], enrollment):
            return _begin(request, link)
        return render(request, "contact/visit_over.html", status=403)
    return render(request, "contact/choose_code.html", {"form": form})


def _enrolling(request: HttpRequest) -> PrivateLink | None:
    enrolling = request.session.get(_ENROLLING)
    if not enrolling or time.time() - enrolling["at"] > _ENROLLING_SECONDS:
        return None
    link = PrivateLink.objects.select_related("client").filter(pk=enrolling["link"]).first()
    return link if link and link.is_good(clock.now()) else None


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit, say so, and go where the quick exit goes."""
    visits.end(request)
    exit_url = Practice.current().exit_url
    response = render(request, "contact/closed.html", {"exit_url": exit_url})
    # No redirect: browsers hold back a form that leads to another site (form-action).
    response.headers["Refresh"] = f"1; url={exit_url}"
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public
@require_safe
def quick_exit(request: HttpRequest) -> HttpResponse:
    """End what was begun in this browser, and go elsewhere. A link, so it needs no script."""
    if not request.user.is_authenticated:
        visits.end(request)
    return redirect(Practice.current().exit_url)


@public
@csrf_exempt  # RFC 8058: mail programs post "stop" by themselves, without a page of ours before.
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more messages between sessions. Says the same whether the link is known or not."""
    if request.method != "POST":
        return render(request, "contact/stop.html")
    link = links.find(token)
    if link is not None:
        cards.stop_follow_ups(link.client)
        actor = trail.client_actor(request, link.client_id)
        trail.record(Verb.CHANGE, link.client, by=actor, client_id=link.client_id, note="stop")
    return render(request, "contact/stopped.html")


@public
@require_safe
def queue(request: HttpRequest) -> JsonResponse:
    """How sending is doing, in numbers; 503 where somebody should look, or not yet."""
    try:
        delivery = health.delivery()
    except DatabaseError:
        return JsonResponse({"well": False, "database": "unreachable"}, status=503)
    broker = health.broker_answers()
    well = delivery.is_well and broker
    facts = {**delivery.as_dict(), "broker": "reachable" if broker else "unreachable", "well": well}
    if well:
        return JsonResponse(facts)
    if delivery.is_starting:
        wait = {"Retry-After": str(settings.TICK_SECONDS)}
        return JsonResponse({**facts, "starting": True}, status=503, headers=wait)
    return JsonResponse(facts, status=503)
