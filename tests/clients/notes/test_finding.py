"""Finding words in one's own notes."""

from collections.abc import Callable

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Case
from clients.notes import finding
from practice.audit.models import Entry
from tests.access.notes import make_note, make_signed
from tests.cast import Cast


def find(browser: Browser, words: str) -> str:
    return str(browser.post(reverse("notes:find"), {"part": words}).content.decode())


def test_all_the_words_are_found_in_every_kind_of_own_note(cast: Cast, nora: Browser) -> None:
    for kind in ("joint", "individual", "psychotherapy"):
        make_signed(kind, cast.nora, cast.hanna, text=f"The quiet dinner, {kind}")
    page = find(nora, "dinner QUIET")
    for kind in ("joint", "individual", "psychotherapy"):
        assert f"dinner, {kind}" in page
    assert "None of your notes" in find(nora, "dinner loud")


def test_a_colleagues_notes_and_those_of_a_case_that_went_on_are_not_found(
    cast: Cast, nora: Browser
) -> None:
    make_signed("joint", cast.ida, cast.mia, text="Theirs, dinner")
    make_signed("joint", cast.nora, cast.hanna, text="Hers, dinner")
    Case.objects.filter(pk=cast.case.pk).update(counselor=cast.ida)
    page = find(nora, "dinner")
    assert "Hers, dinner" not in page
    assert "Theirs, dinner" not in page


def test_what_was_looked_for_stands_in_no_address_and_reading_is_recorded(
    cast: Cast, nora: Browser
) -> None:
    note = make_note("joint", cast.nora, cast.hanna, "A dinner")
    assert "A dinner" not in nora.get(reverse("notes:find"), {"part": "dinner"}).content.decode()
    find(nora, "dinner")
    entry = Entry.objects.latest("seq")
    assert (entry.verb, entry.resource_id, entry.note) == ("read", str(note.pk), "search")


def test_searching_more_notes_asks_no_more_queries(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            finding.search(cast.nora.user, "dinner")
        return len(captured)

    make_note("joint", cast.nora, cast.hanna, "dinner")
    few = queries()
    for _ in range(8):
        make_note("joint", cast.nora, cast.hanna, "dinner")
    assert queries() == few <= 5
