"""From an article to a handout: bringing it in, what is new in it, reviewing, publishing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.handouts import bringing_in, drafts, library, reading
from clients.handouts.forms import ImportForm, PublishForm, ReviewForm
from clients.handouts.importing import UnreadableArticle
from clients.handouts.models import Article, Audience, Section, Version
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: StaffRequest) -> HttpResponse:
    """Take an article as a file, as pasted text, or from an address that the owner allowed."""
    form = ImportForm(bringing_in.allowed_hosts(), request.POST or None, request.FILES or None)
    if form.is_valid():
        answer = _brought_in(request, form)
        if answer:
            return answer
    return render(request, "handouts/bring_in.html", {"form": form})


def _brought_in(request: StaffRequest, form: ImportForm) -> HttpResponse | None:
    by = trail.staff_actor(request)
    try:
        article = bringing_in.take(form.cleaned_data, form.citation(), by=by)
    except UnreadableArticle as unreadable:
        form.add_error(None, str(unreadable))
        return None
    except library.ImportedBefore as before:
        messages.success(request, "This article was imported before. Here is what is new in it.")
        return redirect("handouts:changes", before.article.pk)
    except library.AlreadyImported as before:
        messages.success(request, f"{before} Nothing is new in it.")
        return redirect("handouts:library")
    return redirect("handouts:review", article.pk)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """What is new in an article that was imported again, and what to take of it."""
    article = get_object_or_404(Article.objects.exclude(incoming=None), pk=article_id)
    by = trail.staff_actor(request)
    if request.method == "POST" and "leave" in request.POST:
        drafts.leave_changes(article, by=by)
        return redirect("handouts:library")
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("take") if each.isdecimal()]
        drafts.take_changes(article, chosen, by=by)
        return redirect("handouts:review", article.pk)
    context = {"article": article, "changes": list(enumerate(drafts.changes(article)))}
    return render(request, "handouts/changes.html", context)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """Go through a draft: what to keep, for whom, in which words. Every button saves first."""
    article = get_object_or_404(Article, pk=article_id, published_at=None)
    form = ReviewForm(article, request.POST or None)
    if form.is_valid():
        try:
            return _saved(request, article, form)
        except drafts.Stale:
            return _stale(request, article_id)
    return _review_page(request, form)


def _saved(request: StaffRequest, article: Article, form: ReviewForm) -> HttpResponse:
    by = trail.staff_actor(request)
    revision = form.cleaned_data["revision"]
    seen = article.revision if revision is None else revision
    article = drafts.save(article, form.facts(), form.words(), revision=seen, by=by)
    act, _, place = request.POST.get("act", "").partition(":")
    if act == "preview":
        return redirect("handouts:preview", article.pk, place)
    if act in ("up", "down", "cut", "join", "back", "save"):
        return _acted(request, article, act, place)
    return redirect("handouts:publish", article.pk)


def _acted(request: StaffRequest, article: Article, act: str, place: str) -> HttpResponse:
    by, anchor = trail.staff_actor(request), ""
    try:
        if act == "back":
            _take_back(request, article, place)
            anchor = "#left-out"
        elif act != "save":
            section = _section(article, place)
            anchor = f"#section-{section.pk}"
            if act in ("up", "down"):
                drafts.move(article, section, -1 if act == "up" else 1, by=by)
            else:
                {"cut": drafts.cut, "join": drafts.join}[act](article, section, by=by)
    except drafts.NoPlaceToCut:
        messages.error(
            request,
            "Please say first where to cut: put a line of three dashes there, or a line that "
            "begins with “##” and the new heading.",
        )
    else:
        messages.success(request, "Saved.")
    return redirect(reverse("handouts:review", args=[article.pk]) + anchor)


def _take_back(request: StaffRequest, article: Article, place: str) -> None:
    if not place.isdecimal() or int(place) >= len(article.left_out):
        raise Http404
    into = request.POST.get(f"into_{place}", "")
    section = _section(article, into) if into else None
    drafts.take_back(article, int(place), section, by=trail.staff_actor(request))


def _section(article: Article, key: str) -> Section:
    if not key.isdecimal():
        raise Http404
    return get_object_or_404(article.sections, pk=int(key))


def _stale(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """Somebody else saved meanwhile: both texts are shown, and nothing that was typed is lost."""
    article = get_object_or_404(Article, pk=article_id)
    if article.published_at:
        article.revision += 1  # nothing of it can be saved; it can be copied
    typed = request.POST.copy()
    typed["revision"] = str(article.revision)
    form = ReviewForm(article, typed)
    form.is_valid()
    return _review_page(request, form, stale=True, status=409)


def _review_page(
    request: StaffRequest, form: ReviewForm, *, stale: bool = False, status: int = 200
) -> HttpResponse:
    article = form.article
    context = {
        "article": article,
        "form": form,
        "rows": form.rows(),
        "stale": stale,
        "lost": form.lost() if stale else [],
        "left_out": list(enumerate(article.left_out)),
        "audiences": Audience.choices,
        "is_out": article.handouts.exists(),
    }
    return render(request, "handouts/review.html", context, status=status)


@staff(Role.COUNSELOR)
@require_safe
def preview(request: StaffRequest, article_id: UUID, audience: str) -> HttpResponse:
    """A draft as somebody of this audience would see it on a phone."""
    article = get_object_or_404(Article, pk=article_id, published_at=None)
    kept = article.sections.filter(keep=True, audience=audience)
    body = library.body_of(list(kept))
    version = Version(
        title=article.title,
        body=body,
        source=article.source,
        author=article.author,
        address=article.address,
        dated=article.dated,
        published_at=clock.now(),
    )
    back: dict[str, Any] = {"preview": True, "back_article": article}
    return render(request, "reading/handout.html", {**reading.page_of(version), **back})


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, article_id: UUID) -> HttpResponse:
    """Publish a reviewed draft: one handout for each audience it speaks to."""
    article = get_object_or_404(Article, pk=article_id, published_at=None)
    form = PublishForm(article, request.POST or None)
    if form.is_valid():
        return _published(request, article, form)
    sections = list(article.sections.filter(keep=True))
    undecided = any(section.needs_decision for section in sections)
    context = {
        "article": article,
        "form": form,
        "sections": sections,
        "undecided": undecided,
        "is_out": article.handouts.exists(),
    }
    return render(request, "handouts/publish.html", context)


def _published(request: StaffRequest, article: Article, form: PublishForm) -> HttpResponse:
    try:
        versions = library.publish(
            article,
            stages=form.cleaned_data["stages"],
            by=trail.staff_actor(request),
            facts=form.facts(),
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


@staff(Role.COUNSELOR)
@require_POST
def next_version(request: StaffRequest, version_id: UUID) -> HttpResponse:
    """Work on the next version; what is out stays until that is published."""
    version = get_object_or_404(Version.objects.select_related("handout__article"), pk=version_id)
    article = drafts.begin_next(version.handout, by=trail.staff_actor(request))
    return redirect("handouts:review", article.pk)
