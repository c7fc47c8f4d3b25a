"""Personal codes: what the other partner doesn't know."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from clients.contact import codes, links
from clients.contact.codes import Answer
from clients.contact.models import PersonalCode, PrivateLink
from clients.models import Client
from tests.cast import CODE

WRONG = "not the code"


def link_of(client: Client, about: str = "thing") -> PrivateLink:
    link = links.find(links.make(client.pk, "check_in", about))
    assert link
    return link


def fail(link: PrivateLink, times: int) -> None:
    for _ in range(times):
        assert codes.answer(link, WRONG) is Answer.NOTHING


def test_the_code_opens_with_blanks_or_without(hanna):
    assert codes.answer(link_of(hanna), CODE) is Answer.OPEN
    assert codes.answer(link_of(hanna), " meadow 42\t") is Answer.OPEN


def test_the_partner_s_code_opens_nothing(hanna, ian):
    codes.choose(ian, "river-boat-7")
    assert codes.answer(link_of(hanna), "river-boat-7") is Answer.NOTHING
    assert codes.answer(link_of(ian), "river-boat-7") is Answer.OPEN


def test_codes_are_kept_as_digests(hanna):
    read_out = codes.normal(codes.enroll(hanna))
    held = PersonalCode.objects.get(client=hanna)
    assert CODE not in held.code
    assert read_out not in held.enrollment


def test_five_wrong_codes_lock_the_link_for_the_right_one_too(hanna, now):
    link = link_of(hanna)
    fail(link, 4)
    assert codes.answer(link, CODE) is Answer.OPEN
    fail(link, 5)
    link.refresh_from_db()
    assert link.locked_at == now
    assert codes.answer(link, CODE) is Answer.NOTHING
    assert codes.answer(link_of(hanna, "other"), CODE) is Answer.OPEN


def test_ten_wrong_codes_in_a_row_lock_the_person_whatever_link_they_come_by(hanna, now):
    fail(link_of(hanna), 5)
    fail(link_of(hanna, "second"), 4)
    assert PersonalCode.objects.get(client=hanna).locked_at is None
    fail(link_of(hanna, "third"), 1)
    held = PersonalCode.objects.get(client=hanna)
    assert (held.failures, held.locked_at) == (10, now)
    assert codes.answer(link_of(hanna, "fourth"), CODE) is Answer.NOTHING


def test_a_new_link_doesn_t_reset_the_person_s_counter(hanna):
    fail(link_of(hanna), 3)
    fail(link_of(hanna), 2)
    assert PersonalCode.objects.get(client=hanna).failures == 5


def test_the_right_code_forgets_the_wrong_ones_before(hanna):
    link = link_of(hanna)
    fail(link, 4)
    codes.answer(link, CODE)
    link.refresh_from_db()
    assert (link.failures, PersonalCode.objects.get(client=hanna).failures) == (0, 0)


def test_a_locked_person_s_partner_is_not_locked(hanna, ian):
    fail(link_of(hanna), 5)
    fail(link_of(hanna, "second"), 5)
    assert codes.answer(link_of(ian), CODE) is Answer.OPEN


def test_a_new_code_from_the_counselor_opens_the_lock(hanna):
    fail(link_of(hanna), 5)
    fail(link_of(hanna, "second"), 5)
    assert codes.answer(link_of(hanna, "third"), codes.enroll(hanna)) is Answer.ENROLL


def test_the_right_code_on_a_link_that_is_over_says_so(hanna, now, travel):
    expired, revoked = link_of(hanna), link_of(hanna, "revoked")
    links.revoke(hanna.pk, "check_in", "revoked")
    assert codes.answer(revoked, CODE) is Answer.ENDED
    travel(now + links.LIFE)
    assert codes.answer(expired, CODE) is Answer.ENDED
    assert codes.answer(expired, WRONG) is Answer.NOTHING


def test_the_enrollment_is_good_for_seven_days(hanna, now, travel):
    code = codes.enroll(hanna)
    travel(now + timedelta(days=7, seconds=-1))
    assert codes.answer(link_of(hanna), code) is Answer.ENROLL
    travel(now + timedelta(days=7))
    assert codes.answer(link_of(hanna), code) is Answer.NOTHING


def test_the_enrollment_is_good_once(hanna):
    code = codes.enroll(hanna)
    mark = codes.enrollment_of(hanna.pk)
    assert codes.choose_first(hanna, "own-code-1", mark)
    assert codes.answer(link_of(hanna), code) is Answer.NOTHING
    assert not codes.choose_first(hanna, "own-code-2", mark)
    assert codes.answer(link_of(hanna), "own-code-1") is Answer.OPEN


def test_a_newer_enrollment_ends_the_older(hanna):
    older = codes.enroll(hanna)
    mark = codes.enrollment_of(hanna.pk)
    newer = codes.enroll(hanna)
    assert codes.answer(link_of(hanna), older) is Answer.NOTHING
    assert not codes.choose_first(hanna, "own-code-1", mark)
    assert codes.answer(link_of(hanna), newer) is Answer.ENROLL


def test_nobody_chooses_a_code_without_an_enrollment(hanna):
    assert codes.enrollment_of(hanna.pk) == ""
    assert not codes.choose_first(hanna, "own-code-1", "")
    assert codes.answer(link_of(hanna), CODE) is Answer.OPEN


def test_somebody_without_a_code_is_let_in_by_nothing(hanna):
    PersonalCode.objects.filter(client=hanna).delete()
    for code in ("", CODE, WRONG):
        assert codes.answer(link_of(hanna), code) is Answer.NOTHING


class TestOnThePages:
    """The first visit in a browser: the code read out, then one's own."""

    @pytest.fixture
    def enrolling(self, hanna):
        token = links.make(hanna.pk, "check_in", "thing")
        code = codes.enroll(hanna)

        def come() -> Browser:
            browser = Browser()
            answer = browser.post(f"/s/{token}", {"code": code})
            assert answer.headers["Location"] == "/yours/code/"
            return browser

        return come

    def test_choosing_a_code_begins_the_visit(self, enrolling, hanna):
        answer = enrolling().post("/yours/code/", {"code": "own-code-1"})
        assert answer.headers["Location"] == "/yours/check-in/"
        assert codes.answer(link_of(hanna, "x"), "own-code-1") is Answer.OPEN

    def test_a_second_browser_can_t_use_the_same_enrollment_again(self, enrolling, hanna):
        first, second = enrolling(), enrolling()
        first.post("/yours/code/", {"code": "own-code-1"})
        assert second.post("/yours/code/", {"code": "own-code-2"}).status_code == 403
        assert second.get("/yours/check-in/").status_code == 403
        assert codes.answer(link_of(hanna, "x"), "own-code-1") is Answer.OPEN

    def test_ten_minutes_later_it_is_over(self, enrolling, now, travel):
        browser = enrolling()
        travel(now + timedelta(minutes=10, seconds=1))
        assert browser.get("/yours/code/").status_code == 403
        assert browser.post("/yours/code/", {"code": "own-code-1"}).status_code == 403

    def test_a_link_revoked_meanwhile_sets_no_code(self, enrolling, hanna):
        browser = enrolling()
        links.revoke_all(hanna.pk)
        assert browser.post("/yours/code/", {"code": "own-code-1"}).status_code == 403
        assert codes.answer(link_of(hanna), "own-code-1") is Answer.NOTHING

    @pytest.mark.parametrize("code", ["abc1", "aaaaaaa", "a b c 1", ""])
    def test_a_code_that_is_too_easy_is_refused_in_words(self, enrolling, code):
        answer = enrolling().post("/yours/code/", {"code": code})
        assert answer.status_code == 200
        assert "error" in answer.content.decode()

    def test_nobody_comes_here_without_the_code_read_out(self, cast, client):
        assert client.get("/yours/code/").status_code == 403
        assert client.post("/yours/code/", {"code": "own-code-1"}).status_code == 403


def test_wrong_codes_on_a_link_that_is_over_lock_nobody_out(hanna, now, travel):
    over = link_of(hanna, "older")
    travel(over.expires_at)
    fail(over, links.TRIES)
    assert PersonalCode.objects.get(client=hanna).failures == 0
    assert codes.answer(over, CODE) is Answer.NOTHING  # it locked itself
    assert codes.answer(link_of(hanna), CODE) is Answer.OPEN


def test_a_new_enrollment_voids_the_code_that_was_known_before(hanna):
    codes.enroll(hanna)
    assert codes.answer(link_of(hanna), CODE) is Answer.NOTHING


def test_many_tries_from_one_network_are_put_off(hanna, client, other_network):
    for _ in range(100):
        client.post("/s/nothing", {"code": WRONG})
    token = links.make(hanna.pk, "check_in", "thing")
    assert "Please wait a while." in client.post(f"/s/{token}", {"code": CODE}).content.decode()
    assert other_network.post(f"/s/{token}", {"code": CODE}).status_code == 302


@pytest.fixture
def other_network() -> Browser:
    return Browser(REMOTE_ADDR="198.51.100.7")
