"""Every address × everybody × their own, another's, and what isn't there; see `matrix.py`.

What somebody's role keeps from them is decided before the database is asked: that is tried on
SQLite alone. PostgreSQL is asked for what roles may open, and whose it is.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client as Browser
from django.urls import resolve

from clients.handouts.models import Audience
from practice.access import gate
from practice.access.roles import Role
from practice.audit.models import Entry
from tests.access.addresses import NOT_THERE, Address, addresses
from tests.access.matrix import COUNSELORS, EVERY_ROLE, LEAD, ROWS, Kind, Row, Who
from tests.access.world import Things, World
from tests.cast import make_version, open_link

_ROLE_OF = {
    Who.DESK: Role.DESK,
    Who.COUNSELOR: Role.COUNSELOR,
    Who.OTHER_COUNSELOR: Role.COUNSELOR,
    Who.OWNER: Role.OWNER,
    Who.LEAD: Role.LEAD,
    Who.COVER: Role.COUNSELOR,
}


# The matrix is whole


def test_every_address_is_classified_and_no_other():
    assert {address.name for address in addresses()} == set(ROWS)


def test_every_view_carries_the_mark_that_the_matrix_expects():
    wrong = [
        (address.name, marked, expected)
        for address in addresses()
        if (marked := gate.open_to(address.view, address.name)) != (expected := _mark(address.name))
    ]
    assert wrong == []


def _mark(name: str) -> Any:
    row = ROWS[name]
    if row.kind is Kind.STAFF:
        return frozenset(_ROLE_OF[who] for who in row.who)
    return {Kind.OPEN: gate.ANYONE, Kind.VISIT: gate.LINK_HOLDERS, Kind.CLOSED: None}[row.kind]


def test_the_walk_comes_to_the_view_it_means():
    for address in addresses():
        found = resolve(address.at(ROWS[address.name].subject and NOT_THERE))
        assert found.func is address.view, address.name


# Fetching


@pytest.mark.parametrize("who", Who)
def test_everybody_fetches_what_is_theirs_and_nothing_else(who: Who, world: World, browser_of):
    unexpected = []
    # The quick exit ends the visit, so it comes last.
    for address in sorted(addresses(), key=lambda each: each.name == "quick-exit"):
        row = ROWS[address.name]
        for whose, subject in _subjects(world, row) if _is_tried_here(who, row.who) else ():
            got = _told(browser_of(who, row).get(address.at(subject)))
            if got != (wanted := _wanted(who, row, whose)):
                unexpected.append((address.name, whose, got, wanted))
    assert not unexpected, unexpected


def _is_tried_here(who: Who, may: frozenset[Who]) -> bool:
    return connection.vendor == "sqlite" or who in may


def _subjects(world: World, row: Row) -> list[tuple[str, Any]]:
    """Whose → the id: their own, their partner's, another counselor's, and what isn't there."""
    if not row.subject:
        return [("", "")]
    if row.subject in world.shared:
        return [("own", world.shared[row.subject])]
    found = [
        ("own", world.own[row.subject]),
        ("others", world.others[row.subject]),
        ("missing", NOT_THERE),
    ]
    if row.subject == "assignment":
        found.append(("partners", world.own["partners_assignment"]))
    return found


def _told(answer: HttpResponse) -> int | str:
    """The status, or where somebody was led who may not come in."""
    if answer.status_code == 302 and answer["Location"].startswith(_SIGN_IN):
        return "sign-in"
    return answer.status_code


# The settings' own address leads on to the sign-in.
_SIGN_IN = ("/account/login/?", "/admin/login/?")


def _wanted(who: Who, row: Row, whose: str) -> int | str:
    if row.kind is Kind.OPEN:
        return row.staff_status if row.staff_status and who in EVERY_ROLE else row.status
    if row.kind is Kind.CLOSED:
        return "sign-in" if row.status == 302 and who not in EVERY_ROLE else 404
    if who not in row.who:
        return 403 if row.kind is Kind.VISIT else 404 if who in EVERY_ROLE else "sign-in"
    return row.status if row.status == 405 or _reaches(who, row, whose) else 404


def _reaches(who: Who, row: Row, whose: str) -> bool:
    if whose == "missing":
        return False
    if not whose or not row.own or who in row.everywhere:
        return True
    if who is Who.COVER:
        return row.covered and whose == "own"
    return whose == ("others" if who is Who.OTHER_COUNSELOR else "own")


def test_what_is_hidden_and_what_is_missing_look_the_same(world: World, browser_of):
    different = []
    for address in addresses():
        row = ROWS[address.name]
        for who in row.who - row.everywhere if row.own and row.subject else ():
            whose = world.own if who is Who.OTHER_COUNSELOR else world.others
            hidden, missing = (
                _bytes(browser_of(who, row), address.at(subject))
                for subject in (whose[row.subject], NOT_THERE)
            )
            if hidden != missing:
                different.append((address.name, who))
    assert different == []


def test_a_partners_handout_looks_as_if_it_were_not_there(world: World, browser_of):
    row = ROWS["reading:handout"]
    browser = browser_of(Who.LINK_HOLDER, row)
    partners = _bytes(browser, f"/yours/reading/{world.own['partners_assignment']}/")
    assert partners == _bytes(browser, f"/yours/reading/{NOT_THERE}/")


def test_a_link_to_the_partners_things_opens_nothing(world: World, client: Browser):
    """Two locks: the link's subject, and the person who came by it."""
    cast = world.cast
    open_link(client, cast.hanna.client, "reading", cast.ian.pk)
    assert list(client.get("/yours/reading/").context["assignments"]) == []
    assert client.get(f"/yours/reading/{world.own['partners_assignment']}/").status_code == 404


def _bytes(browser: Browser, path: str) -> tuple[int, dict[str, str], bytes]:
    answer = browser.get(path)
    return answer.status_code, dict(answer.headers), _without_tokens(answer.content)


def _without_tokens(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page)


# Sending


def test_nobody_else_changes_anything_by_sending(world: World, browser_of):
    unexpected = []
    sending = [(*each, {who: browser_of(who, each[1]) for who in Who}) for each in _sending()]
    before = _everything()
    for address, row, browsers in sending:
        for who, whose, subject in _not_theirs(world, row):
            got = _told(browsers[who].post(address.at(subject), _filled(row, world.own)))
            if got != (wanted := _refused(who, row)):
                unexpected.append((address.name, who, whose, got, wanted))
        assert _everything() == before, address.name
    assert not unexpected, unexpected


def test_those_who_may_do_change_something_by_sending(world: World, browser_of):
    """Else the refusals above would prove nothing."""
    sending = [(*each, *_rightful(world, browser_of, *each)) for each in _sending()]
    before = _everything()
    for address, row, browser, path in sending:
        with transaction.atomic():
            answer = browser.post(path, _filled(row, world.own))
            assert answer.status_code in (200, 302), address.name
            assert _everything() != before, address.name
            transaction.set_rollback(True)


def test_a_form_of_another_site_changes_nothing(world: World, browser_of):
    sending = [(*each, *_rightful(world, browser_of, *each)) for each in _sending()]
    before = _everything()
    for address, row, browser, path in sending:
        browser.handler.enforce_csrf_checks = True
        answer = browser.post(path, _filled(row, world.own))
        browser.handler.enforce_csrf_checks = False
        assert answer.status_code == 403, address.name
        assert _everything() == before, address.name


def _sending() -> list[tuple[Address, Row]]:
    """The addresses that change something, with their rows."""
    rows = [(address, ROWS[address.name]) for address in addresses()]
    return [(address, row) for address, row in rows if row.sends is not None]


def _not_theirs(world: World, row: Row) -> Iterator[tuple[Who, str, Any]]:
    for who in (each for each in Who if _is_tried_here(each, row.may_send)):
        for whose, subject in _subjects(world, row):
            if not _sends(who, row) or not _reaches(who, row, whose):
                yield who, whose, subject


def _sends(who: Who, row: Row) -> bool:
    if who is Who.COVER and row.own and row.subject:
        return row.cover_sends
    return who in row.may_send


def _rightful(
    world: World, browser_of: Callable[[Who, Row], Browser], address: Address, row: Row
) -> tuple[Browser, str]:
    """The browser of somebody who may send this, and where to."""
    who = next(
        who for who in Who if who in row.may_send and who not in (Who.OTHER_COUNSELOR, Who.COVER)
    )
    return browser_of(who, row), address.at({**world.shared, **world.own}.get(row.subject, ""))


def _refused(who: Who, row: Row) -> int | str:
    if who in row.may_send or who in EVERY_ROLE:
        return 403 if row.kind is Kind.VISIT and who in EVERY_ROLE else 404
    return 403 if row.kind is Kind.VISIT else "sign-in"


def _filled(row: Row, things: Things) -> dict[str, Any]:
    """The fields that are sent, with these things' ids in them."""
    fields: dict[str, Any] = {}
    for name, value in (row.sends or {}).items():
        found = things[value[1:-1]] if str(value).startswith("{") else value
        fields |= found if isinstance(found, dict) else {name: found}
    return fields


def _everything() -> dict[str, frozenset[Any]]:
    """Every row of every table as it is stored.

    But for the sessions of browsers, and what the record says of who was refused.
    """
    models = [each for each in apps.get_models(include_auto_created=True) if each is not Session]
    tables = {each._meta.db_table: "verb <> 'deny'" if each is Entry else "" for each in models}
    if connection.vendor == "postgresql":
        return _all_rows_of(tables)
    return {table: frozenset(_rows(table, only)) for table, only in tables.items()}


# Past the models: what nobody looks at needn't be decrypted, a hundred times over.


def _rows(table: str, only: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} WHERE {only or '1=1'}")
        return cursor.fetchall()


def _all_rows_of(tables: dict[str, str]) -> dict[str, frozenset[Any]]:
    """In one statement: to ask a server a hundred times takes its time."""
    found: dict[str, set[str]] = {}
    statement = " UNION ALL ".join(
        f"SELECT '{table}', each::text FROM {connection.ops.quote_name(table)} each "
        f"WHERE {only or 'TRUE'}"
        for table, only in tables.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for table, row in cursor.fetchall():
            found.setdefault(table, set()).add(row)
    return {table: frozenset(rows) for table, rows in found.items()}


@pytest.mark.parametrize("who", [who for who in Who if who is not Who.OWNER])
def test_nobody_but_the_owner_sets_anything(who: Who, world: World, browser_of):
    settings = [address for address in addresses() if address.name.startswith("admin:")]
    browser = browser_of(who, ROWS["admin:index"])
    before = _everything()
    for address in settings:
        row = ROWS[address.name]
        path = address.at(row.subject and world.shared[row.subject])
        got = _told(browser.post(path, {"post": "yes", "name": "x"}))
        assert got == (404 if who in EVERY_ROLE else "sign-in"), address.name
    assert _everything() == before


def test_a_handout_for_the_other_part_cannot_be_given_by_its_id(world: World, browser_of):
    row = ROWS["handouts:give"]
    hers = make_version(Audience.HURT)
    before = _everything()
    path = f"/dashboard/library/give/{world.cast.ian.pk}/"
    browser_of(Who.COUNSELOR, row).post(path, {"versions": str(hers.pk), "when": "now"})
    assert _everything() == before


# The gate


def test_a_view_without_a_mark_is_open_to_nobody(rf, world: World):
    middleware = gate.AccessMiddleware(lambda request: HttpResponse())
    for who in EVERY_ROLE:
        request = rf.get("/")
        request.user, request.resolver_match = world.user(who), None
        with pytest.raises(Http404):
            middleware.process_view(request, lambda request: HttpResponse(), (), {})


def test_counselors_are_the_only_ones_who_open_cases():
    """The clinical lead reads them too, and changes nothing."""
    standing_in = ("cases:covers", "cases:cover-end")
    of_cases = [
        row
        for name, row in ROWS.items()
        if name.startswith(("cases:", "notes:begin")) and name not in standing_in
    ]
    assert all(row.who in (COUNSELORS, COUNSELORS | LEAD) for row in of_cases)
    assert all(Who.LEAD not in row.may_send for row in of_cases if row.sends is not None)
