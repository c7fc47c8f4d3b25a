"""One world for all who try its doors, and a browser for each of them."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from practice.models import User
from tests.access import world as worlds
from tests.access.matrix import EVERY_ROLE, Row, Who
from tests.access.world import World
from tests.cast import Cast
from tests.kept import kept


@kept
def rows(cast: Cast) -> World:
    return worlds.build(cast)


@pytest.fixture
def world(rows: World, settings, tmp_path) -> World:
    settings.HOME = tmp_path
    return worlds.with_mail(rows)


@pytest.fixture
def browser_of(world: World, signed_in: Callable[[User], Browser]) -> Callable[[Who, Row], Browser]:
    """A browser of somebody; a link holder (Hanna) came by a link that opens this row."""
    staff = {who: signed_in(world.user(who)) for who in EVERY_ROLE}
    visits: dict[str, Browser] = {}

    def of(who: Who, row: Row) -> Browser:
        if who in staff:
            return staff[who]
        if who is Who.ANONYMOUS:
            return Browser()
        purpose = (row.purposes or ("reading",))[0]
        if purpose not in visits:
            visits[purpose] = Browser()
            world.visit(visits[purpose], world.cast.hanna, purpose, world.own)
        return visits[purpose]

    return of
