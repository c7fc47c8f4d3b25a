"""Drafts, signing and what comes after, in one window and in two."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import assign
from clients.notes import writing
from clients.notes.models import KINDS, JointNote, Note, Outline
from practice.audit import trail
from practice.audit.models import Entry
from scheduling.followups import checkins
from scheduling.followups.models import FollowUp
from tests.access.notes import make_note, make_signed
from tests.cast import Cast, in_days, make_session, make_version

ONE, TWO = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def act(browser: Browser, act: str, note: Note, data: Any = None, **headers: Any) -> Any:
    address = reverse(f"notes:{note.kind}-{act}", args=[note.pk])
    return browser.post(address, data or {}, headers=headers or None, follow=not headers)


def keep(browser: Browser, note: Note, text: str, version: int, window: str) -> Any:
    """As the script does it."""
    told = {"text": text, "version": version, "window": window}
    return act(browser, "save", note, told, **{"X-Autosave": "1"})


def again(note: Note) -> Note:
    return type(note)._default_manager.get(pk=note.pk)


def page(browser: Browser, note: Note) -> str:
    answer = browser.get(reverse(note.page_name, args=[note.pk]))
    return str(answer.content.decode())


# Beginning


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_begins_with_the_headings_of_its_outline(
    cast: Cast, nora: Browser, kind: str
) -> None:
    chosen = f"individual:{cast.ian.pk}" if kind == "individual" else kind
    outline = Outline.objects.get(key="dap")
    address = reverse("notes:begin", args=[cast.case.pk])
    answer = nora.post(address, {"kind": chosen, "outline": outline.pk}, follow=True)
    note = KINDS[kind]._default_manager.get()
    assert "Assessment" in answer.content.decode()
    assert (note.author, note.case) == (cast.nora.user, cast.case)
    if kind == "individual":
        assert note.participant_or_none == cast.ian


def test_a_stranger_to_the_case_is_no_subject(cast: Cast, nora: Browser) -> None:
    address = reverse("notes:begin", args=[cast.case.pk])
    outline = Outline.objects.get(key="free").pk
    nora.post(address, {"kind": f"individual:{cast.mia.pk}", "outline": outline})
    assert not KINDS["individual"]._default_manager.exists()


def test_an_outline_is_worded_anew_and_begun_notes_stay(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, Outline.objects.get(key="dap").body)
    nora.post(reverse("notes:outline", args=["dap"]), {"name": "DAP", "body": "Facts\n"})
    assert Outline.objects.filter(key="dap").count() == 2
    assert [each.name for each in Outline.objects.current()] == ["Free text", "SOAP"]
    assert "Assessment" in again(note).text


# Saving


def test_saving_by_itself_says_when(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    answer = keep(nora, note, "First words", 1, ONE).json()
    assert answer["words"] == "Saved 10:00 AM"
    assert answer["version"] == 2
    assert again(note).text == "First words"


def test_without_a_script_the_button_saves(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    answer = act(nora, "save", note, {"text": "By hand", "version": 1, "window": ONE})
    assert "Saved 10:00 AM" in answer.content.decode()
    assert "By hand" in answer.content.decode()


def test_a_draft_outlives_the_sign_in(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "Half a thought", 1, ONE)
    nora.logout()
    assert keep(nora, note, "More", 2, ONE).status_code == 302
    assert "Half a thought" in page(signed_in(cast.nora.user), note)


def test_who_is_signed_in_instead_saves_nothing(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "Hers")
    assert keep(signed_in(cast.ida.user), note, "Mine", 1, ONE).status_code == 404
    assert again(note).text == "Hers"


# Two windows


def test_two_windows_keep_both_texts_and_show_them(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "From the first window", 1, ONE)
    told = keep(nora, note, "From the second window", 1, TWO).json()
    assert "nothing is lost" in told["apart"]
    shown = page(nora, note)
    assert "From the first window" in shown
    assert "From the second window" in shown


def test_the_second_window_goes_on_where_its_text_is_kept(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "First", 1, ONE)
    told = keep(nora, note, "Second", 1, TWO).json()
    sent = {"text": "Second, longer", "version": told["version"], "window": TWO}
    nora.post(told["save"], sent, headers={"X-Autosave": "1"})
    assert again(note).text == "First"
    assert [other.text for other in note.texts_beside.all()] == ["Second, longer"]


def test_an_answer_that_got_lost_makes_no_second_text(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "One", 1, ONE)
    keep(nora, note, "One, two", 1, ONE)
    assert again(note).text == "One, two"
    assert JointNote.objects.count() == 1


@pytest.mark.parametrize(("choice", "left"), [({"use": "1"}, "Second"), ({}, "First")])
def test_the_author_chooses_and_signs_only_then(
    cast: Cast, nora: Browser, choice: dict[str, str], left: str
) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "First", 1, ONE)
    keep(nora, note, "Second", 1, TWO)
    assert "choose first" in act(nora, "sign", note).content.decode()
    (other,) = note.texts_beside.all()
    nora.post(reverse("notes:joint-settle", args=[note.pk, other.pk]), choice)
    act(nora, "sign", note)
    assert (again(note).text, again(note).is_signed) == (left, True)


def test_what_a_window_held_when_the_note_was_signed_becomes_a_draft_addendum(
    cast: Cast, nora: Browser
) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "")
    keep(nora, note, "Signed words", 1, ONE)
    act(nora, "sign", note)
    keep(nora, note, "What I was still writing", 1, TWO)
    keep(nora, note, "What I was still writing, and more", 1, TWO)
    (addendum,) = note.addenda.all()  # type: ignore[attr-defined]
    assert addendum.text == "What I was still writing, and more"
    assert again(note).text == "Signed words"


# Signing


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_note_is_locked_by_the_database(cast: Cast, kind: str) -> None:
    note = make_signed(kind, cast.nora, cast.hanna)
    model = type(note)
    for change in (
        lambda: model._default_manager.filter(pk=note.pk).update(signed_at=None),
        lambda: model._default_manager.filter(pk=note.pk).delete(),
        lambda: writing._write(note, "Other words", [], ONE),
    ):
        with pytest.raises(IntegrityError, match="signed_is"), transaction.atomic():
            change()


def test_an_empty_note_is_not_signed(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "  \n")
    assert "nothing in this note" in act(nora, "sign", note).content.decode()
    assert not again(note).is_signed


def test_an_addendum_stands_under_its_note_and_is_signed_too(cast: Cast, nora: Browser) -> None:
    note = make_signed("individual", cast.nora, cast.hanna)
    act(nora, "add", note)
    (addendum,) = note.addenda.all()  # type: ignore[attr-defined]
    assert addendum.participant == cast.hanna
    keep(nora, addendum, "One more thing", 1, ONE)
    act(nora, "sign", addendum)
    assert "One more thing" in page(nora, note)
    assert act(nora, "add", addendum).status_code == 404


def test_a_draft_can_be_thrown_away_and_that_is_recorded(cast: Cast, nora: Browser) -> None:
    note = make_note("joint", cast.nora, cast.hanna)
    act(nora, "discard", note)
    assert not JointNote.objects.exists()
    assert Entry.objects.filter(verb="erase", resource_id=str(note.pk)).exists()


# Pointing


def test_a_note_points_to_an_answer_without_a_word_of_it(cast: Cast, nora: Browser, now) -> None:
    from scheduling import lifecycle

    lifecycle.mark_done(make_session(cast.case, in_days(now, -1)), trail.SYSTEM)
    asked = FollowUp.objects.check_ins().get(participant=cast.hanna)
    response = checkins.answer(asked, {"safe": "1", "hard": "CANARY"}, {}, by=trail.SYSTEM)
    version = make_version()
    assign.give(cast.ian, [version], now=True, user=cast.nora.user, by=trail.SYSTEM)
    note = make_note("joint", cast.nora, cast.hanna, "We talked.")
    shown = page(nora, note)
    assert "What Hanna answered" in shown
    assert "for Ian" in shown
    key = f"answer:{response.pk}"
    sent = {"text": "We talked.", "version": 1, "window": ONE, "references": [key]}
    act(nora, "save", note, sent)
    act(nora, "sign", note)
    assert again(note).references == [key]
    assert "What Hanna answered" in page(nora, note)
    assert "CANARY" not in page(nora, note)


def test_what_belongs_to_another_case_is_no_reference(cast: Cast, nora: Browser) -> None:
    (theirs,) = assign.give(
        cast.mia, [make_version()], now=True, user=cast.ida.user, by=trail.SYSTEM
    )
    note = make_note("joint", cast.nora, cast.hanna, "")
    sent = {"text": "x", "version": 1, "window": ONE, "references": [f"handout:{theirs.pk}"]}
    act(nora, "save", note, sent)
    assert again(note).references == []
