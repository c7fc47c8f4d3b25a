"""Finding somebody by a part of their name or number, as they say it on the phone.

Both are encrypted, so every one of them is opened and looked at; what was looked for is in no
address and no log.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from clients.models import Case, Client, Participant
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from practice.models import Practice
from practice.wording import spoken_time
from scheduling import session_card
from scheduling.desk.sealed_names import dashed, id_text, name_of, phone_of, sealed
from scheduling.models import Attendee, Status
from scheduling.session_card import Reach

_MOST = 20
_FEWEST_LETTERS, _FEWEST_DIGITS = 2, 3
_BETWEEN_DIGITS = " ()+-./"


class SearchForm(forms.Form):
    """What somebody said on the phone."""

    part = forms.CharField(
        label="A part of the name, or of the phone number",
        max_length=100,
        error_messages={"required": "Please type a part of the name or number."},
    )

    def clean_part(self) -> str:
        part = str(self.cleaned_data["part"])
        digits = digits_of(part)
        if digits is None and len(plain(part).replace(" ", "")) < _FEWEST_LETTERS:
            raise forms.ValidationError("Please type at least two letters.")
        if digits is not None and len(digits) < _FEWEST_DIGITS:
            raise forms.ValidationError("Please type at least three digits.")
        return part


@dataclass(frozen=True)
class Found:
    """Somebody, with what the desk may know of them."""

    name: str
    reach: Reach
    next_id: UUID | None
    next_words: str
    case_id: UUID | None


@staff(Role.DESK, Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """An empty form; sent, those whom it fits. So many at most, and a word where there are more."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    matching = list(_matching(form.cleaned_data["part"])) if form.is_valid() else []
    context = {
        "form": form,
        "found": _found([key for _, key in sorted(matching)[:_MOST]], request),
        "more": len(matching) > _MOST,
        "may_book": request.user.has_role(Role.DESK),
    }
    return render(request, "desk/search.html", context)


def plain(text: str) -> str:
    """The same words without accents and capitals, as somebody types them in a hurry."""
    apart = text.casefold()
    if apart.isascii():
        return apart
    return "".join(
        each for each in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(each)
    )


def digits_of(text: str) -> str | None:
    """The digits of what may be a part of a number; None where there is something else in it."""
    digits = "".join(each for each in text if each not in _BETWEEN_DIGITS)
    return digits if digits.isascii() and digits.isdecimal() else None


def _matching(part: str) -> Iterator[tuple[str, UUID]]:
    """Plain name and id of everybody whom it fits: one query, and a look at each."""
    words, digits = plain(part).split(), digits_of(part)
    columns = id_text("pk"), sealed("name"), sealed("card__phone")
    for key, name, phone in Client.objects.order_by().values_list(*columns):
        opened = plain(name_of(key, name))
        if digits is None:
            fits = all(word in opened for word in words)
        else:
            fits = digits in (digits_of(phone_of(key, phone)) or "")
        if fits:
            yield opened, UUID(dashed(key))


def _found(keys: list[UUID], request: StaffRequest) -> list[Found]:
    """What is shown of these, in the same order: as many queries for any number.

    How to reach somebody is theirs: that it was shown is recorded for each.
    """
    if not keys:
        return []
    people = Client.objects.select_related("card").in_bulk(keys)
    rows = [(people[key], "", key) for key in keys]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request), note="search")
    practice = Practice.current()
    coming, cases = _next_of(keys), _open_cases_of(keys)
    return [
        Found(
            name=people[key].name,
            reach=session_card.reach(people[key], practice),
            next_id=coming[key][0] if key in coming else None,
            next_words=spoken_time(coming[key][1], request.user.zone) if key in coming else "",
            case_id=cases.get(key),
        )
        for key in keys
    ]


def _next_of(keys: Iterable[UUID]) -> dict[UUID, tuple[UUID, datetime]]:
    rows = Attendee.objects.filter(
        client__in=keys,
        appointment__status=Status.BOOKED,
        appointment__ends_at__gt=clock.now(),
    ).order_by("-appointment__starts_at")
    told = rows.values_list("client", "appointment", "appointment__starts_at")
    # The soonest comes last, and stays.
    return {client: (key, starts_at) for client, key, starts_at in told if client}


def _open_cases_of(keys: Iterable[UUID]) -> dict[UUID, UUID]:
    rows = Participant.objects.filter(client__in=keys, case__status=Case.Status.OPEN)
    return dict(rows.order_by().values_list("client", "case"))
