"""The statements that are written out say what the models would."""

from datetime import datetime

from django.db import connection

from clients.contact import links, marks, sending, upcoming
from clients.contact.models import ContactCard, Message, MessageStep, PrivateLink
from clients.models import Client
from practice.models import Practice
from tests.cast import make_message


def columns(row: PrivateLink) -> dict[str, object]:
    own = ("id", "token_digest", "subject_id")
    return {name: value for name, value in PrivateLink.objects.filter(pk=row.pk).values()[0].items()
            if name not in own}  # fmt: skip


def test_a_link_that_goes_with_a_message_is_as_any_other(
    hanna: Client, now: datetime, sink
) -> None:
    message = make_message(hanna, purpose="thing")
    sending.tick()
    its_own = PrivateLink.objects.get(subject_id=message.subject_id)
    other = links.find(links.make(hanna.pk, "thing", "other"))
    assert other is not None
    assert columns(its_own) == columns(other)


def test_the_link_before_it_ends_and_others_stay(hanna: Client, ian: Client, sink) -> None:
    message = make_message(hanna, purpose="thing")
    about = (message.purpose, message.subject_id)
    before, his, elsewhere = (
        links.find(links.make(*to))
        for to in [(hanna.pk, *about), (ian.pk, *about), (hanna.pk, "thing", "else")]
    )
    sending.tick()
    for link, has_ended in [(before, True), (his, False), (elsewhere, False)]:
        assert link is not None
        link.refresh_from_db()
        assert (link.revoked_at is not None) is has_ended


def test_nothing_is_written_for_what_is_somebody_else_s_by_now(hanna: Client, now, sink) -> None:
    make_message(hanna)
    claims = sending.claim(now)
    Message.objects.update(fence=7)
    assert sending.send_claimed(claims) == 0
    assert not PrivateLink.objects.exists()
    assert list(MessageStep.objects.values_list("state", flat=True)) == ["due"]


def test_every_column_of_a_card_is_compared_but_the_sealed_ones() -> None:
    compared = set(marks._AS_ASKED)
    every = {field.name for field in ContactCard._meta.concrete_fields}
    assert every - compared == {"client", "email", "phone", "neutral_name"}


def test_a_letter_takes_one_statement_on_postgresql_and_seven_on_sqlite(
    hanna: Client, now: datetime, sink, django_assert_num_queries
) -> None:
    """Beside what is asked of all at once."""
    make_message(hanna)
    make_message(hanna)
    claims = sending.claim(now)
    questions = upcoming.Questions(claims, Practice.current())
    before, going = (questions.about(one) for one in claims)
    assert before is not None
    assert going is not None
    marks.write(now, going=before.marked, lease_until=now)
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 7):
        written = marks.write(now, going=going.marked, new_link=True, gone=before.message)
    assert written == (True, True)
