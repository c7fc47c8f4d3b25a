"""The checker is shown able to fail: with a bug planted it objects, and without it is content."""

import pytest

from tests.faults import planted
from tests.faults.at_the_desk import Desk
from tests.faults.planted import Bug

_STORIES = sorted({bug.story for bug in planted.ALL}, key=lambda story: story.__name__)


def test_there_are_twelve_bugs_and_more():
    assert len({bug.name for bug in planted.ALL}) >= 12


@pytest.mark.parametrize("story", _STORIES, ids=lambda story: story.__name__)
def test_as_the_product_stands_every_story_keeps_every_promise(desk: Desk, story):
    story(desk)
    assert desk.broken() == []
    assert desk.book.intents


@pytest.mark.parametrize("bug", planted.ALL, ids=lambda bug: bug.name)
def test_the_bug_is_caught(desk: Desk, bug: Bug):
    with bug.plant():
        bug.story(desk)
    assert bug.promise in {broken.promise for broken in desk.broken()}
