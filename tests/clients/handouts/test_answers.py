"""Answers of readers: kept as they type, for the counselor, and never the other partner's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import answers, assign, library, pdf, prompts
from clients.handouts.models import Answer, Assignment, Audience
from clients.models import Case, Participant
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_version, open_link
from tests.kept import kept

BODY = "## One\n\n[ ] Is it so?\n\n## Two\n\n[...] What do you want?\n"
CHECK, WRITING = (part.key for part in prompts.prompts(BODY))


def give(cast: Cast, person: Participant) -> Assignment:
    version = make_version(Audience.BOTH, title="CANARY title", body=BODY)
    user = cast.nora.user
    (given,) = assign.give(person, [version], now=True, user=user, by=trail.SYSTEM)
    return given


def enter(person: Participant, given: Assignment) -> Browser:
    browser = Browser()
    open_link(browser, person.client, assign.HANDOUT, given.pk)
    return browser


def at(given: Assignment, name: str = "answers") -> str:
    return reverse(f"reading:{name}", args=[given.pk])


@kept
def given(cast: Cast) -> Assignment:
    return give(cast, cast.hanna)


@kept
def hanna(cast: Cast, given: Assignment) -> Browser:
    return enter(cast.hanna, given)


def test_what_is_typed_is_kept_for_the_counselor_only_unless_the_reader_says_more(
    given: Assignment, hanna: Browser
) -> None:
    script = {"headers": {"accept": "application/json"}}
    answer = hanna.post(at(given), {f"answer_{WRITING}": "CANARY wish"}, **script)  # type: ignore[arg-type]
    assert answer.json() == {"saved": "Saved 10:00 AM"}
    kept = Answer.objects.get()
    assert (kept.text, kept.shared, kept.client) == ("CANARY wish", False, given.participant.client)
    both = {f"answer_{WRITING}": "CANARY wish", f"for_{WRITING}": "together"}
    hanna.post(at(given), both, **script)  # type: ignore[arg-type]
    assert Answer.objects.get().shared


def test_the_words_stand_in_the_database_as_ciphertext_only(
    given: Assignment, hanna: Browser
) -> None:
    hanna.post(at(given), {f"answer_{WRITING}": "CANARY wish"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM handouts_answer")
        assert "CANARY" not in str(cursor.fetchall())


def test_a_button_saves_too_and_the_page_shows_what_was_saved(
    given: Assignment, hanna: Browser
) -> None:
    said = {f"answer_{WRITING}": "A <b>wish</b>", f"answer_{CHECK}": "unsure"}
    page = hanna.post(at(given), said, follow=True).content.decode()
    assert "A &lt;b&gt;wish&lt;/b&gt;</textarea>" in page
    assert f'value="unsure" checked' in page  # noqa: F541
    assert "read by your counselor and by nobody else" in page


def test_an_answer_can_be_made_empty_and_one_that_was_not_sent_stays(
    given: Assignment, hanna: Browser
) -> None:
    hanna.post(at(given), {f"answer_{WRITING}": "one", f"answer_{CHECK}": "yes"})
    hanna.post(at(given), {f"answer_{WRITING}": ""})
    assert {each.key: each.text for each in Answer.objects.all()} == {WRITING: "", CHECK: "yes"}


@pytest.mark.parametrize(
    "posted",
    [{"answer_x": "words"}, {f"answer_{CHECK}": "perhaps"}, {f"for_{WRITING}": "together"}, {}],
)
def test_what_the_handout_does_not_ask_is_not_kept(
    given: Assignment, hanna: Browser, posted: dict[str, str]
) -> None:
    assert hanna.post(at(given), posted).status_code == 302
    assert not Answer.objects.exists()


def test_the_record_notes_an_answer_without_its_words_and_once_a_sitting(
    given: Assignment, hanna: Browser, now: datetime, travel: Callable[[datetime], None]
) -> None:
    for words in ("CANARY", "CANARY w", "CANARY wi"):
        hanna.post(at(given), {f"answer_{WRITING}": words})
    rows = Entry.objects.filter(resource="handouts.answer")
    assert [row.verb for row in rows] == ["create"]
    travel(now + timedelta(minutes=11))
    hanna.post(at(given), {f"answer_{WRITING}": "CANARY wish"})
    assert [row.verb for row in rows.all()] == ["create", "change"]
    assert "CANARY" not in str(list(rows.values()))


@pytest.mark.parametrize("name", ["answers", "reached", "pdf", "finished"])
def test_nothing_of_anothers_handout_answers(cast: Cast, hanna: Browser, name: str) -> None:
    theirs = give(cast, cast.ian)
    ask = hanna.get if name == "pdf" else hanna.post
    assert ask(at(theirs, name), {f"answer_{WRITING}": "x"}).status_code == 404
    assert not Answer.objects.exists()


def test_a_lock_set_while_somebody_types_takes_no_more(
    cast: Cast, given: Assignment, hanna: Browser
) -> None:
    Case.objects.filter(pk=cast.case.pk).update(disclosure="no")
    assert hanna.post(at(given), {f"answer_{WRITING}": "x"}).status_code == 404
    assert hanna.get(at(given, "pdf")).status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        answers.save(given, {WRITING: answers.Given("x", False)}, by=trail.SYSTEM)


def test_how_far_somebody_read_is_kept_and_never_goes_back(
    given: Assignment, hanna: Browser
) -> None:
    for number, reached in [("2", 2), ("1", 2), ("99", 2), ("x", 2), ("", 2)]:
        assert hanna.post(at(given, "reached"), {"section": number}).status_code == 200
        given.refresh_from_db()
        assert given.reached == reached
    page = hanna.get(at(given, "handout")).content.decode()
    assert "Go on where you were: Two" in page


def test_finishing_keeps_what_stands_in_the_form(given: Assignment, hanna: Browser) -> None:
    hanna.post(at(given, "finished"), {f"answer_{WRITING}": "last words"})
    given.refresh_from_db()
    assert given.finished_at
    assert Answer.objects.get().text == "last words"


def test_the_pdf_has_a_neutral_name_and_nobodys_name_inside(
    given: Assignment, hanna: Browser, settings: Any, tmp_path: Any
) -> None:
    settings.HOME = tmp_path
    hanna.post(at(given), {f"answer_{WRITING}": "CANARY wish"})
    answer = hanna.get(at(given, "pdf"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reading.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    content = answer.content
    assert content.startswith(b"%PDF")
    assert b"<pdfuaid:part>1<" in content
    for words in (b"Hanna", b"CANARY wish", b"Oak Street"):
        assert words not in content


def test_a_version_is_set_once_and_then_read(
    db: None, now: datetime, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    version = make_version()
    first = pdf.of(version)
    monkeypatch.setattr(pdf, "render", lambda version: pytest.fail("set again"))
    assert pdf.of(version) == first
    assert [path.suffix for path in (tmp_path / "pdf").iterdir()] == [".pdf"]


@pytest.mark.parametrize(
    "body",
    [
        '#import "x": *\n\n$ dollar #eval("1") <label> @ref \\*x\\*',
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n3. three\n4. four\n\n---\n\n`code`",
        "Signs: 😀 漢字 → ✓ \u202e \u0301",
        "[a](javascript:alert(1)) <script>x</script> ![i](https://example.com/i.png)",
        "",
    ],
)
def test_whatever_was_written_becomes_a_pdf(db: None, now: datetime, body: str) -> None:
    assert pdf.render(make_version(body=body)).startswith(b"%PDF")


def test_both_sides_stand_beside_each_other_for_their_counselor_alone(
    cast: Cast, given: Assignment, hanna: Browser, signed_in: Callable[..., Browser]
) -> None:
    theirs = give(cast, cast.ian)
    hanna.post(at(given), {f"answer_{CHECK}": "unsure", f"for_{CHECK}": "together"})
    enter(cast.ian, theirs).post(at(theirs), {f"answer_{WRITING}": "CANARY of Ian"})
    address = reverse("handouts:of-case", args=[cast.case.pk])
    page = signed_in(cast.nora.user).get(address).content.decode()
    for words in ("Not sure", "May be raised together", "CANARY of Ian", "For you only"):
        assert words in page
    assert Entry.objects.filter(verb="read", note="handouts and answers").count() == 2
    for other in (cast.ida.user, cast.olga, cast.dan):
        assert signed_in(other).get(address).status_code == 404
    assert "CANARY of Ian" not in hanna.get(at(given, "handout")).content.decode()


def test_the_page_of_both_asks_the_database_as_often_for_many_as_for_few(
    cast: Cast, signed_in: Callable[..., Browser], django_assert_num_queries: Any
) -> None:
    from django.test.utils import CaptureQueriesContext

    nora, address = signed_in(cast.nora.user), reverse("handouts:of-case", args=[cast.case.pk])
    counts = []
    for _ in range(2):
        for person in (cast.hanna, cast.ian):
            one = give(cast, person)
            answers.save(one, {WRITING: answers.Given("words", False)}, by=trail.SYSTEM)
        nora.get(address)
        with CaptureQueriesContext(connection) as asked:
            nora.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_next_version_keeps_the_answers_to_the_first(cast: Cast, given: Assignment) -> None:
    answers.save(given, {WRITING: answers.Given("words", False)}, by=trail.SYSTEM)
    library.add_version(given.version.handout, title="New", body="No prompts", source="")
    told = answers.of(Assignment.objects.get(pk=given.pk))
    assert [each.text for each in told] == ["", "words"]
