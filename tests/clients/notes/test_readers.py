"""Three kinds of note, three stores, three permissions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Case, Cover
from clients.notes.models import KINDS, JointNote, Note, PsychotherapyNote
from practice import encryption
from practice.access.roles import Role
from practice.audit.models import Entry
from practice.models import User
from tests.access.notes import make_note, make_signed
from tests.cast import Cast, in_days, make_counselor, make_user


def stand_in(cast: Cast, *, notes: bool) -> User:
    """Somebody who stands in for Nora from now on for a week."""
    cora = make_counselor("cora", ["NY"])
    start = cast.case.opened_at
    Cover.objects.create(
        counselor=cast.nora,
        covering=cora,
        starts_at=start,
        ends_at=in_days(start, 7),
        notes=notes,
        granted_by=cast.nora.user,
        granted_at=start,
    )
    return cora.user


def status(browser: Browser, note: Note) -> int:
    return browser.get(reverse(note.page_name, args=[note.pk])).status_code


@pytest.mark.parametrize("kind", KINDS)
def test_desk_owner_and_a_colleague_read_no_note(
    cast: Cast, signed_in: Callable[..., Browser], kind: str
) -> None:
    note = make_signed(kind, cast.nora, cast.hanna)
    for user in (cast.dan, cast.olga, cast.ida.user):
        assert status(signed_in(user), note) == 404


@pytest.mark.parametrize(("kind", "may"), [("joint", 200), ("individual", 200)])
def test_the_lead_reads_the_signed_record_and_no_draft(
    cast: Cast, signed_in: Callable[..., Browser], kind: str, may: int
) -> None:
    lead = signed_in(make_user("lena", Role.LEAD))
    assert status(lead, make_signed(kind, cast.nora, cast.hanna)) == may
    assert status(lead, make_note(kind, cast.nora, cast.hanna)) == 404


@pytest.mark.parametrize(("notes", "may"), [(True, 200), (False, 404)])
def test_who_stands_in_reads_the_record_only_where_that_was_granted(
    cast: Cast, signed_in: Callable[..., Browser], notes: bool, may: int
) -> None:
    browser = signed_in(stand_in(cast, notes=notes))
    assert status(browser, make_signed("joint", cast.nora, cast.hanna)) == may
    assert status(browser, make_signed("individual", cast.nora, cast.hanna)) == may


def test_a_psychotherapy_note_is_its_authors_whoever_runs_the_case(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    note = make_signed("psychotherapy", cast.nora, cast.hanna)
    others = [stand_in(cast, notes=True), make_user("lena", Role.LEAD), cast.ida.user]
    Case.objects.filter(pk=cast.case.pk).update(counselor=cast.ida)
    assert status(nora, note) == 200
    for user in others:
        assert status(signed_in(user), note) == 404


def test_the_record_goes_with_the_case(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    note = make_signed("joint", cast.nora, cast.hanna)
    Case.objects.filter(pk=cast.case.pk).update(counselor=cast.ida)
    assert status(nora, note) == 404
    assert status(signed_in(cast.ida.user), note) == 200


def test_the_column_holds_ciphertext_and_psychotherapy_has_keys_of_its_own(cast: Cast) -> None:
    for model in (JointNote, PsychotherapyNote):
        note = make_note(model.kind, cast.nora, cast.hanna, "CANARY")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT text FROM {model._meta.db_table}")
            stored = cursor.fetchone()[0]
        place = model._meta.get_field("text").place(note)  # type: ignore[union-attr]
        keys = "psychotherapy" if model is PsychotherapyNote else "fields"
        other = "fields" if model is PsychotherapyNote else "psychotherapy"
        assert "CANARY" not in stored
        assert encryption.decrypt(stored, place, keys) == "CANARY"
        with pytest.raises(encryption.CannotDecrypt):
            encryption.decrypt(stored, place, other)


def test_reading_is_recorded_with_whom_it_is_about(cast: Cast, nora: Browser) -> None:
    note = make_signed("individual", cast.nora, cast.hanna)
    status(nora, note)
    entry = Entry.objects.latest("seq")
    assert (entry.verb, entry.resource_id, entry.client_id) == (
        "read",
        str(note.pk),
        str(cast.hanna.client_id),
    )


def test_a_cover_that_is_over_opens_nothing(
    cast: Cast, signed_in: Callable[..., Browser], travel: Callable[..., None]
) -> None:
    note = make_signed("joint", cast.nora, cast.hanna)
    cover = stand_in(cast, notes=True)
    travel(in_days(cast.case.opened_at, 7) + timedelta(minutes=1))
    assert status(signed_in(cover), note) == 404
