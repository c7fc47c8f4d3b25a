"""Rows of several tables come in one statement, as if each had been asked for by itself."""

import threading
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.db.models import DateTimeField, F, Q, UUIDField
from django.test.utils import CaptureQueriesContext

from clients.handouts.models import Handout
from clients.models import Case, Participant
from practice.models import License, Practice
from practice.together import Given, Statement
from scheduling.models import Appointment, WeeklyHours
from tests.cast import Cast, in_days, make_session, make_version


def test_all_kinds_of_columns_come_as_the_driver_gives_them(cast: Cast, now: datetime) -> None:
    make_version()
    make_session(cast.case, in_days(now, 1))
    cast.case.closed_at, cast.case.status = now, "closed"
    cast.case.save()

    def asked() -> list:
        return [
            Participant.objects.select_related("client__state", "client__card", "case__concern"),
            Appointment.objects.select_related("counselor__user").order_by("-starts_at"),
            Case.objects.filter(Q(status="closed") | Q(came_from=None)).order_by("opened_at", "pk"),
            License.objects.order_by("expires_on", "pk"),
            Handout.objects.all(),
            Practice.objects.values_list("quiet_from", flat=True),
            WeeklyHours.objects.values("begins", "counselor__public_name").order_by("pk"),
        ]

    apart = [list(each) for each in asked()]
    with CaptureQueriesContext(connection) as captured:
        found = Statement(asked()).rows({})
    assert len(captured) == 1
    assert all(found)
    assert [[_plain(row) for row in rows] for rows in found] == [
        [_plain(row) for row in rows] for rows in apart
    ]
    person = found[0][0]
    assert person.client.name.endswith("Tester")
    assert person.client.card.email.endswith("@example.com")


def _plain(row: object) -> object:
    if not hasattr(row, "_meta"):
        return row
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: (type(row.__dict__.get(name)), row.__dict__.get(name)) for name in names}


def test_order_limits_and_what_finds_nothing_are_kept(cast: Cast, now: datetime) -> None:
    for day in (1, 2, 3):
        make_session(cast.case, in_days(now, day))
    latest = Appointment.objects.order_by("-starts_at")[:2]
    nobody, nothing = Case.objects.none(), Case.objects.filter(opened_at__isnull=True)
    found = Statement([latest, nobody, nothing]).rows({})
    assert [each.starts_at for each in found[0]] == [in_days(now, 3), in_days(now, 2)]
    assert found[1:] == [[], []]
    assert Statement([nobody]).rows({}) == [[]]


def test_a_statement_is_made_once_and_sent_with_what_is_given(cast: Cast, now: datetime) -> None:
    for day in (1, 3):
        make_session(cast.case, in_days(now, day))
    since = Given("since", DateTimeField()) + timedelta(days=2)
    case = Given("case", UUIDField())
    sessions = Appointment.objects.filter(case=case, starts_at__gte=since)
    statement = Statement([sessions, Participant.objects.filter(case=case)])
    for moment, number in ((in_days(now, -2), 2), (now, 1), (in_days(now, 9), 0)):
        found, people = statement.rows({"case": cast.case.pk, "since": moment})
        assert (len(found), len(people)) == (number, 2)
    assert statement.rows({"case": cast.mia.case_id, "since": now})[0] == []


@pytest.mark.parametrize("whose", ["an id", "a moment"])
def test_an_id_or_a_moment_of_whoever_looked_first_is_refused(
    cast: Cast, now: datetime, whose: str
) -> None:
    one = {"pk": cast.case.pk} if whose == "an id" else {"opened_at__lte": now}
    with pytest.raises(ValueError, match="will not be the next one's"):
        Statement([Case.objects.filter(**one)])


def test_words_in_a_statement_stay_as_they_are(cast: Cast) -> None:
    name = "100% of %s, O'Hara's \\ and 50 %% more"
    Practice.objects.update(display_name=name)
    like, other = (Practice.objects.filter(display_name=each) for each in (name, "%"))
    part = Practice.objects.filter(display_name__endswith="%% more")
    found = Statement([like, other, part]).rows({})
    assert [[each.display_name for each in rows] for rows in found] == [[name], [], [name]]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a server plans, SQLite doesn't")
def test_the_server_plans_a_statement_once_for_whatever_is_given(cast: Cast) -> None:
    of_case = Participant.objects.filter(case=Given("case", UUIDField()))
    statement = Statement([of_case, Case.objects.filter(pk=Given("case", UUIDField()))])
    found = [statement.rows({"case": key}) for key in (cast.case.pk, cast.mia.case_id, uuid4())]
    assert [len(people) for people, _ in found] == [2, 2, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [(3, 0)]


def test_what_json_would_lose_is_refused(cast: Cast) -> None:
    lengths = Appointment.objects.values_list(F("ends_at") - F("starts_at"))
    with pytest.raises(TypeError, match="DurationField"):
        Statement([lengths, Case.objects.all()])


def test_times_keep_their_fractions(cast: Cast, now: datetime) -> None:
    moment = now + timedelta(microseconds=123456)
    Case.objects.update(opened_at=moment)
    found, other = Case.objects.all(), Participant.objects.all()
    assert Statement([found, other]).rows({})[0][0].opened_at == moment


def test_threads_share_a_statement_and_no_connection(cast: Cast) -> None:
    statement = Statement([Case.objects.all(), Participant.objects.all()])
    statement.rows({})
    found: list[object] = []

    def look() -> None:
        try:
            # What this test has written stands in a transaction of its own.
            found.append(len(statement.rows({})))
        except DatabaseError as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [2]
