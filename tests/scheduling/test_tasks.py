"""What the beat wakes of scheduling."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from practice.celery import app
from practice.models import Practice
from scheduling import closed_days, tasks


def test_whatever_the_beat_wakes_is_there():
    app.loader.import_default_modules()
    woken = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert woken <= set(app.tasks)
    assert {"scheduling.read_outside_calendars", "scheduling.renew_closed_days"} <= woken


@pytest.mark.usefixtures("cast")
def test_holidays_are_looked_up_from_the_practice_s_own_day_on(travel, monkeypatch):
    travel(datetime(2027, 1, 1, 5, 30, tzinfo=UTC))
    Practice.objects.update(time_zone="America/Chicago")
    asked: list[str] = []
    monkeypatch.setattr(closed_days, "renew", lambda day: asked.append(str(day)))
    tasks.renew_closed_days()
    assert asked == ["2026-12-31"]
