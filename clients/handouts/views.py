"""The library: what can be given, what it says, who has it, and what the practice does with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from clients.handouts import propose, published, reading, search
from clients.handouts.forms import AutoAttachForm, LibraryForm, MirrorForm
from clients.handouts.models import Article, AutoAttach, Handout, Searchable, Version
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest

_A_PAGE = 40
_MOST = 1_000


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def library_page(request: StaffRequest) -> HttpResponse:
    """What can be given, by words, audience, stage and topic, and the drafts that wait."""
    form = LibraryForm(_topics(), request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    found: Any = _found(chosen, request)
    page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    versions = _versions([row.version_id for row in page])
    used = published.use_of(versions)
    favorites = request.user.favorite_handouts.values_list("pk", flat=True)
    context = {
        "form": form,
        "page": page,
        "at_least": page.paginator.count == _MOST,
        "rows": [(version, used.get(version.handout_id, 0)) for version in versions],
        "favorites": set(favorites),
        "asked": any(chosen.values()),
        "drafts": Article.objects.filter(published_at=None).only("title"),
        "again": Article.objects.exclude(incoming=None).only("title"),
    }
    return render(request, "handouts/library.html", context)


def _topics() -> list[str]:
    named = Handout.objects.exclude(topics=[]).values_list("topics", flat=True)
    return sorted({topic for topics in named.order_by().distinct() for topic in topics})


def _versions(keys: list[UUID]) -> list[Version]:
    """These, in this order; their texts stay where they are."""
    found = Version.objects.select_related("handout").defer("body").in_bulk(keys)
    return [found[key] for key in keys]


def _found(chosen: dict[str, Any], request: StaffRequest) -> search.InTurn:
    """What the library knows of the handouts that fit what was asked for."""
    found = propose.with_stages(Searchable.objects.only("version"))
    if not chosen.get("withdrawn"):
        found = found.filter(handout__withdrawn_at=None)
    if chosen.get("audience"):
        found = found.filter(handout__audience=chosen["audience"])
    if chosen.get("stage"):
        found = found.filter(propose.for_stage(chosen["stage"]))
    if chosen.get("topic"):
        found = found.filter(propose.about(chosen["topic"]))
    if chosen.get("mine"):
        found = found.filter(handout__favored_by=request.user)
    if chosen.get("q"):
        return search.among(found, chosen["q"], most=_MOST)
    return search.InTurn(found, most=_MOST)


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def version_page(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """A handout, where it comes from, and who has it: names only of one's own people."""
    version = get_object_or_404(Version.objects.select_related("handout__mirror"), pk=version_id)
    handout = version.handout
    held = published.holders(handout, request.user)
    rows = [(each, each.participant.case_id, each.participant.client_id) for each in held]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
    context = {
        **reading.page_of(version),
        "handout": handout,
        "holders": held,
        "times_given": published.times_given(handout),
        "versions": handout.versions.order_by("-number"),
        "is_newest": version.number == handout.versions.count(),
        "is_favorite": handout.favored_by.filter(pk=request.user.pk).exists(),
        **_choices(request, handout),
    }
    return render(request, "handouts/version_page.html", context)


def _choices(request: StaffRequest, handout: Handout) -> dict[str, Any]:
    """What a counselor sets for it; the owner sets nothing here."""
    if request.user.role != Role.COUNSELOR:
        return {}
    own = AutoAttach.objects.filter(user=request.user, handout=handout)
    stages = {"stages": list(own.values_list("stage", flat=True))}
    one_sided = handout.audience != "both"
    return {
        "auto_form": AutoAttachForm(initial=stages),
        "mirror_form": MirrorForm(handout) if one_sided else None,
    }


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def version_preview(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """A published version as its reader sees it, at the width of a phone."""
    version = get_object_or_404(Version.objects.select_related("handout"), pk=version_id)
    back = {"preview": True, "back": version}
    return render(request, "reading/handout.html", {**reading.page_of(version), **back})


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def version_pdf(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """The PDF that a reader would save."""
    return reading.as_pdf(get_object_or_404(Version, pk=version_id))


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def favorite(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """Mark it for oneself, or take the mark away."""
    version = _version(version_id)
    published.set_favorite(version.handout, request.user, is_one="not" not in request.POST)
    return redirect("handouts:version", version.pk)


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def withdraw(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """Nobody gets it anew from now on; or it may be given again."""
    version, by = _version(version_id), trail.staff_actor(request)
    if "back" in request.POST:
        published.bring_back(version.handout, by=by)
        messages.success(request, "It may be given again.")
    else:
        published.withdraw(version.handout, by=by)
        messages.success(request, "Withdrawn. Nobody gets it from now on; who has it keeps it.")
    return redirect("handouts:version", version.pk)


@staff(Role.COUNSELOR)
@require_POST
def mirror(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """Say which handout is the same matter from the other side."""
    version = _version(version_id)
    form = MirrorForm(version.handout, request.POST)
    by = trail.staff_actor(request)
    try:
        if form.is_valid():
            published.set_mirror(version.handout, form.cleaned_data["mirror"], by=by)
            messages.success(request, "Saved.")
    except published.NotTheOtherSide:
        messages.error(request, "A mirror is for the other partner. Please choose another.")
    return redirect("handouts:version", version.pk)


@staff(Role.COUNSELOR)
@require_POST
def auto_attach(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """Have it confirmed by itself at some stages, in one's own cases."""
    version = _version(version_id)
    form = AutoAttachForm(request.POST)
    if form.is_valid():
        stages, by = form.cleaned_data["stages"], trail.staff_actor(request)
        published.set_auto_attach(version.handout, request.user, stages, by=by)
        messages.success(request, "Saved.")
    return redirect("handouts:version", version.pk)


def _version(version_id: UUID) -> Version:
    return get_object_or_404(Version.objects.select_related("handout"), pk=version_id)
