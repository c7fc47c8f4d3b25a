"""The library, reviewing a draft, and giving handouts to a person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.handouts import assign, library, propose
from clients.handouts.forms import GiveForm, PublishForm, ReviewForm
from clients.handouts.models import Article, Version
from clients.models import Participant
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def library_page(request: StaffRequest) -> HttpResponse:
    """What can be given, and the drafts that wait for a counselor."""
    context = {
        "versions": Version.objects.newest().select_related("handout"),
        "drafts": Article.objects.filter(published_at=None),
    }
    return render(request, "handouts/library.html", context)


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def version_page(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """A handout as its reader sees it."""
    version = get_object_or_404(Version.objects.select_related("handout"), pk=version_id)
    return render(request, "handouts/version_page.html", {"version": version})


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """Go through a draft: what to keep, for whom, in which words."""
    article = get_object_or_404(Article, pk=article_id, published_at=None)
    form = ReviewForm(article, request.POST or None)
    if form.is_valid():
        form.save()
        return redirect("handouts:publish", article.pk)
    return render(request, "handouts/review.html", {"article": article, "form": form})


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """Publish a reviewed draft: one handout for each audience it speaks to."""
    article = get_object_or_404(Article, pk=article_id, published_at=None)
    form = PublishForm(request.POST or None)
    if form.is_valid():
        try:
            versions = library.publish(
                article, stages=form.cleaned_data["stages"], by=trail.staff_actor(request)
            )
        except library.NotDecided:
            messages.error(request, "Please decide first for whom each section is.")
            return redirect("handouts:review", article.pk)
        except library.NothingKept:
            messages.error(request, "Please keep at least one section.")
            return redirect("handouts:review", article.pk)
        except library.AlreadyPublished:
            messages.error(request, "This draft was published before.")
            return redirect("handouts:library")
        number = len(versions)
        messages.success(request, f"Published: {number} handout{'s' if number > 1 else ''}.")
        return redirect("handouts:library")
    sections = article.sections.filter(keep=True)
    undecided = any(section.needs_decision for section in sections)
    context = {"article": article, "form": form, "sections": sections, "undecided": undecided}
    return render(request, "handouts/publish.html", context)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """Confirm which of the handouts that fit a person they get, and when."""
    participant = _participant(request, participant_id)
    form = GiveForm(propose.fitting(participant), request.POST or None)
    if form.is_valid() and _given(request, participant, form):
        messages.success(request, "Confirmed.")
        return redirect("cases:page", participant.case_id)
    return render(request, "handouts/give.html", {"participant": participant, "form": form})


def _given(request: StaffRequest, participant: Participant, form: GiveForm) -> bool:
    chosen = [form.proposals[key].version for key in form.cleaned_data["versions"]]
    try:
        assign.give(
            participant,
            chosen,
            now=form.cleaned_data["when"] == GiveForm.NOW,
            user=request.user,
            by=trail.staff_actor(request),
        )
    except assign.NotForThem:
        form.add_error(None, "One of these is not for this person now. Nothing was given.")
        return False
    return True


def _participant(request: StaffRequest, participant_id: UUID) -> Participant:
    scope = Participant.objects.for_user(request.user)
    scope = scope.select_related("client__card", "case__concern")
    return get_object_or_404(scope, pk=participant_id)
