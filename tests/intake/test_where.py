"""Where each person will be comes first; elsewhere the answer is kind, and nothing is kept."""

import pytest
from django.test import Client as Browser

from intake.models import RefusalCount
from practice.models import Directory, State
from scheduling.models import Appointment, Status
from tests.cast import CENTRAL, Cast
from tests.intake.walking import (
    REACH,
    TOGETHER,
    WHERE,
    address,
    error_beside,
    open_slots,
    row_counts,
    send,
    stored,
    take_a_time,
    text,
)

SERVED = ["NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"]
_NOT_SERVED = """
AL AK AZ AR CA CO DE GA HI ID IL IN IA KS KY LA ME MI MN MS MO MT NE NV NH NM NC ND
OH OK OR RI SC SD TN TX UT VT WA WV WI WY DC PR --
"""
NOT_SERVED = _NOT_SERVED.split()


def counted() -> dict[str, int]:
    return dict(RefusalCount.objects.values_list("state", "times"))


def test_every_state_that_is_not_served_is_asked_about(db: None) -> None:
    served = set(State.objects.served().values_list("pk", flat=True))
    assert served == set(SERVED)
    assert {*SERVED, *NOT_SERVED} == set(State.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("code", NOT_SERVED)
def test_elsewhere_is_answered_kindly_at_once_and_only_a_count_is_kept(
    client: Browser, cast: Cast, code: str
) -> None:
    before = row_counts()
    page = send(client, "where", {"with_partner": "no", "state": code})
    assert page.status_code == 200
    place = f"in {State.objects.get(pk=code).name}" if code != "--" else "outside the United States"
    words = text(page)
    assert f"We’re not able to work with people who are {place} right now" in words
    for line in ("988", "911", "1-800-799-7233"):
        assert line in words
    assert counted() == {code: 1}
    assert row_counts() == {**before, "intake_refusalcount": 1}
    assert not client.cookies.get("sessionid")


def test_the_count_of_a_state_is_one_row_however_many_ask(client: Browser, cast: Cast) -> None:
    for _ in range(3):
        send(client, "where", {"with_partner": "no", "state": "TX"})
    send(client, "where", {"with_partner": "yes", "state": "TX", "partner_state": "CA"})
    send(client, "where", {"with_partner": "yes", "state": "NY", "partner_state": "CA"})
    assert counted() == {"TX": 4, "CA": 2}


def test_a_couple_in_the_same_state_counts_once(client: Browser, cast: Cast) -> None:
    send(client, "where", {"with_partner": "yes", "state": "TX", "partner_state": "TX"})
    assert counted() == {"TX": 1}


def test_a_network_is_answered_always_but_counted_five_times_an_hour(cast: Cast) -> None:
    for _ in range(7):
        page = send(Browser(), "where", {"with_partner": "no", "state": "TX"})
        assert "in Texas right now" in text(page)
    assert counted() == {"TX": 5}
    elsewhere = Browser(REMOTE_ADDR="198.51.100.7")
    send(elsewhere, "where", {"with_partner": "no", "state": "TX"})
    assert counted() == {"TX": 6}


@pytest.mark.parametrize("served", SERVED)
def test_where_the_practice_serves_the_visitor_goes_on(
    client: Browser, cast: Cast, served: str
) -> None:
    page = send(client, "where", {**WHERE, "state": served}, follow=True)
    assert page.redirect_chain == [(address("when"), 302)]
    if served in {"PA", "CT", "MD", "VA"}:  # nobody is licensed there
        assert "No time is open that fits this." in text(page)
    assert not counted()


def test_the_states_served_are_data(client: Browser, cast: Cast) -> None:
    State.objects.filter(pk="TX").update(served=True)
    State.objects.filter(pk="NJ").update(served=False)
    assert send(client, "where", {**WHERE, "state": "TX"}).status_code == 302
    assert "in New Jersey right now" in text(send(client, "where", WHERE))


@pytest.mark.parametrize("elsewhere", ["state", "partner_state"])
def test_one_in_and_one_out_is_said_plainly_with_what_is_possible(
    client: Browser, cast: Cast, elsewhere: str
) -> None:
    before = row_counts()
    words = text(send(client, "where", {**TOGETHER, elsewhere: "TX"}))
    assert "who are in Texas right now" in words
    assert "One of you is where we can work" in words
    assert "The one who is there could come alone" in words
    assert row_counts() == {**before, "intake_refusalcount": 1}


def test_both_out_are_answered_for_both(client: Browser, cast: Cast) -> None:
    given = {"with_partner": "yes", "state": "TX", "partner_state": "CA"}
    words = text(send(client, "where", given))
    assert "in Texas or in California right now" in words
    assert "One of you is where we can work" not in words


def test_the_state_s_own_words_and_directories_are_shown(client: Browser, cast: Cast) -> None:
    State.objects.filter(pk="TX").update(note="CANARY-NOTE for Texas")
    Directory.objects.create(state_id="TX", name="Texas list", words="Local people.", url="")
    Directory.objects.create(state_id="CA", name="California list", words="Others.")
    words = text(send(client, "where", {"with_partner": "no", "state": "TX"}))
    assert "CANARY-NOTE for Texas" in words
    assert "Texas list" in words
    assert "California list" not in words
    everywhere = Directory.objects.filter(state=None)
    assert everywhere
    assert all(each.name in words for each in everywhere)


def test_abroad_no_directory_of_the_country_and_no_message_is_offered(
    client: Browser, cast: Cast
) -> None:
    page = send(client, "where", {"with_partner": "no", "state": "--"})
    for each in Directory.objects.filter(state=None):
        assert each.name not in text(page)
    assert page.context["tell_me"] is None


def test_elsewhere_comes_before_the_question_for_the_clock(client: Browser, cast: Cast) -> None:
    page = send(client, "where", {"with_partner": "no", "state": "TX", "time_zone": ""})
    assert "in Texas right now" in text(page)


def test_the_clock_is_asked_and_never_derived(client: Browser, cast: Cast) -> None:
    page = send(client, "where", {"with_partner": "no", "state": "FL"})
    assert error_beside(page, "time_zone") == "Please choose the clock you go by."
    page = send(client, "where", {**TOGETHER, "partner_time_zone": ""})
    words = "Please choose the clock your partner goes by."
    assert error_beside(page, "partner_time_zone") == words


def test_who_is_coming_and_where_must_be_said(client: Browser, cast: Cast) -> None:
    page = send(client, "where", {"state": ""})
    assert error_beside(page, "with_partner") == "Please say who is coming."
    assert error_beside(page, "state") == "Please choose where you’ll be."
    page = send(client, "where", {**TOGETHER, "partner_state": ""})
    assert error_beside(page, "partner_state") == "Please choose where your partner will be."


@pytest.mark.parametrize("odd", ["ZZ", "nj", "NJ ", "\x00", "9" * 400, "' OR 1=1", "🙂"])
@pytest.mark.parametrize("field", ["state", "partner_state", "time_zone", "with_partner"])
def test_a_place_that_is_none_is_an_error_beside_it(
    client: Browser, cast: Cast, field: str, odd: str
) -> None:
    page = send(client, "where", {**TOGETHER, field: odd})
    assert error_beside(page, field) == "Please choose one of these."
    assert not counted()


def test_what_was_said_about_a_partner_counts_only_if_they_come(
    client: Browser, cast: Cast
) -> None:
    given = {**TOGETHER, "with_partner": "no", "partner_state": "TX"}
    assert send(client, "where", given).status_code == 302


def test_what_was_said_before_stands_there_when_one_comes_back(client: Browser, cast: Cast) -> None:
    said = {**TOGETHER, "state": "FL", "time_zone": CENTRAL}
    send(client, "where", said)
    form = client.get(address("where")).context["form"]
    assert {name: form[name].value() for name in said} == said


def test_another_place_gives_the_time_back_and_loses_nothing_typed(
    client: Browser, cast: Cast
) -> None:
    take_a_time(client)
    send(client, "about-you", REACH)
    send(client, "where", {**WHERE, "state": "NY"})
    assert not Appointment.objects.filter(status=Status.HOLD).exists()
    assert client.get(address("about-you")).headers["Location"] == address("when")
    assert send(client, "when", {"slot": open_slots(client)[0]}).status_code == 302
    assert client.get(address("about-you")).context["form"]["name"].value() == REACH["name"]


def test_the_same_place_said_again_keeps_the_time(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    send(client, "where", WHERE)
    assert Appointment.objects.filter(status=Status.HOLD).count() == 1
    assert client.get(address("about-you")).status_code == 200


def test_elsewhere_after_a_time_was_taken_ends_what_was_begun(client: Browser, cast: Cast) -> None:
    """The page says that nothing is kept: so it is."""
    take_a_time(client, TOGETHER)
    send(client, "about-you", REACH)
    page = send(client, "where", {"with_partner": "no", "state": "TX"})
    assert "We keep nothing of what you told us." in text(page)
    assert not Appointment.objects.filter(status=Status.HOLD).exists()
    for step in ("when", "about-you", "agree"):
        assert client.get(address(step)).headers["Location"] == address("where")
    assert "draft" not in client.session
    assert "Vera" not in stored()


def test_looking_at_the_page_stores_nothing(client: Browser, cast: Cast) -> None:
    before = row_counts()
    for _ in range(3):
        client.get(address("where"))
        client.get(address("when"))
    assert row_counts() == before
    assert not client.cookies.get("sessionid")
