"""What the database itself refuses, tried past every check of ours, on both databases."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clients.contact.models import Message
from clients.handouts.models import Answer, Assignment, Audience, Handout, Searchable
from clients.models import Case, Participant, UrgentLook
from practice import guards
from practice.audit.models import Entry
from scheduling.models import Appointment
from tests.access import world as worlds
from tests.access.world import World
from tests.cast import Cast, in_days, make_session, make_version
from tests.kept import kept

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# Breaking each promise


def give(world: World, audience: Audience, disclosure: str = "yes") -> None:
    """An assignment of the partner who was hurt, put straight into the table."""
    version = make_version(audience)
    Case.objects.filter(pk=world.cast.case.pk).update(disclosure=disclosure)
    Assignment.objects.create(
        participant=world.cast.hanna,
        version=version,
        confirmed_by=world.cast.nora.user,
        confirmed_at=timezone.now(),
    )


def release_after_the_lock(world: World) -> None:
    give(world, Audience.HURT)
    Case.objects.filter(pk=world.cast.case.pk).update(disclosure="no")
    Assignment.objects.filter(released_at=None).update(released_at=timezone.now())


def release_to_another_part(world: World) -> None:
    """The part is put right after it was confirmed: the words were for the other one."""
    give(world, Audience.HURT)
    Participant.objects.filter(pk=world.cast.ian.pk).update(part="neither")
    Participant.objects.filter(pk=world.cast.hanna.pk).update(part="involved")
    Assignment.objects.filter(released_at=None).update(released_at=timezone.now())


def give_what_was_withdrawn(world: World) -> None:
    version = make_version(Audience.HURT)
    Handout.objects.filter(pk=version.handout_id).update(withdrawn_at=timezone.now())
    Assignment.objects.create(
        participant=world.cast.hanna,
        version=version,
        confirmed_by=world.cast.nora.user,
        confirmed_at=timezone.now(),
    )


def release_what_was_withdrawn(world: World) -> None:
    give(world, Audience.HURT)
    Handout.objects.update(withdrawn_at=timezone.now())
    Assignment.objects.filter(released_at=None).update(released_at=timezone.now())


def answer_as(world: World, client: Any) -> None:
    given = Assignment.objects.get(pk=world.own["assignment"])
    Answer.objects.create(
        assignment=given, client=client, key="x", text="words", saved_at=timezone.now()
    )


def hand_an_answer_on(world: World) -> None:
    answer_as(world, world.cast.hanna.client)
    sql(
        "UPDATE handouts_answer SET client_id = %s",
        _key(world.cast.ian.client_id),
    )


def mirror_to_the_same_side(world: World) -> None:
    one, other = make_version(Audience.HURT), make_version(Audience.HURT)
    Handout.objects.filter(pk=one.handout_id).update(mirror=other.handout)


def begin_with_a_mirror_on_the_same_side(world: World) -> None:
    other = make_version(Audience.HURT).handout
    Handout.objects.create(audience=Audience.HURT, stages=[], mirror=other)


def find_by_another(world: World, *, insert: bool) -> None:
    """The library would list the words of one handout for another."""
    one, other = make_version(), make_version()
    Searchable.objects.filter(handout=other.handout_id).delete()
    row = Searchable.objects.filter(handout=one.handout_id)
    if insert:
        row.delete()
        Searchable.objects.create(handout=one.handout, version=other, title="x", words="x")
    else:
        row.update(version=other)


def change_urgent_look(world: World, statement: str) -> None:
    """A colleague opened the case for an hour; nobody was meant to know."""
    now = timezone.now()
    UrgentLook.objects.create(
        case=world.cast.case,
        user=world.cast.ida.user,
        reason=UrgentLook.Reason.DANGER,
        opened_at=now,
        ends_at=now + timedelta(hours=1),
    )
    sql(statement)


def send_twice(world: World) -> None:
    message = Message.objects.get(pk=world.own["outgoing"])
    for state in ("claimed", "sending", "sent", "claimed"):
        Message.objects.filter(pk=message.pk).update(state=state)


def answer_again(world: World) -> None:
    follow_up = world.cast.hanna.follow_ups.filter(response=None)[0]
    sql(
        "INSERT INTO followups_response (id, follow_up_id, participant_id, answers_text, "
        "answered_at) VALUES (%s, %s, %s, 'x', %s)",
        *(_key(value) for value in (uuid.uuid4(), follow_up.pk, world.cast.hanna.pk)),
        timezone.now(),
    )
    sql("UPDATE followups_response SET answers_text = 'y'")


def book_twice(world: World) -> None:
    booked = Appointment.objects.get(pk=world.own["session"])
    booked.pk, booked.starts_at = uuid.uuid4(), booked.ends_at  # in the pause after it
    booked.ends_at = booked.busy_until = booked.starts_at.replace(hour=booked.starts_at.hour + 1)
    booked.save(force_insert=True)


def put_into_two_places(world: World) -> None:
    """One who comes to another counselor becomes somebody who is here at that hour."""
    theirs = at_the_same_hour(world)
    sql(
        "UPDATE scheduling_attendee SET client_id = %s "
        "WHERE client_id = %s AND appointment_id = %s",
        *(_key(each) for each in (world.cast.hanna.client_id, world.cast.mia.client_id, theirs.pk)),
    )


def join_another(world: World) -> None:
    """Somebody who is here at that hour joins another appointment, past every line of ours."""
    theirs = at_the_same_hour(world)
    sql(
        "INSERT INTO scheduling_attendee (appointment_id, client_id, state_id, time_zone) "
        "VALUES (%s, %s, 'NJ', 'America/New_York')",
        _key(theirs.pk),
        _key(world.cast.hanna.client_id),
    )


def move_into_another(world: World) -> None:
    """An appointment of another counselor moves to where its client is already."""
    own = Appointment.objects.get(pk=world.own["session"])
    Appointment.objects.filter(pk=at_the_same_hour(world).pk).update(status="canceled")
    theirs = make_session(world.cast.other_case, own.starts_at + timedelta(days=9))
    theirs.attendees.filter(client=world.cast.mia.client).update(client=world.cast.hanna.client)
    sql(
        "UPDATE scheduling_appointment SET (starts_at, ends_at, busy_until) = "
        "(SELECT a.starts_at, a.ends_at, a.busy_until FROM scheduling_appointment a "
        "WHERE a.id = %s) WHERE id = %s",
        _key(own.pk),
        _key(theirs.pk),
    )


def at_the_same_hour(world: World) -> Appointment:
    """The session of the other couple, with their own counselor."""
    own, theirs = (
        Appointment.objects.get(pk=each["session"]) for each in (world.own, world.others)
    )
    assert own.starts_at == theirs.starts_at
    return theirs


def _key(value: uuid.UUID) -> Any:
    return value if connection.vendor == "postgresql" else value.hex


NOTE_CHANGES = {
    "signed_is_frozen": "UPDATE notes_{}note SET text = 'x' WHERE signed_at IS NOT NULL",
    "signed_is_never_deleted": "DELETE FROM notes_{}note WHERE signed_at IS NOT NULL",
    "keeps_its_author": "UPDATE notes_{}note SET case_id = %s WHERE signed_at IS NULL",
}


def change_note(kind: str, statement: str, world: World) -> None:
    others = [_key(world.cast.other_case.pk)] if "%s" in statement else []
    sql(statement.format(kind), *others)


BREAKS: dict[str, Callable[[World], None]] = {
    "audit_entry_is_never_changed": lambda world: sql("UPDATE audit_entry SET note = 'x'"),
    "audit_entry_is_never_deleted": lambda world: sql("DELETE FROM audit_entry WHERE seq = 2"),
    "audit_entry_is_never_emptied": lambda world: sql(
        "TRUNCATE audit_entry" if connection.vendor == "postgresql" else "DELETE FROM audit_entry"
    ),
    "contact_message_ended_stays_ended": send_twice,
    "contact_message_moves_are_legal": lambda world: sql(
        "UPDATE contact_message SET state = 'sent' WHERE state = 'due'"
    ),
    "contact_message_intent_is_kept": lambda world: sql(
        "UPDATE contact_message SET key = 'x' WHERE id = (SELECT id FROM contact_message LIMIT 1)"
    ),
    "contact_messagestep_is_frozen": lambda world: sql(
        "UPDATE contact_messagestep SET state = 'dead'"
    ),
    "contact_consentdocument_is_frozen": lambda world: sql(
        "UPDATE contact_consentdocument SET body = 'x'"
    ),
    "contact_consentdocument_is_never_deleted": lambda world: sql(
        "DELETE FROM contact_consentdocument WHERE purpose = 'sms'"
    ),
    "contact_consent_is_only_withdrawn": lambda world: sql(
        "UPDATE contact_consent SET purpose = 'sms' WHERE purpose = 'email'"
    ),
    "handouts_version_is_frozen": lambda world: sql("UPDATE handouts_version SET body = 'x'"),
    "handouts_version_is_never_deleted": lambda world: sql("DELETE FROM handouts_version"),
    "handouts_handout_keeps_its_audience": lambda world: sql(
        "UPDATE handouts_handout SET audience = 'involved'"
    ),
    "handouts_assignment_firewall": lambda world: give(world, Audience.INVOLVED),
    "handouts_assignment_keeps_its_reader": lambda world: sql(
        "UPDATE handouts_assignment SET version_id = %s WHERE released_at IS NOT NULL",
        _key(world.shared["spare"].pk),
    ),
    "handouts_assignment_disclosure_lock": lambda world: give(world, Audience.HURT, "no"),
    "handouts_assignment_release_lock": release_after_the_lock,
    "handouts_assignment_release_firewall": release_to_another_part,
    "handouts_assignment_not_withdrawn": give_what_was_withdrawn,
    "handouts_assignment_release_not_withdrawn": release_what_was_withdrawn,
    "handouts_answer_by_its_reader": lambda world: answer_as(world, world.cast.ian.client),
    "handouts_answer_stays_its_readers": hand_an_answer_on,
    "handouts_handout_mirror_is_the_other_side": mirror_to_the_same_side,
    "handouts_handout_mirror_begins_as_the_other_side": begin_with_a_mirror_on_the_same_side,
    "handouts_searchable_is_the_newest": lambda world: find_by_another(world, insert=False),
    "handouts_searchable_begins_as_the_newest": lambda world: find_by_another(world, insert=True),
    "clients_casechange_is_never_changed": lambda world: sql(
        "UPDATE clients_casechange SET stage = 'meaning'"
    ),
    "clients_casechange_is_never_deleted": lambda world: sql("DELETE FROM clients_casechange"),
    "clients_urgentlook_is_never_changed": lambda world: change_urgent_look(
        world, "UPDATE clients_urgentlook SET reason = 'asked'"
    ),
    "clients_urgentlook_is_never_deleted": lambda world: change_urgent_look(
        world, "DELETE FROM clients_urgentlook"
    ),
    "notes_outline_is_frozen": lambda world: sql("UPDATE notes_outline SET body = 'x'"),
    "notes_outline_is_never_deleted": lambda world: sql("DELETE FROM notes_outline"),
    **{
        f"notes_{kind}note_{promise}": partial(change_note, kind, change)
        for kind in ("joint", "individual", "psychotherapy")
        for promise, change in NOTE_CHANGES.items()
    },
    "followups_questionset_is_frozen": lambda world: sql(
        "UPDATE followups_questionset SET name = 'x'"
    ),
    "followups_response_answers_are_frozen": answer_again,
    "followups_line_is_frozen": lambda world: sql("UPDATE followups_line SET body = 'x'"),
    "scheduling_appointment_no_overlap": book_twice,
    "scheduling_attendee_no_overlap": put_into_two_places,
    "scheduling_attendee_copies": join_another,
    "scheduling_appointment_copies": move_into_another,
}
# These keep the copies by which the other knows: without them it would see nothing to refuse.
SAID_BY = {
    "scheduling_attendee_copies": "scheduling_attendee_no_overlap",
    "scheduling_appointment_copies": "scheduling_attendee_no_overlap",
}
# SQLite has no TRUNCATE: emptying a table there is deleting its rows.
SAYS_INSTEAD = {"audit_entry_is_never_emptied": "audit_entry_is_never_deleted"}


@kept
def world(cast: Cast) -> World:
    return worlds.build(cast)


def test_every_guard_is_tried_here():
    assert set(BREAKS) == set(guards.ALL)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(name: str, world: World):
    told = SAYS_INSTEAD.get(name, name) if connection.vendor == "sqlite" else name
    told = SAID_BY.get(name, told)
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        BREAKS[name](world)


@pytest.mark.parametrize("name", BREAKS)
def test_without_its_guard_nothing_else_would(name: str, world: World):
    """Each refusal above comes from its guard, not from something beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else DDL waits for them
    with transaction.atomic():
        lifted = {name, SAYS_INSTEAD.get(name, name)}
        for each in lifted:
            guards.ALL[each].remove(connection)
        if name == "handouts_version_is_never_deleted":
            Assignment.objects.all().delete()
            Searchable.objects.all().delete()
        BREAKS[name](world)
        transaction.set_rollback(True)


# Standing


@pytest.mark.parametrize("name", sorted(guards.ALL))
def test_after_the_migrations_it_stands(name: str):
    assert guards.ALL[name].stands(connection)


@pytest.mark.parametrize("name", sorted(guards.ALL))
def test_one_that_was_taken_away_is_missed(name: str):
    guard = guards.ALL[name]
    guard.remove(connection)
    assert guard.stands(connection) is (connection.vendor == "sqlite" and not guard.sqlite)
    guard.install(connection)
    assert guard.stands(connection)


def test_half_a_guard_does_not_stand():
    guard = guards.ALL["scheduling_appointment_no_overlap"]
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER scheduling_appointment_no_overlap_update")
    else:
        sql("ALTER TABLE scheduling_appointment DROP CONSTRAINT scheduling_appointment_no_overlap")
    assert not guard.stands(connection)


def test_a_trigger_that_is_switched_off_does_not_stand():
    guard = guards.ALL["audit_entry_is_never_changed"]
    if connection.vendor == "postgresql":
        sql(f"ALTER TABLE audit_entry DISABLE TRIGGER {guard.name}")
    else:
        sql(f"DROP TRIGGER {guard.name}")  # SQLite can't switch one off
    assert not guard.stands(connection)


def test_lifted_ones_stand_again_even_after_an_error():
    with pytest.raises(ValueError), guards.lifted(connection, "audit_entry_is_never_changed"):
        raise ValueError
    assert all(guard.stands(connection) for guard in guards.ALL.values())


# Roundabout ways


def test_audit_rows_are_not_replaced_by_inserting_them_again(world: World):
    columns = ", ".join(str(field.column) for field in Entry._meta.fields)
    changed = columns.replace("note", "'forged'")
    if connection.vendor == "postgresql":
        statement = (
            f"INSERT INTO audit_entry ({columns}) SELECT {changed} FROM audit_entry "
            "ON CONFLICT (seq) DO UPDATE SET note = EXCLUDED.note"
        )
    else:
        statement = f"REPLACE INTO audit_entry ({columns}) SELECT {changed} FROM audit_entry"
    with pytest.raises(IntegrityError, match="audit_entry_is_never"), transaction.atomic():
        sql(statement)
    assert not Entry.objects.filter(note="forged").exists()


def test_the_orm_is_refused_too(world: World):
    for change in (Entry.objects.all().delete, lambda: Entry.objects.update(note="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_two_counselors_may_meet_people_at_the_same_hour(cast: Cast):
    moment = in_days(timezone.now(), 9)
    sessions = [make_session(case, moment) for case in (cast.case, cast.other_case)]
    assert [session.starts_at for session in sessions] == [moment, moment]


@pytest.mark.parametrize(
    "change",
    [
        "starts_at = '2001-01-01 00:00:00'",
        "ends_at = starts_at",
        "takes_time = FALSE",
        "starts_at = NULL, ends_at = NULL, takes_time = FALSE",
    ],
)
def test_an_attendee_s_copy_of_the_time_is_put_right_at_once(world: World, change: str):
    own = Appointment.objects.get(pk=world.own["session"])
    sql(f"UPDATE scheduling_attendee SET {change} WHERE appointment_id = %s", _key(own.pk))
    copies = own.attendees.values_list("starts_at", "ends_at", "takes_time")
    assert set(copies) == {(own.starts_at, own.ends_at, True)}


def test_an_attendee_s_copy_follows_the_appointment(world: World):
    own = Appointment.objects.get(pk=world.own["session"])
    shift = timedelta(days=1)
    Appointment.objects.filter(pk=own.pk).update(
        starts_at=own.starts_at + shift,
        ends_at=own.ends_at + shift,
        busy_until=own.busy_until + shift,
    )
    assert set(own.attendees.values_list("starts_at", "ends_at")) == {
        (own.starts_at + shift, own.ends_at + shift)
    }
    sql("UPDATE scheduling_appointment SET status = 'canceled' WHERE id = %s", _key(own.pk))
    assert set(own.attendees.values_list("takes_time", flat=True)) == {False}


def test_one_who_moves_to_another_appointment_has_its_time(world: World):
    own = Appointment.objects.get(pk=world.own["session"])
    theirs = make_session(world.cast.other_case, own.starts_at + timedelta(days=9))
    own.attendees.filter(client=world.cast.hanna.client).update(appointment=theirs)
    hanna = theirs.attendees.get(client=world.cast.hanna.client)
    assert (hanna.starts_at, hanna.ends_at) == (theirs.starts_at, theirs.ends_at)
