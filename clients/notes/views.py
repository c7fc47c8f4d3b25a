"""Writing and reading notes. A script saves drafts by itself; a button does the same without."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.models import Case
from clients.notes import finding, outlines, references, writing
from clients.notes.forms import BeginForm, FindForm, NoteForm, OutlineForm
from clients.notes.models import KINDS, Note, Outline
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from practice.wording import clock_time

# To point to; what a note points to already stays among them.
_MOST_OFFERED = 40

_SIGNED = "It was signed already, and stays as it is. You can add to it."
_APART = (
    "This note was changed in another window meanwhile. What you wrote here is kept beside it, "
    "and nothing is lost."
)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Choose the kind of note; a draft is there from the first moment."""
    scope = Case.objects.with_notes_for(request.user).select_related("concern")
    case = get_object_or_404(scope.prefetch_related("participants__client"), pk=case_id)
    form = BeginForm(request.POST or None, case=case)
    # What it is to be about, such as the session that was just held.
    about = references.of_this_case(case, request.GET.getlist("about")[:5])
    if form.is_valid():
        kind, person = form.kind_and_person
        note = writing.begin(
            kind,
            case=case,
            author=request.user,
            participant=person,
            text=form.text,
            references=about,
            by=trail.staff_actor(request),
        )
        return redirect(_page(note))
    return render(request, "notes/begin.html", {"case": case, "form": form})


@staff(Role.COUNSELOR, Role.LEAD)
@require_safe
def record_page(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """A note of the record: to write, for its author; to read, once it is signed."""
    return _shown(request, kind, note_id)


@staff(Role.COUNSELOR)
@require_safe
def psychotherapy_page(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """A psychotherapy note, which its author alone reads."""
    return _shown(request, kind, note_id)


def _shown(request: StaffRequest, kind: str, note_id: UUID) -> HttpResponse:
    note = _readable(request, kind, note_id)
    writing.record(Verb.READ, note, by=trail.staff_actor(request))
    items = references.offered(note.case)
    if note.is_signed or note.author_id != request.user.pk:
        pointed = [item for item in items if item.key in note.references]
        notes = KINDS[kind]._default_manager.for_user(request.user)
        addenda = list(notes.filter(adds_to=note).select_related("author").order_by("begun_at"))
        context = {"note": note, "items": pointed, "addenda": addenda, "add_url": _act("add", note)}
        return render(request, "notes/note.html", {**context, "may_add": _may_add(request, note)})
    items = items[:_MOST_OFFERED] + [
        item for item in items[_MOST_OFFERED:] if item.key in note.references
    ]
    form = NoteForm(items=items, zone=request.user.zone, initial=_as_begun(note))
    others = [
        {"note": other, "address": _act("settle", note, other)}
        for other in note.texts_beside.order_by("begun_at")
    ]
    context = {"note": note, "form": form, "others": others, "items": items}
    return render(request, "notes/draft.html", {**context, **_addresses(note)})


@staff(Role.COUNSELOR)
@require_POST
def save(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """Keep what the window holds, whether a script or a button sent it."""
    note = _own(request, kind, note_id)
    items = references.offered(note.case)
    form = NoteForm(request.POST, items=items, zone=request.user.zone)
    by_itself = "X-Autosave" in request.headers
    if not form.is_valid():
        words = "This note is longer than we can keep. Please shorten it a little."
        if by_itself:
            return JsonResponse({"words": words}, status=400)
        messages.error(request, words)
        return render(
            request,
            "notes/draft.html",
            {"note": note, "form": form, "others": [], "items": items, **_addresses(note)},
        )
    told = form.cleaned_data
    saved = writing.save(
        note,
        text=told["text"],
        references=told["references"],
        version=told["version"],
        window=str(told["window"]),
    )
    return _told(request, saved, by_itself)


def _told(request: StaffRequest, saved: writing.Saved, by_itself: bool) -> HttpResponse:
    note = saved.note
    when = clock_time(note.changed_at, request.user.zone)
    first = note.beside or note
    if by_itself:
        return JsonResponse(
            {
                "words": f"Saved {when}",
                "version": note.version,
                "save": _act("save", note),
                "apart": _APART if saved.is_apart else "",
                "page": _page(first),
            }
        )
    if saved.is_apart:
        messages.warning(request, _APART)
    else:
        messages.success(request, f"Saved {when}.")
    return redirect(_page(first))


@staff(Role.COUNSELOR)
@require_POST
def sign(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """Sign a draft: from then on it is locked."""
    note = _own(request, kind, note_id)
    try:
        writing.sign(note, by=trail.staff_actor(request))
    except writing.AlreadySigned:
        messages.info(request, _SIGNED)
    except writing.Empty:
        messages.error(request, "There is nothing in this note yet.")
    except writing.OtherTexts:
        messages.error(request, "Please choose first which of the texts you keep.")
    else:
        messages.success(request, "Signed. It stays as it is; you can add to it.")
    return redirect(_page(note))


@staff(Role.COUNSELOR)
@require_POST
def add(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """An addendum to a signed note."""
    note = _readable(request, kind, note_id)
    if not _may_add(request, note):
        raise Http404
    addendum = writing.begin(
        kind,
        case=note.case,
        author=request.user,
        participant=note.participant_or_none,
        adds_to=note,
        by=trail.staff_actor(request),
    )
    return redirect(_page(addendum))


@staff(Role.COUNSELOR)
@require_POST
def settle(request: StaffRequest, note_id: UUID, other_id: UUID, kind: str) -> HttpResponse:
    """Two windows, two texts: take the other one, or let it go."""
    note = _own(request, kind, note_id)
    other = get_object_or_404(KINDS[kind]._default_manager, pk=other_id, beside=note.pk)
    try:
        writing.settle(note, other, use="use" in request.POST)
    except writing.AlreadySigned:
        messages.info(request, _SIGNED)
    return redirect(_page(note))


@staff(Role.COUNSELOR)
@require_POST
def discard(request: StaffRequest, note_id: UUID, kind: str) -> HttpResponse:
    """Throw a draft away."""
    note = _own(request, kind, note_id)
    try:
        writing.discard(note, by=trail.staff_actor(request))
    except writing.AlreadySigned:
        messages.info(request, _SIGNED)
        return redirect(_page(note))
    messages.success(request, "The draft is gone.")
    if Case.objects.for_user(request.user).filter(pk=note.case_id).exists():
        return redirect("cases:page", note.case_id)
    return redirect("notes:find")


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: StaffRequest) -> HttpResponse:
    """Look for words in one's own notes."""
    form = FindForm(request.POST if request.method == "POST" else None)
    found = finding.search(request.user, form.cleaned_data["part"]) if form.is_valid() else []
    read = [(each.note, each.note.case_id, "") for each in found]
    trail.record_all(Verb.READ, read, by=trail.staff_actor(request), note="search")
    rows = [{"found": each, "address": _page(each.note)} for each in found]
    context = {"form": form, "rows": rows, "asked": form.is_bound and form.is_valid()}
    return render(request, "notes/find.html", {**context, "most": finding.MOST_READ})


# Outlines


@staff(Role.COUNSELOR, Role.OWNER, Role.LEAD)
@require_safe
def outline_list(request: StaffRequest) -> HttpResponse:
    """The outlines with which notes may begin."""
    return render(request, "notes/outlines.html", {"outlines": outlines.newest()})


@staff(Role.COUNSELOR, Role.OWNER, Role.LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def outline(request: StaffRequest, outline_key: str) -> HttpResponse:
    """Word an outline anew; `new` makes another."""
    newest = Outline.objects.filter(key=outline_key).order_by("-version").first()
    if newest is None and outline_key != "new":
        raise Http404
    begun: dict[str, Any] = {"in_use": True}
    if newest:
        begun = {"name": newest.name, "body": newest.body, "in_use": newest.in_use}
    form = OutlineForm(request.POST or None, initial=begun)
    if form.is_valid():
        told = form.cleaned_data
        chosen = newest.key if newest else outlines.free_key(slugify(told["name"]))
        outlines.reword(
            chosen,
            name=told["name"],
            body=told["body"],
            in_use=told["in_use"],
            user=request.user,
            by=trail.staff_actor(request),
        )
        messages.success(request, "Saved. Notes that were begun before stay as they are.")
        return redirect("notes:outlines")
    return render(request, "notes/outline.html", {"form": form, "outline": newest})


# Which notes, and where


def _readable(request: StaffRequest, kind: str, note_id: UUID) -> Note:
    return _one(KINDS[kind]._default_manager.for_user(request.user), note_id)


def _own(request: StaffRequest, kind: str, note_id: UUID) -> Note:
    """What this person writes: their drafts, what they signed, and second texts of theirs."""
    notes: Any = KINDS[kind]._default_manager
    own = notes.for_user(request.user).filter(author=request.user).values("pk")
    return _one(notes.filter(Q(pk__in=own) | Q(beside__in=own)), note_id)


def _one(notes: Any, note_id: UUID) -> Note:
    scope = notes.select_related("case__concern", "case__counselor", "author", "adds_to", "beside")
    note: Note = get_object_or_404(scope.prefetch_related("case__participants__client"), pk=note_id)
    return note


def _may_add(request: StaffRequest, note: Note) -> bool:
    return note.is_signed and note.adds_to is None and request.user.has_role(Role.COUNSELOR)


def _as_begun(note: Note) -> dict[str, Any]:
    return {
        "text": note.text,
        "references": note.references,
        "version": note.version,
        "window": uuid.uuid4(),
    }


def _page(note: Note) -> str:
    return reverse(note.page_name, args=[note.pk])


def _act(act: str, note: Note, *others: Note) -> str:
    return reverse(f"notes:{note.kind}-{act}", args=[note.pk, *(other.pk for other in others)])


def _addresses(note: Note) -> dict[str, str]:
    return {f"{act}_url": _act(act, note) for act in ("save", "sign", "discard")}
