"""What the practice does with a request, and what its own people then find by their link."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import sending
from clients.contact.models import Message
from intake import triage
from intake.models import ConsultationRequest, DeclineReason, Offer, Status
from intake.notices import REQUEST
from intake.times import value_of
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import Counselor
from scheduling import booking, lifecycle
from scheduling.models import Appointment
from scheduling.models import Status as AppointmentStatus
from tests.access import requests
from tests.cast import Cast, in_days, make_consultation, make_counselor, open_link
from tests.kept import kept
from tests.scheduling.racing import of_kind, race

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def nora(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.nora.user)


@kept
def asked(cast: Cast) -> ConsultationRequest:
    """Wanda waits; nobody looks after her request yet."""
    return requests.waiting("NJ", "Wanda")


@kept
def offered(cast: Cast, asked: ConsultationRequest, now: datetime) -> ConsultationRequest:
    """Three times are kept for her."""
    offer(asked, *three(cast, now))
    return requests.one(asked)


def three(cast: Cast, now: datetime) -> list[tuple[Counselor, datetime]]:
    return [(cast.nora, in_days(now, day)) for day in (5, 6, 7)]


def offer(asked: ConsultationRequest, *times: tuple[Counselor, datetime]) -> list[Offer]:
    return triage.offer(asked, times, by=trail.SYSTEM)


def accept(asked: ConsultationRequest, counselor: Counselor, starts_at: datetime) -> Appointment:
    return triage.accept(asked, counselor, starts_at, by=trail.SYSTEM)


def take(asked: ConsultationRequest, counselor: Counselor) -> bool:
    triage.take(asked, counselor, by=trail.SYSTEM)
    return True


def address(asked: ConsultationRequest, name: str = "page") -> str:
    return reverse(f"requests:{name}", args=[asked.pk])


def slot(counselor: Counselor, starts_at: datetime) -> str:
    return f"{counselor.pk}|{starts_at.isoformat()}"


def said(page: Any) -> str:
    text: str = page.content.decode()
    return text


def no_time() -> DeclineReason:
    return DeclineReason.objects.get(pk="no-time")


def held_times() -> set[datetime]:
    kept = Appointment.objects.filter(status=AppointmentStatus.HOLD)
    return set(kept.values_list("starts_at", flat=True))


def close(asked: ConsultationRequest) -> None:
    triage.decline(asked, no_time(), tell=False, by=trail.SYSTEM)


# Who looks after it


def test_the_desk_assigns_it_to_a_counselor_licensed_there(
    desk: Browser, cast: Cast, asked: ConsultationRequest
) -> None:
    form = desk.get(address(asked)).context["assign_form"]
    assert list(form.fields["counselor"].queryset) == [cast.nora]
    page = desk.post(address(asked, "assign"), {"counselor": cast.ida.pk})
    assert page.status_code == 200
    assert requests.one(asked).counselor is None
    assert desk.post(address(asked, "assign"), {"counselor": cast.nora.pk}).status_code == 302
    assert requests.one(asked).counselor == cast.nora
    note = Entry.objects.filter(resource_id=str(asked.pk)).latest("seq")
    assert (note.note, note.actor_id) == ("assigned", str(cast.dan.pk))


def test_where_nobody_is_licensed_in_every_place_the_desk_reads_so(
    desk: Browser, cast: Cast
) -> None:
    asked = requests.waiting("PA", "Pia")
    assert "No counselor is licensed in every place" in said(desk.get(address(asked)))


def test_a_counselor_takes_what_nobody_has(
    nora: Browser, cast: Cast, asked: ConsultationRequest
) -> None:
    page = nora.post(address(asked, "take"))
    assert page.headers["Location"] == reverse("consultations:page", args=[asked.pk])
    assert requests.one(asked).counselor == cast.nora


def test_a_counselor_without_a_license_there_is_told_so(
    cast: Cast, signed_in: SignIn, asked: ConsultationRequest
) -> None:
    page = signed_in(cast.ida.user).post(address(asked, "take"), follow=True)
    assert "You hold no license in every place of this request." in said(page)
    assert requests.one(asked).counselor is None


def test_what_somebody_else_has_taken_is_not_taken_again(
    cast: Cast, asked: ConsultationRequest
) -> None:
    stale = ConsultationRequest.objects.get(pk=asked.pk)
    take(asked, cast.nora)
    with pytest.raises(triage.NotNow):
        take(stale, cast.ida)
    assert requests.one(asked).counselor == cast.nora


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_counselors_take_it_in_the_same_instant_and_one_has_it(
    cast: Cast, asked: ConsultationRequest
) -> None:
    other = make_counselor("ned", ["NJ"])
    results = race(*[partial(take, asked, each) for each in (cast.nora, other) * 3])
    winner = requests.one(asked).counselor
    assert winner in (cast.nora, other)
    assert len(of_kind(results, bool)) == 3  # the same person may say it again
    assert len(of_kind(results, triage.NotNow)) == 3


def test_with_a_time_booked_it_stays_with_its_counselor(desk: Browser, cast: Cast) -> None:
    asked = make_consultation(cast.nora, in_days(cast.case.opened_at, 3)).request
    other = make_counselor("ned", ["NY", "NJ", "FL"])
    page = desk.post(address(asked, "assign"), {"counselor": other.pk}, follow=True)
    assert "Its time is booked with another counselor." in said(page)
    assert requests.one(asked).counselor == cast.nora


# Offering times


def test_offered_times_are_kept_for_two_days(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    times = three(cast, now)
    page = desk.post(
        address(asked, "times"), {"slots": [slot(*each) for each in times], "act": "offer"}
    )
    assert page.headers["Location"] == address(asked)
    after = requests.one(asked)
    assert (after.status, after.counselor) == (Status.OFFERED, cast.nora)
    assert [each.appointment.starts_at for each in after.offers.all()] == [at for _, at in times]
    ends = {each.appointment.hold_ends_at for each in after.offers.all()}
    assert ends == {now + timedelta(hours=48)}


def test_a_time_that_comes_sooner_is_kept_until_then(
    cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    (kept,) = offer(asked, (cast.nora, in_days(now, 1)))
    assert kept.appointment.hold_ends_at == in_days(now, 1)


def test_more_than_three_are_too_many(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    times = [(cast.nora, in_days(now, day)) for day in (1, 2, 5, 6)]
    open_slots = [slot(*each) for each in times]
    page = desk.post(address(asked, "times"), {"slots": open_slots, "act": "offer"})
    assert "Please offer 3 times at most." in said(page)
    assert held_times() == set()


def test_if_one_of_the_times_is_gone_none_is_kept(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    times = three(cast, now)
    make_consultation(cast.nora, times[2][1], "Quick")
    with pytest.raises(booking.SlotTaken):
        offer(asked, *times)
    assert held_times() == set()
    assert requests.one(asked).status == Status.WAITING
    page = desk.post(
        address(asked, "times"), {"slots": [slot(*each) for each in times], "act": "offer"}
    )
    assert "One of these times is no longer open." in said(page)


def test_times_of_a_counselor_without_a_license_there_are_refused(
    cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    with pytest.raises(booking.MayNotMeet):
        offer(asked, (cast.nora, in_days(now, 5)), (cast.ida, in_days(now, 6)))
    assert held_times() == set()


def test_a_new_offer_takes_the_place_of_the_one_before(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    offer(offered, (cast.nora, in_days(now, 9)))
    assert held_times() == {in_days(now, 9)}
    assert requests.one(offered).offers.count() == 1


def test_their_message_says_nothing_and_leads_to_the_times(
    cast: Cast, offered: ConsultationRequest
) -> None:
    mail.outbox.clear()
    sending.tick()
    letters = [each for each in mail.outbox if each.to == ["wanda@example.com"]]
    assert letters
    for each in letters:
        whole = each.message().as_string().lower()
        for word in ("counsel", "consult", "therap", "couple", "nora", "wanda v"):
            assert word not in whole
    page = said(open_link(Browser(), offered.client, REQUEST, offered.pk))
    assert "Which of these times suits you?" in page
    assert page.count('type="radio"') == 3
    assert "All of these are with Nora" in page
    assert "These times are kept for you until" in page


def test_only_what_they_wish_for_is_shown_until_all_is_asked_for(
    desk: Browser, cast: Cast, asked: ConsultationRequest
) -> None:
    ConsultationRequest.objects.filter(pk=asked.pk).update(
        wished_days=[4], wished_parts=["afternoon"]
    )
    page = said(desk.get(address(asked, "times")))
    assert "Friday, Dec 4" in page
    assert "Thursday, Dec 3" not in page
    assert "Thursday, Dec 3" in said(desk.get(address(asked, "times"), {"all": "1"}))


# Choosing


def choose(asked: ConsultationRequest, value: str, browser: Browser | None = None) -> Any:
    browser = browser or Browser()
    open_link(browser, asked.client, REQUEST, asked.pk)
    return browser.post(reverse("your-request"), {"slot": value}, follow=True)


def test_they_choose_one_and_the_others_are_free_again(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    second = offered.offers.all()[1].appointment
    page = said(choose(offered, value_of(second)))
    assert "Your time is booked" in page
    after = requests.one(offered)
    assert after.appointment == second
    assert (after.status, after.offers.count()) == (Status.BOOKED, 0)
    assert held_times() == set()
    assert list(second.attendees.values_list("client", "state")) == [(offered.client_id, "NJ")]


def test_what_they_chose_is_confirmed_and_they_are_reminded_though_they_asked_the_same_day(
    cast: Cast, offered: ConsultationRequest
) -> None:
    choose(offered, requests.first_offer(offered))
    theirs = Message.objects.filter(client=offered.client, purpose="appointment")
    assert {each.template for each in theirs} == {"booked", "reminder", "soon"}


def test_a_partner_who_answered_hears_the_time_that_was_chosen(cast: Cast, now: datetime) -> None:
    asked = requests.answered(requests.invited(cast.nora, 3, "Vera", "Paul"))
    assert asked.appointment is not None
    assert asked.partner is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    (kept,) = offer(asked, (cast.nora, in_days(now, 8)))
    told = Message.objects.filter(client=asked.partner, subject_id=str(kept.appointment_id))
    assert not told.exists()
    choose(asked, value_of(kept.appointment))
    assert {each.template for each in told} == {"booked", "reminder", "soon"}
    assert kept.appointment.attendees.filter(client=asked.partner).exists()


def test_a_time_that_is_gone_leaves_the_others_to_choose_from(
    cast: Cast, offered: ConsultationRequest
) -> None:
    first = offered.offers.all()[0].appointment
    booking.let_go(first)
    page = said(choose(offered, value_of(first)))
    assert "That time is no longer free. These are still kept for you." in page
    assert page.count('type="radio"') == 2
    assert requests.one(offered).status == Status.OFFERED


def test_the_same_time_sent_twice_is_booked_once(cast: Cast, offered: ConsultationRequest) -> None:
    browser, value = Browser(), requests.first_offer(offered)
    assert "Your time is booked" in said(choose(offered, value, browser))
    again = browser.post(reverse("your-request"), {"slot": value}, follow=True)
    assert "Your time is booked" in said(again)
    assert Appointment.objects.live().filter(attendees__client=offered.client).count() == 1


def test_after_two_days_the_times_are_no_longer_theirs(
    cast: Cast, offered: ConsultationRequest, now: datetime, travel: Callable[[datetime], None]
) -> None:
    value = requests.first_offer(offered)
    travel(now + timedelta(hours=48, minutes=1))
    page = said(choose(offered, value))
    assert "That time is no longer free" in page or "We look for a time for you" in page
    assert requests.one(offered).status == Status.OFFERED
    assert "No answer to the times offered" in triage.next_step(requests.one(offered)).words


@pytest.mark.parametrize(
    "value", ["", "x", "|", "1|", "999|2026-12-09T16:00:00+00:00", "1|soon", "\x00|1"]
)
def test_nothing_but_an_offered_time_can_be_chosen(
    cast: Cast, offered: ConsultationRequest, value: str
) -> None:
    page = choose(offered, value)
    assert page.status_code == 200
    assert requests.one(offered).status == Status.OFFERED


def test_none_fits_and_they_wait_again(cast: Cast, offered: ConsultationRequest) -> None:
    browser = Browser()
    open_link(browser, offered.client, REQUEST, offered.pk)
    page = browser.post(reverse("your-request-none-fits"), follow=True)
    assert "We look for other times." in said(page)
    assert requests.one(offered).status == Status.WAITING
    assert held_times() == set()
    again = browser.post(reverse("your-request-none-fits"), follow=True)
    assert "There is nothing to choose from any more." in said(again)


# Booking for them


def test_the_desk_books_a_time_for_them_at_once_and_they_are_told(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    at = in_days(now, 5)
    desk.post(address(asked, "times"), {"slots": slot(cast.nora, at), "act": "book"})
    after = requests.one(asked)
    assert after.appointment is not None
    assert (after.status, after.counselor, after.appointment.starts_at) == ("booked", cast.nora, at)
    assert Message.objects.filter(client=asked.client, template="booked").count() == 1
    assert Entry.objects.filter(resource_id=str(asked.pk), note="booked").exists()


def test_to_book_one_time_is_chosen_and_no_more(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    times = [slot(*each) for each in three(cast, now)[:2]]
    page = desk.post(address(asked, "times"), {"slots": times, "act": "book"})
    assert "To book, please choose exactly one time." in said(page)
    assert requests.one(asked).appointment is None


def test_booking_gives_back_what_was_offered(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    accept(offered, cast.nora, in_days(now, 9))
    assert held_times() == set()
    assert requests.one(offered).offers.count() == 0


def test_a_time_kept_for_them_can_be_booked_for_them(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    accept(offered, cast.nora, in_days(now, 5))
    assert requests.one(offered).status == Status.BOOKED


def test_where_the_time_is_taken_the_offers_stay(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    make_consultation(cast.nora, in_days(now, 9), "Quick")
    with pytest.raises(booking.SlotTaken):
        accept(offered, cast.nora, in_days(now, 9))
    assert len(held_times()) == 3
    assert requests.one(offered).status == Status.OFFERED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_of_the_staff_book_for_them_in_the_same_instant_and_one_time_stands(
    cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    times = [in_days(now, day) for day in (5, 6, 7, 8)]
    results = race(*[partial(accept, asked, cast.nora, at) for at in times])
    (booked,) = of_kind(results, Appointment)
    assert len(of_kind(results, triage.NotNow)) == 3
    assert requests.one(asked).appointment == booked
    assert Appointment.objects.live().filter(attendees__client=asked.client).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_staff_and_visitors_want_the_same_time_and_one_has_it(
    cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    at = in_days(now, 5)
    visitors = [partial(make_consultation, cast.nora, at, f"Vis{number}") for number in range(3)]
    results = race(partial(accept, asked, cast.nora, at), *visitors)
    assert len(of_kind(results, Appointment)) == 1
    assert len(of_kind(results, booking.SlotTaken)) == 3
    assert Appointment.objects.live().filter(counselor=cast.nora, starts_at=at).count() == 1
    waits = requests.one(asked)
    assert (waits.status == Status.BOOKED) == isinstance(results[0], Appointment)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_they_choose_while_the_desk_offers_others_and_nothing_is_left_over(
    cast: Cast, offered: ConsultationRequest, now: datetime
) -> None:
    chosen = offered.offers.select_related("request", "appointment")[0]
    race(
        partial(triage.choose, chosen, by=trail.SYSTEM),
        partial(offer, offered, (cast.nora, in_days(now, 9))),
    )
    after = requests.one(offered)
    if after.status == Status.BOOKED:
        assert held_times() == set()
    else:
        assert held_times() == {in_days(now, 9)}
    live = Appointment.objects.live().filter(starts_at__gt=in_days(now, 4))
    assert live.count() == 1


# Declining


def test_the_reason_stands_behind_the_link_and_not_in_the_message(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    mail.outbox.clear()
    page = desk.post(address(asked, "decline"), {"reason": "no-time", "tell": "on"}, follow=True)
    assert "Closed. They are told." in said(page)
    sending.tick()
    (letter,) = [each for each in mail.outbox if each.to == ["wanda@example.com"]]
    assert "no time open soon" not in letter.message().as_string()
    theirs = said(open_link(Browser(), asked.client, REQUEST, asked.pk))
    assert "We have no time open soon" in theirs
    assert "Who else can help" in theirs


def test_it_may_be_closed_without_a_message(
    desk: Browser, cast: Cast, asked: ConsultationRequest
) -> None:
    before = Message.objects.count()
    page = desk.post(address(asked, "decline"), {"reason": "not-reached"}, follow=True)
    assert "Closed." in said(page)
    assert Message.objects.count() == before
    assert requests.one(asked).status == Status.DECLINED


@pytest.mark.parametrize("reason", ["", "because", "no-time' --"])
def test_a_reason_is_from_the_list(desk: Browser, asked: ConsultationRequest, reason: str) -> None:
    page = desk.post(address(asked, "decline"), {"reason": reason}, follow=True)
    assert "Please choose a reason from the list." in said(page)
    assert requests.one(asked).status == Status.WAITING


def test_declining_gives_back_what_was_offered(offered: ConsultationRequest) -> None:
    close(offered)
    assert held_times() == set()


def test_with_a_time_booked_it_cannot_be_closed(desk: Browser, cast: Cast) -> None:
    asked = make_consultation(cast.nora, in_days(cast.case.opened_at, 3)).request
    page = desk.post(address(asked, "decline"), {"reason": "no-time"}, follow=True)
    assert "A time is booked. Please cancel it first" in said(page)
    assert requests.one(asked).status == Status.BOOKED


def test_nothing_more_is_done_with_what_is_closed(
    cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    close(asked)
    for act in (
        partial(close, asked),
        partial(offer, asked, (cast.nora, in_days(now, 5))),
        partial(accept, asked, cast.nora, in_days(now, 5)),
        partial(take, asked, cast.nora),
        partial(triage.assign, asked, cast.nora, by=trail.SYSTEM),
        partial(triage.none_fits, asked, by=trail.SYSTEM),
    ):
        with pytest.raises(triage.NotNow):
            act()
    assert held_times() == set()
    assert requests.one(asked).counselor is None


def test_nor_with_what_became_a_case(cast: Cast, asked: ConsultationRequest) -> None:
    ConsultationRequest.objects.filter(pk=asked.pk).update(case=cast.case)
    for act in (partial(close, asked), partial(take, asked, cast.nora)):
        with pytest.raises(triage.NotNow):
            act()
    assert requests.one(asked).status == Status.WAITING


# Once more


@pytest.mark.parametrize("became", [AppointmentStatus.CANCELED, AppointmentStatus.NO_SHOW])
def test_after_a_canceled_or_missed_consultation_other_times_are_offered(
    cast: Cast, now: datetime, became: str
) -> None:
    asked = requests.begun(cast.nora, 3, "Bea")
    Appointment.objects.filter(request=asked).update(status=became)
    offer(asked, (cast.nora, in_days(now, 6)))
    after = requests.one(asked)
    assert (after.status, after.appointment) == (Status.OFFERED, None)
    choose(after, requests.first_offer(after))
    assert requests.one(asked).status == Status.BOOKED


def test_after_a_canceled_one_it_may_be_closed(cast: Cast) -> None:
    asked = make_consultation(cast.nora, in_days(cast.case.opened_at, 3)).request
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    close(asked)
    assert requests.one(asked).status == Status.DECLINED


def test_while_a_time_is_booked_no_other_is_offered(cast: Cast, now: datetime) -> None:
    asked = make_consultation(cast.nora, in_days(now, 3)).request
    with pytest.raises(triage.NotNow):
        offer(asked, (cast.nora, in_days(now, 6)))
    with pytest.raises(triage.NotNow):
        accept(asked, cast.nora, in_days(now, 6))
    assert Appointment.objects.live().filter(attendees__client=asked.client).count() == 1


def test_the_staff_look_at_later_days_too(desk: Browser, asked: ConsultationRequest) -> None:
    page = desk.get(address(asked, "times"))
    first = page.context["form"].fields["slots"].choices
    later = desk.get(address(asked, "times"), {"since": page.context["later"]})
    then = later.context["form"].fields["slots"].choices
    assert len(first) == len(then) == 5
    assert not {day for day, _ in first} & {day for day, _ in then}
    (_, ((value, _), *_)), *_ = then
    path = f"{address(asked, 'times')}?since={page.context['later']}"
    desk.post(path, {"slots": value, "act": "book"})
    asked.refresh_from_db()
    assert asked.appointment is not None


@pytest.mark.parametrize("since", ["", "x", "2026-13-45", "9999-12-31", "0001-01-01"])
def test_a_day_that_makes_no_sense_shows_the_first_ones(
    desk: Browser, asked: ConsultationRequest, since: str
) -> None:
    page = desk.get(address(asked, "times"), {"since": since})
    assert len(page.context["form"].fields["slots"].choices) == 5


def test_times_too_near_to_each_other_to_keep_both_are_named_as_such(
    desk: Browser, cast: Cast, asked: ConsultationRequest, now: datetime
) -> None:
    first = in_days(now, 7)
    near = [slot(cast.nora, first), slot(cast.nora, first + timedelta(minutes=30))]
    page = desk.post(address(asked, "times"), {"slots": near, "act": "offer"})
    assert "too near to each other" in page.content.decode()
    assert held_times() == set()


def test_somebody_whom_no_message_reaches_is_called_and_that_is_noted(
    desk: Browser, asked: ConsultationRequest
) -> None:
    asked.client.card.channel = "phone"
    asked.client.card.save()
    sending.tick()
    assert triage.next_step(requests.one(asked)).words.endswith("please call")
    assert "I’ve called them" in desk.get(address(asked)).content.decode()
    desk.post(address(asked, "called"))
    assert triage.next_step(requests.one(asked)).words == "Offer times, or decline"


def test_a_place_that_does_not_fit_is_the_next_step(cast: Cast, now: datetime) -> None:
    appointment = make_consultation(cast.nora, in_days(now, 3), "Tess")
    asked = ConsultationRequest.objects.get(appointment=appointment)
    assert triage.next_step(requests.one(asked)).waits
    appointment.attendees.filter(client=asked.client).update(state="TX")
    step = triage.next_step(requests.one(asked))
    assert (step.waits, "license" in step.words) == (False, True)
