"""The next message of a batch, written while the mail server answers about the one before."""

from datetime import timedelta
from typing import Any

import pytest

from clients.contact import gates, mail, sending, upcoming
from clients.contact.models import Message, State
from clients.contact.results import Result
from practice.models import Practice
from tests.cast import make_message
from tests.conftest import NOW

ANSWERS_OF_A_LETTER = 4  # who from, who to, that the text may begin, that it was taken


@pytest.fixture
def batch(hanna, now) -> upcoming.Questions:
    for number in range(2):
        make_message(hanna, key=f"test:{number}")
    return upcoming.Questions(sending.claim(now), Practice.current())


def write_ahead(batch: upcoming.Questions, after: int = 0) -> upcoming.Upcoming | None:
    first, second = batch._claims
    for _ in batch.write_ahead(after=(first, second)[after]):
        pass
    return batch.about(second)


def test_by_the_last_answer_about_one_the_next_is_written(batch) -> None:
    first, second = batch._claims
    assert len(list(batch.write_ahead(after=first))) < ANSWERS_OF_A_LETTER
    following = batch.about(second)
    assert following
    assert {"prepared", "marked"} <= set(vars(following))
    assert "prepared" not in vars(batch.about(first))


def test_after_the_last_there_is_none(batch) -> None:
    assert list(batch.write_ahead(after=batch._claims[-1])) == []


def test_it_is_judged_at_its_turn_by_the_clock_of_then(batch, travel) -> None:
    following = write_ahead(batch)
    assert following
    assert isinstance(following.decide(), gates.Go)
    travel(NOW.replace(hour=2) + timedelta(days=1))  # nine in the evening where they are
    assert isinstance(following.decide(), gates.Wait)


def test_the_message_is_as_it_was_until_its_turn(batch) -> None:
    following = write_ahead(batch)
    assert following
    message, stored = following.message, Message.objects.get(pk=following.message.pk)
    named = {field.attname for field in Message._meta.concrete_fields}
    assert {each: getattr(message, each) for each in named} == {
        each: getattr(stored, each) for each in named
    }


def test_what_was_written_too_long_ago_is_written_again(batch, monkeypatch) -> None:
    following = write_ahead(batch)
    monkeypatch.setattr(upcoming, "FRESH", -1.0)
    assert batch.about(batch._claims[1]) is not following


def test_what_goes_wrong_ahead_of_a_turn_is_told_at_that_turn(
    hanna, ian, now, sink, monkeypatch
) -> None:
    for client in (hanna, ian):
        make_message(client)
    compose = mail.compose

    def not_for_ian(message: Message, address: str, *rest: Any) -> mail.Letter:
        if message.client_id == ian.pk:
            raise LookupError(address)
        return compose(message, address, *rest)

    monkeypatch.setattr(mail, "compose", not_for_ian)
    assert sending.tick() == 1
    hers, his = (Message.objects.get(client=client) for client in (hanna, ian))
    assert hers.state == State.SENT
    assert (his.state, his.attempt) == (State.DUE, 1)
    assert his.reason == "not prepared: LookupError"
    assert his.next_try_at >= now + timedelta(minutes=1)


def test_the_next_letter_is_written_before_the_first_one_s_last_answer(
    hanna, ian, now, sink, monkeypatch
) -> None:
    for client in (hanna, ian):
        make_message(client)
    seen: list[str] = []
    compose, hand_over = mail.compose, sending._hand_over

    def noted(*given: Any) -> mail.Letter:
        seen.append("written")
        return compose(*given)

    def between(*given: Any) -> Result:
        result = hand_over(*given)
        seen.append("taken")
        return result

    monkeypatch.setattr(mail, "compose", noted)
    monkeypatch.setattr(sending, "_hand_over", between)
    assert sending.tick() == 2
    assert seen == ["written", "written", "taken", "taken"]


def test_each_of_many_gets_its_own_letter(hanna, ian, now, sink) -> None:
    made = [make_message(client) for client in (hanna, ian) * 4]
    assert sending.tick() == len(made)
    for message, client in ((each, each.client) for each in made):
        [letter] = [each for each in sink.mails if str(message.pk) in each["Message-ID"]]
        assert letter["To"] == client.card.email
    stops = {letter["List-Unsubscribe"] for letter in sink.mails}
    assert len(stops) == len(made)


def test_put_together_ahead_it_says_what_it_would_have_said(hanna, now, monkeypatch) -> None:
    message = make_message(hanna)
    practice = Practice.current()

    def letter() -> mail.Letter:
        return mail.compose(message, hanna.card.email, "t" * 43, practice)

    ahead, plain = letter(), letter()
    ahead.put_together()
    said, would_have_said = (
        _without_its_own(each.message().as_bytes(linesep="\r\n")) for each in (ahead, plain)
    )
    assert said == would_have_said


def _without_its_own(text: bytes) -> list[bytes]:
    lines = text.split(b"\r\n")
    return [line for line in lines if b"======" not in line and not line.startswith(b"Date:")]


def test_what_cant_be_put_together_is_told_when_it_goes(hanna, now) -> None:
    letter = mail.compose(make_message(hanna), hanna.card.email, "t" * 43, Practice.current())
    letter.extra_headers["X-Odd"] = "two\nlines"
    letter.put_together()
    with pytest.raises(ValueError, match="newlines"):
        letter.message()
