"""Encrypted columns: nothing readable is stored, and nothing stored can be moved."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from django.core import serializers
from django.db import connection
from django.db.models import F
from django.utils import timezone

from clients.contact.models import ContactCard, Message
from clients.models import Client
from practice import guards
from practice.audit import trail
from practice.encryption import CannotDecrypt
from practice.fields import Ciphertext
from scheduling import lifecycle
from scheduling.followups import checkins
from scheduling.followups.models import FollowUp, Response
from tests.cast import CODE, Cast, in_days, make_client, make_consultation, make_session, open_link

pytestmark = pytest.mark.django_db


def add(name: str = "Ann Able") -> Client:
    client = Client(name=name, created_at=timezone.now())
    client.save(force_insert=True)
    return client


def stored(client: Client, column: str = "name", table: str = "clients_client") -> str:
    key = "id" if table == "clients_client" else "client_id"
    plain = client.pk if connection.vendor == "postgresql" else client.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {key} = %s", [plain])
        return str(cursor.fetchone()[0])


def put(client: Client, ciphertext: str) -> None:
    """Write this into the column, past every check of ours."""
    Client.objects.filter(pk=client.pk).update(name=Ciphertext(ciphertext))


def test_the_column_holds_ciphertext_and_the_attribute_words():
    client = add("Ann Able")
    assert "Ann" not in stored(client)
    assert Client.objects.get(pk=client.pk).name == "Ann Able"


@pytest.mark.parametrize("words", ["", " ", "é漢字🙂", "a" * 100_000, "0"])
def test_any_words_come_back(words: str):
    assert Client.objects.get(pk=add(words).pk).name == words


def test_ciphertext_of_another_row_does_not_open():
    ann, ben = add("Ann"), add("Ben")
    put(ben, stored(ann))
    with pytest.raises(CannotDecrypt):
        _ = Client.objects.get(pk=ben.pk).name


def test_ciphertext_of_another_row_of_the_same_person_does_not_open(cast: Cast):
    for day in (1, 2):
        make_session(cast.case, in_days(timezone.now(), day))
    one, two = Message.objects.filter(client=cast.hanna.client)[:2]
    one.token = "words"
    one.save(update_fields=["token"])
    (moved,) = Message.objects.filter(pk=one.pk).values_list("token", flat=True)
    Message.objects.filter(pk=two.pk).update(token=moved)
    assert Message.objects.get(pk=one.pk).token == "words"
    with pytest.raises(CannotDecrypt):
        _ = Message.objects.get(pk=two.pk).token


def test_ciphertext_of_another_column_does_not_open(cast: Cast):
    client = cast.hanna.client
    ContactCard.objects.filter(pk=client.pk).update(phone=F("email"))
    with pytest.raises(CannotDecrypt):
        _ = ContactCard.objects.get(pk=client.pk).phone


def test_ciphertext_of_another_person_does_not_open(cast: Cast):
    response = answered(cast)
    with lifted_answers():
        Response.objects.filter(pk=response.pk).update(participant=cast.ian)
    with pytest.raises(CannotDecrypt):
        _ = Response.objects.get(pk=response.pk).answers


def test_saving_without_reading_stores_the_very_same_ciphertext():
    client = add()
    before = stored(client)
    unread = Client.objects.get(pk=client.pk)
    unread.save()
    assert stored(client) == before
    assert unread.name == "Ann Able"


def test_saving_new_words_encrypts_them():
    client = add()
    again = Client.objects.get(pk=client.pk)
    again.name = "Ann Baker"
    again.save()
    assert "Baker" not in stored(client)
    assert Client.objects.get(pk=client.pk).name == "Ann Baker"


def test_saving_other_columns_leaves_it_alone():
    client = add()
    before = stored(client)
    client.time_zone = "America/Chicago"
    client.save(update_fields=["time_zone"])
    assert stored(client) == before


def test_many_rows_at_once_are_encrypted_each_for_its_place():
    made = Client.objects.bulk_create(
        Client(name=f"Person {number}", created_at=timezone.now()) for number in range(3)
    )
    found = Client.objects.filter(pk__in=[client.pk for client in made])
    assert sorted(client.name for client in found) == ["Person 0", "Person 1", "Person 2"]
    assert all("Person" not in stored(client) for client in made)


@pytest.mark.parametrize("lookup", ["exact", "iexact", "icontains", "startswith", "regex", "gt"])
def test_it_is_not_found_by_value(lookup: str):
    with pytest.raises(TypeError, match="name is encrypted"):
        list(Client.objects.filter(**{f"name__{lookup}": "Ann Able"}))


def test_it_is_not_found_by_several_values():
    with pytest.raises(TypeError, match="name is encrypted"):
        list(Client.objects.filter(name__in=["Ann Able"]))


def test_it_is_not_set_by_value_past_an_instance():
    client = add()
    with pytest.raises(TypeError, match="name is encrypted"):
        Client.objects.update(name="Ann Able")
    with pytest.raises(TypeError, match="name is encrypted"):
        Client.objects.bulk_update([client], ["name"])


def test_rows_without_any_are_found():
    assert list(Client.objects.filter(name__isnull=True)) == []
    assert Client.objects.filter(name__isnull=False, pk=add().pk).exists()


def test_a_row_read_without_it_reads_it_when_asked():
    client = Client.objects.only("pk").get(pk=add().pk)
    assert client.name == "Ann Able"
    client.refresh_from_db()
    assert client.name == "Ann Able"


def test_values_are_ciphertext():
    client = add()
    (value,) = Client.objects.filter(pk=client.pk).values_list("name", flat=True)
    assert str(value) == stored(client)


def test_a_dump_holds_ciphertext():
    client = add()
    (row,) = json.loads(serializers.serialize("json", [Client.objects.get(pk=client.pk)]))
    dumped = Ciphertext(row["fields"]["name"])
    assert "Ann" not in dumped
    assert Client(pk=client.pk, name=dumped).name == "Ann Able"


def test_nothing_a_person_told_us_stands_readable_in_the_database(cast: Cast, client):
    make_client("Canaryname", email="canarymail@example.com", phone="canaryphone")
    make_consultation(cast.nora, in_days(timezone.now(), 5), "Canaryvera")  # words: CANARY …
    follow_up = a_check_in(cast)
    assert open_link(client, cast.hanna.client, "check_in", follow_up.pk).status_code == 200
    client.post("/yours/check-in/", {"about": follow_up.pk, "hard": "CANARYanswer"})
    assert Response.objects.get().answers[0]["answer"] == "CANARYanswer"
    readable = [
        (table, column)
        for table, column, value in everything_stored()
        if "canary" in str(value).lower() or CODE in str(value)
    ]
    assert readable == []


def everything_stored() -> Iterator[tuple[str, str, object]]:
    """(table, column, value) of every field of every row, as the database holds it."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((table, *each) for each in zip(columns, map(as_text, row), strict=True))


def as_text(value: object) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def a_check_in(cast: Cast) -> FollowUp:
    session = make_session(cast.case, in_days(timezone.now(), 1))
    lifecycle.mark_done(session, by=trail.SYSTEM)
    return session.follow_ups.get(participant=cast.hanna)


def answered(cast: Cast) -> Response:
    follow_up = a_check_in(cast)
    return checkins.answer(follow_up, {"hard": "It was."}, {}, by=trail.SYSTEM)


def lifted_answers() -> AbstractContextManager[None]:
    return guards.lifted(connection, "followups_response_answers_are_frozen")
