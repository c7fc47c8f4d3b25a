"""A new practice gets its first handouts and its first plan by a command."""

import pytest
from django.core.management import call_command

from clients.handouts import starter
from clients.handouts.models import Handout, Version
from scheduling.followups.models import Plan
from scheduling.followups.starter import FIRST


@pytest.mark.django_db
def test_the_starters_are_added_once(now, capsys):
    count = len(starter.read_all())
    call_command("add_starters")
    assert f"Published {count} handouts" in capsys.readouterr().out
    assert Version.objects.count() == count
    assert [step.kind for step in Plan.objects.get(name=FIRST).steps.all()] == [
        "handout",
        "check_in",
    ]
    call_command("add_starters")
    assert "Published 0 handouts" in capsys.readouterr().out
    assert Handout.objects.count() == count
