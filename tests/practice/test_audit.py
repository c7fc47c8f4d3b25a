"""The record of who saw what: one chain, in which every change is found."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from practice import guards
from practice.audit import chain, trail
from practice.audit.models import ActorKind, Entry, Verb
from practice.models import User
from tests.cast import Cast

# All that a row says; its seal and its place in the chain are tried below.
_SEALING = ("seq", "previous", "seal")
COLUMNS = [field.column for field in Entry._meta.fields if field.column not in _SEALING]
OURS = [name for name in guards.ALL if name.startswith("audit_entry")]


def record(times: int = 1) -> None:
    for number in range(times):
        trail.record(Verb.READ, User(), by=trail.SYSTEM, note=str(number))


def tamper(statement: str) -> None:
    """Change rows as somebody might who has the whole database."""
    with guards.lifted(connection, *OURS), connection.cursor() as cursor:
        cursor.execute(statement)


def verify(capsys) -> tuple[int, str]:
    """The exit code of `audit_verify`, and what it says."""
    try:
        call_command("audit_verify")
    except SystemExit as error:
        return int(error.code or 0), capsys.readouterr().err
    return 0, capsys.readouterr().out


@pytest.mark.django_db
def test_a_whole_chain_is_said_to_be_whole(capsys):
    record(7)
    assert verify(capsys) == (0, "The audit chain is whole: 7 rows.\n")


@pytest.mark.django_db
def test_an_empty_chain_is_whole(capsys):
    assert verify(capsys) == (0, "The audit chain is whole: 0 rows.\n")


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_column_is_found(capsys, column: str):
    record(5)
    value = "2026-01-01 00:00:00" if column == "at" else "forged"
    tamper(f"UPDATE audit_entry SET {column} = '{value}' WHERE seq = 3")
    assert verify(capsys) == (1, "Audit row 3 was changed.\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM audit_entry WHERE seq = 3", "Audit row 3 is missing."),
        ("DELETE FROM audit_entry WHERE seq = 1", "Audit row 1 is missing."),
        ("DELETE FROM audit_entry WHERE seq IN (2, 4)", "Audit row 2 is missing."),
        ("UPDATE audit_entry SET previous = seal WHERE seq = 4", "Audit row 4 does not follow"),
        ("UPDATE audit_entry SET seal = 'x' WHERE seq = 5", "Audit row 5 was changed."),
    ],
)
def test_what_was_done_is_named(capsys, statement: str, said: str):
    record(5)
    tamper(statement)
    code, told = verify(capsys)
    assert code == 1
    assert told.startswith(said)


@pytest.mark.django_db
def test_two_rows_in_each_others_place_are_found(capsys):
    record(5)
    tamper("UPDATE audit_entry SET seq = 99 WHERE seq = 3")
    tamper("UPDATE audit_entry SET seq = 3 WHERE seq = 4")
    tamper("UPDATE audit_entry SET seq = 4 WHERE seq = 99")
    code, told = verify(capsys)
    assert code == 1
    assert told.startswith("Audit row 3 does not follow")


@pytest.mark.django_db
def test_closing_the_gap_after_a_deletion_is_found(capsys):
    record(5)
    tamper("DELETE FROM audit_entry WHERE seq = 3")
    tamper("UPDATE audit_entry SET seq = 3 WHERE seq = 4")
    code, told = verify(capsys)
    assert code == 1
    assert told.startswith("Audit row 3 does not follow")


@pytest.mark.django_db
def test_a_row_put_in_at_the_end_without_the_key_is_found(capsys):
    record(2)
    last = Entry.objects.get(seq=2)
    Entry.objects.create(
        seq=3, at=last.at, actor_kind=ActorKind.STAFF, verb=Verb.READ, resource="x",
        previous=last.seal, seal="0" * 64,
    )  # fmt: skip
    assert verify(capsys) == (1, "Audit row 3 was changed.\n")


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_row_and_no_gap(capsys):
    record()
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    record()
    assert verify(capsys)[0] == 0
    assert list(Entry.objects.values_list("seq", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_several_subjects_are_several_rows(cast: Cast):
    before = Entry.objects.count()
    people = [(person, person.case_id, person.client_id) for person in (cast.hanna, cast.ian)]
    trail.record_all(Verb.READ, people, by=trail.SYSTEM)
    rows = list(Entry.objects.filter(seq__gt=before))
    assert [row.client_id for row in rows] == [str(cast.hanna.client_id), str(cast.ian.client_id)]
    trail.record_all(Verb.READ, [], by=trail.SYSTEM)
    assert Entry.objects.count() == before + 2


@pytest.mark.django_db
def test_opening_a_case_records_who_saw_whom_and_from_which_network(cast: Cast, signed_in):
    before = Entry.objects.count()
    signed_in(cast.nora.user).get(f"/dashboard/cases/{cast.case.pk}/", REMOTE_ADDR="192.0.2.77")
    rows = list(Entry.objects.filter(seq__gt=before))
    assert {row.client_id for row in rows} == {str(cast.hanna.client_id), str(cast.ian.client_id)}
    for row in rows:
        assert (row.verb, row.actor_id, row.role) == ("read", str(cast.nora.user.pk), "counselor")
        assert row.network == "192.0.2.0/24"
        assert len(row.request_id) == 32


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_writers_at_the_same_time_keep_the_chain_whole():
    together = threading.Barrier(6)
    errors: list[BaseException] = []

    def write() -> None:
        try:
            together.wait(10)
            record(8)
        except BaseException as error:  # told below: a thread's error is seen by nobody else
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert Entry.objects.count() == 48
    assert chain.first_break() is None
