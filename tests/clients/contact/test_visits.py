"""A visit by private link: short, one person's only, and only for what the link is for."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from clients.contact import codes, links, visits
from clients.handouts import assign
from clients.handouts.models import Audience
from practice.audit import trail
from practice.audit.models import Entry, Verb
from scheduling.notices import APPOINTMENT
from tests.cast import Cast, in_days, make_session, make_version, open_link
from tests.kept import kept

READING = "/yours/reading/"
PAGES = {
    assign.READING: READING,
    APPOINTMENT: "/yours/appointment/",
    "check_in": "/yours/check-in/",
}


@kept
def reading(cast: Cast) -> Cast:
    """Hanna and Ian each have a handout of their own to read."""
    for person, audience in [(cast.hanna, Audience.HURT), (cast.ian, Audience.INVOLVED)]:
        version = make_version(audience, title=f"Only {person.client.first_name} sees this")
        assign.give(person, [version], now=True, user=cast.nora.user, by=trail.SYSTEM)
    return cast


def come(browser: Browser, person) -> str:
    answer = open_link(browser, person.client, assign.READING, person.pk)
    return str(answer.content.decode())


def test_a_link_and_the_code_open_what_the_link_is_for(reading, client):
    assert "Only Hanna sees this" in come(client, reading.hanna)
    entry = Entry.objects.filter(verb=Verb.SIGN_IN).get()
    assert entry.client_id == entry.actor_id == str(reading.hanna.client_id)


def test_twenty_minutes_without_a_click_end_the_visit(reading, client, now, travel):
    come(client, reading.hanna)
    travel(now + timedelta(minutes=20))
    assert client.get(READING).status_code == 200
    travel(now + timedelta(minutes=40, seconds=1))
    assert client.get(READING).status_code == 403
    travel(now + timedelta(minutes=41))
    assert client.get(READING).status_code == 403


def test_two_hours_end_the_visit_whatever_is_clicked(reading, client, now, travel):
    come(client, reading.hanna)
    for minutes in range(15, 121, 15):
        travel(now + timedelta(minutes=minutes))
        assert client.get(READING).status_code == 200
    travel(now + timedelta(minutes=120, seconds=1))
    assert client.get(READING).status_code == 403


def test_one_person_s_visit_ends_the_other_s_in_the_same_browser(reading, client):
    come(client, reading.hanna)
    before = client.session.session_key
    shown = come(client, reading.ian)
    assert "Only Ian sees this" in shown
    assert "Hanna" not in shown
    assert "Only Hanna" not in client.get(READING).content.decode()
    assert client.session.session_key != before


def test_the_browser_is_told_to_drop_the_earlier_visitor_s_pages(reading, client):
    token = links.make(reading.ian.client_id, assign.READING, reading.ian.pk)
    answer = client.post(f"/s/{token}", {"code": "meadow42"})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_other_partner_s_link_doesn_t_open_with_one_s_own_code(reading, client):
    from clients.contact import codes

    codes.choose(reading.ian.client, "river-boat-7")
    token = links.make(reading.hanna.client_id, assign.READING, reading.hanna.pk)
    answer = client.post(f"/s/{token}", {"code": "river-boat-7"})
    assert "open anything" in answer.content.decode()
    assert client.get(READING).status_code == 403


def test_staff_who_try_a_link_stay_signed_in(reading, signed_in):
    browser = signed_in(reading.nora.user)
    assert browser.get("/dashboard/").status_code == 200
    come(browser, reading.hanna)
    assert browser.get("/dashboard/").status_code == 200
    browser.post("/yours/leave/")
    assert browser.get(READING).status_code == 403
    assert browser.get("/dashboard/").status_code == 200


def test_leaving_ends_the_visit_and_clears_the_browser(reading, client):
    come(client, reading.hanna)
    answer = client.post("/yours/leave/")
    assert answer.headers["Refresh"] == "1; url=https://www.weather.gov/"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(READING).status_code == 403


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_quick_exit_ends_the_visit(reading, client, method):
    come(client, reading.hanna)
    answer = getattr(client, method)("/elsewhere/")
    assert answer.headers["Location"] == "https://www.weather.gov/"
    assert client.get(READING).status_code == 403


def test_a_new_code_ends_the_visits_of_the_old(reading, client):
    come(client, reading.hanna)
    codes.choose(reading.hanna.client, "another code 5")
    assert client.get(READING).status_code == 403


@pytest.mark.parametrize("purpose", PAGES)
def test_a_link_opens_no_page_of_another_purpose(reading, client, now, purpose):
    session = make_session(reading.case, in_days(now, 2))
    subject = {APPOINTMENT: session.pk}.get(purpose, reading.hanna.pk)
    open_link(client, reading.hanna.client, purpose, subject)
    for other, page in PAGES.items():
        if other != purpose:
            assert client.get(page).status_code == 403


def test_a_link_revoked_during_the_visit_ends_it(reading, client):
    come(client, reading.hanna)
    links.revoke_all(reading.hanna.client_id)
    assert client.get(READING).status_code == 403


def test_a_newer_message_about_the_same_thing_puts_nobody_out(reading, client, travel, now):
    come(client, reading.hanna)
    for minutes in (1, 2):
        travel(now + timedelta(minutes=minutes))
        links.make(reading.hanna.client_id, assign.READING, reading.hanna.pk)
    assert client.get(READING).status_code == 200
    links.revoke(reading.hanna.client_id, assign.READING, reading.hanna.pk)
    assert client.get(READING).status_code == 403


def test_what_ends_all_links_ends_the_visit_though_a_new_one_is_made_later(
    reading, client, travel, now
):
    come(client, reading.hanna)
    links.revoke_all(reading.hanna.client_id)
    travel(now + timedelta(minutes=1))
    links.make(reading.hanna.client_id, assign.READING, reading.hanna.pk)
    assert client.get(READING).status_code == 403


def test_a_visit_never_goes_on_with_a_link_that_is_locked(reading, client, travel, now):
    come(client, reading.hanna)
    travel(now + timedelta(minutes=1))
    token = links.make(reading.hanna.client_id, assign.READING, reading.hanna.pk)
    for _ in range(links.TRIES):
        codes.answer(links.find(token), "not the code")
    assert client.get(READING).status_code == 403


def test_without_a_visit_there_is_only_the_neutral_page(cast, client):
    answers = [client.get(page) for page in PAGES.values()]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content.partition(b"csrf")[0] for answer in answers}) == 1


def test_the_moved_clock_of_the_demo_ends_no_visit(reading, client, settings, tmp_path):
    from practice import clock

    settings.DEMO, settings.HOME = True, tmp_path
    come(client, reading.hanna)
    clock.set_offset(timedelta(days=2))
    assert client.get(READING).status_code == 200


def test_every_purpose_of_a_message_leads_somewhere(cast):
    purposes = {assign.READING, assign.HANDOUT, APPOINTMENT, "check_in", "line", "request"}
    assert set(visits._LEADS_TO) == purposes
