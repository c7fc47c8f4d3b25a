"""What counselors see of follow-ups and answers, and the trace that leaves."""

import pytest

from clients.models import Case
from practice.audit import trail
from practice.audit.models import Entry, Verb
from scheduling.followups import checkins, planning
from scheduling.followups.models import CasePlan, Plan, Response
from tests.scheduling.followups.conftest import check_in_of, hold

TODAY = "/dashboard/"
HERS, HIS = "CANARY hers", "CANARY his"


@pytest.fixture
def answered(cast, session, following):
    """Hanna and Ian both answered."""
    hold(session)
    for person, words in [(cast.hanna, HERS), (cast.ian, HIS)]:
        together = {"bring": person == cast.ian}
        checkins.answer(check_in_of(person), {"bring": words}, together, by=trail.SYSTEM)
    return cast


def readings() -> list[str]:
    found = Entry.objects.filter(verb=Verb.READ, resource="followups.response")
    return sorted(found.values_list("resource_id", flat=True))


def test_the_counselor_s_day_shows_both_answers_side_by_side(answered, signed_in):
    page = signed_in(answered.nora.user).get(TODAY).content.decode()
    assert page.index(HERS) < page.index(HIS)
    assert page.count("for you only") == page.count("may be raised together") == 1


def test_the_case_page_shows_them_too(answered, signed_in):
    page = signed_in(answered.nora.user).get(f"/dashboard/cases/{answered.case.pk}/")
    assert HERS in page.content.decode()
    assert HIS in page.content.decode()


def test_every_look_is_on_record_and_the_first_is_remembered(answered, now, signed_in):
    browser = signed_in(answered.nora.user)
    keys = sorted(str(response.pk) for response in Response.objects.all())
    assert readings() == []
    browser.get(TODAY)
    assert readings() == keys
    assert set(Response.objects.values_list("seen_at", flat=True)) == {now}
    browser.get(TODAY)
    assert readings() == sorted(keys * 2)
    entry = Entry.objects.filter(verb=Verb.READ, resource="followups.response").first()
    assert entry
    assert entry.actor_id == str(answered.nora.user.pk)


@pytest.mark.parametrize("name", ["ida", "olga", "dan"])
def test_nobody_else_sees_them_and_no_reading_is_recorded(answered, signed_in, name):
    user = getattr(answered, name)
    browser = signed_in(getattr(user, "user", user))
    for address in (TODAY, "/desk/", f"/dashboard/cases/{answered.case.pk}/"):
        assert "CANARY" not in browser.get(address).content.decode()
    assert browser.get(f"/dashboard/cases/{answered.case.pk}/").status_code == 404
    assert readings() == []


def test_answers_of_a_closed_case_leave_the_day(answered, now, signed_in):
    Case.objects.filter(pk=answered.case.pk).update(status="closed", closed_at=now)
    assert "CANARY" not in signed_in(answered.nora.user).get(TODAY).content.decode()


class TestChoosingAPlan:
    """The counselor chooses what goes out between sessions."""

    @pytest.fixture
    def address(self, cast) -> str:
        return f"/dashboard/follow-ups/plan/{cast.case.pk}/"

    def test_another_plan_or_none_can_be_chosen(self, cast, address, signed_in):
        other = Plan.objects.create(name="Quiet weeks")
        browser = signed_in(cast.nora.user)
        assert "Quiet weeks" in browser.get(address).content.decode()
        browser.post(address, {"plan": other.pk})
        assert CasePlan.objects.get(case=cast.case).plan == other
        browser.post(address, {"plan": ""})
        assert not CasePlan.objects.filter(case=cast.case).exists()
        assert Entry.objects.filter(note="follow-up plan", case_id=str(cast.case.pk)).count() == 2

    @pytest.mark.parametrize("name", ["ida", "olga", "dan"])
    def test_it_exists_for_the_case_s_own_counselor_only(self, cast, address, signed_in, name):
        user = getattr(cast, name)
        browser = signed_in(getattr(user, "user", user))
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"plan": ""}).status_code == 404
        assert CasePlan.objects.filter(case=cast.case).exists()

    def test_a_plan_that_isn_t_there_is_refused(self, cast, address, signed_in):
        answer = signed_in(cast.nora.user).post(address, {"plan": 9999})
        assert answer.status_code == 200
        assert CasePlan.objects.get(case=cast.case).plan == cast.plan

    def test_what_was_planned_already_stays(self, cast, session, following):
        before = hold(session)
        planning.choose_plan(cast.case, None)
        assert planning.plan_after(session) == []
        assert cast.case.appointments.get(pk=session.pk).follow_ups.count() == len(before)
