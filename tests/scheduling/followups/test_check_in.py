"""Answering a check-in, by private link."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from clients.contact import links
from clients.models import Case
from practice.audit import trail
from practice.audit.models import Entry, Verb
from scheduling.followups import checkins
from scheduling.followups.models import QuestionSet, Response
from scheduling.followups.planning import CHECK_IN
from tests.cast import CODE, open_link
from tests.clients.contact.test_links import everything_kept
from tests.scheduling.followups.conftest import check_in_of, hold

PAGE = "/yours/check-in/"
ANSWERS = {
    "safe": "2",
    "close": "4",
    "hard": "CANARY the talk on Sunday",
    "bring": "",
    "close_together": "on",
}


@pytest.fixture
def asked(cast, session, following):
    """Both were asked."""
    hold(session)
    return cast


class Visitor(Browser):
    """Somebody who came by a link to a check-in, with its page open."""

    about = ""

    def send(self, answers):
        """Send the page's form, which names what it answers."""
        return self.post(PAGE, {"about": self.about, **answers})


def come(person, subject=None) -> Visitor:
    browser = Visitor()
    subject = subject or check_in_of(person)
    open_link(browser, person.client, CHECK_IN, subject.pk)
    browser.about = str(subject.pk)
    return browser


def test_the_answers_are_kept_with_who_may_raise_them(asked, now):
    answer = come(asked.hanna).send(ANSWERS)
    assert "Thank you" in answer.content.decode()
    response = Response.objects.get()
    assert (response.participant, response.answered_at) == (asked.hanna, now)
    kept = [(each["answer"], each["raise"]) for each in response.answers]
    assert kept == [("2", "alone"), ("4", "together"), ("CANARY the talk on Sunday", "alone")]
    entry = Entry.objects.filter(resource="followups.response", verb=Verb.CREATE).get()
    assert (entry.client_id, entry.case_id) == (
        str(asked.hanna.client_id),
        str(asked.case.pk),
    )


def test_they_stand_in_the_database_as_ciphertext(asked):
    come(asked.hanna).send(ANSWERS)
    assert "CANARY" not in everything_kept()
    assert "CANARY" in Response.objects.get().answers_text


def test_they_are_answered_once(asked):
    browser = come(asked.hanna)
    browser.send(ANSWERS)
    again = browser.send({"safe": "5"})
    assert "Thank you" in again.content.decode()
    assert "Thank you" in browser.get(PAGE).content.decode()
    assert Response.objects.get().answers[0]["answer"] == "2"
    with pytest.raises(checkins.AlreadyAnswered):
        checkins.answer(check_in_of(asked.hanna), {"safe": "5"}, {}, by=trail.SYSTEM)


def test_the_page_afterwards_shows_no_answer(asked):
    browser = come(asked.hanna)
    browser.send(ANSWERS)
    assert "CANARY" not in browser.get(PAGE).content.decode()


def test_no_sql_changes_a_given_answer_or_whose_it_is(asked):
    come(asked.hanna).send(ANSWERS)
    other = str(asked.ian.pk) if connection.vendor == "postgresql" else asked.ian.pk.hex
    for change in ("answers_text = 'x'", f"participant_id = '{other}'"):
        with (
            pytest.raises(IntegrityError, match="answers_are_frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE followups_response SET {change}")


def test_questions_that_were_asked_never_change(asked):
    questions = QuestionSet.objects.get()
    questions.name = "Other"
    with pytest.raises(IntegrityError, match="questionset_is_frozen"), transaction.atomic():
        questions.save()


def test_each_answers_their_own(asked):
    come(asked.hanna).send({"safe": "1"})
    come(asked.ian).send({"safe": "5"})
    answers = {
        response.participant: response.answers[0]["answer"] for response in Response.objects.all()
    }
    assert answers == {asked.hanna: "1", asked.ian: "5"}


def test_the_other_partner_s_check_in_doesn_t_exist_for_one_s_link(asked):
    """Even a link made by mistake for the other's follow-up opens nothing."""
    browser = come(asked.ian, subject=check_in_of(asked.hanna))
    assert browser.get(PAGE).status_code == 404
    assert browser.send(ANSWERS).status_code == 404
    assert not Response.objects.exists()


def test_the_pages_of_both_are_the_same_before_and_after_the_other_answered(asked):
    def seen() -> str:
        return come(asked.ian).get(PAGE).content.decode().partition("csrf")[0]

    before = seen()
    come(asked.hanna).send(ANSWERS)
    assert seen() == before


def test_a_closed_case_asks_nothing(asked, now):
    browser = come(asked.hanna)
    Case.objects.filter(pk=asked.case.pk).update(status="closed", closed_at=now)
    assert browser.get(PAGE).status_code == 404
    assert browser.send(ANSWERS).status_code == 404


@pytest.mark.parametrize(
    "nothing", [{"hard": ""}, {"safe": "", "hard": "  "}, {"safe_together": "on"}]
)
def test_at_least_one_answer_is_needed(asked, nothing):
    answer = come(asked.hanna).send(nothing)
    assert "Please answer at least one question." in answer.content.decode()
    assert not Response.objects.exists()


def test_one_answer_is_enough(asked):
    come(asked.hanna).send({"bring": "Only this."})
    assert [each["answer"] for each in Response.objects.get().answers] == ["Only this."]


@pytest.mark.parametrize(
    "wrong", [{"safe": "6"}, {"safe": "0"}, {"safe": "<script>"}, {"bring": "x" * 2001}]
)
def test_wrong_input_is_refused_and_what_was_typed_is_kept(asked, wrong):
    typed = {"hard": "We talked & <b>cried</b>", "close": "4", "close_together": "on", **wrong}
    page = come(asked.hanna).send(typed).content.decode()
    assert not Response.objects.exists()
    assert "We talked &amp; &lt;b&gt;cried&lt;/b&gt;" in page
    assert page.count("checked") == 2
    assert "<script>" not in page


def test_fetching_the_page_keeps_nothing(asked):
    browser = come(asked.hanna)
    entries = Entry.objects.count()
    browser.get(PAGE)
    browser.head(PAGE)
    assert (Response.objects.count(), Entry.objects.count()) == (0, entries)


def test_the_page_promises_when_it_is_read(asked):
    page = come(asked.hanna).get(PAGE).content.decode()
    assert "before your session on Wednesday, Dec 9" in page
    assert "988" in page


def test_a_page_that_the_other_left_open_answers_nothing(asked):
    """One browser, two tabs: Hanna's page is sent after Ian came by his own link."""
    browser = come(asked.hanna)
    left_open = browser.about
    open_link(browser, asked.ian.client, CHECK_IN, check_in_of(asked.ian).pk)
    answer = browser.post(PAGE, {"about": left_open, **ANSWERS})
    assert answer.status_code == 403
    assert "CANARY" not in answer.content.decode()
    assert not Response.objects.exists()


def test_a_form_from_before_another_person_came_has_no_good_token(asked):
    browser = Browser(enforce_csrf_checks=True)
    browser.get("/consultation/")
    before = browser.cookies["csrftoken"].value
    link = links.make(asked.hanna.client_id, CHECK_IN, check_in_of(asked.hanna).pk)
    browser.post(f"/s/{link}", {"code": CODE, "csrfmiddlewaretoken": before})
    assert browser.cookies["csrftoken"].value != before
