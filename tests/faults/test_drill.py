"""`manage.py drill`: a small one, as an operator runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from scheduling.followups.drill import stretch
from scheduling.followups.management.commands import drill
from tests.live.product import ROOT


def drilled(*arguments: str) -> subprocess.CompletedProcess[str]:
    address = os.environ.get("DATABASE_URL", "")
    there = ["--postgres", address] if address.startswith("postgres") else []
    program = [sys.executable, str(ROOT / "manage.py"), "drill", *there, *arguments]
    return subprocess.run(program, capture_output=True, text=True, cwd=ROOT)


@pytest.mark.slow
def test_a_small_drill_holds_every_promise_and_leaves_nothing_behind(tmp_path: Path):
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(tmp_path)
    try:
        answer = drilled("--couples", "1", "--days", "2", "--seed", "5", "--json")
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["broken"]) == (0, [])
    assert told["seed"] == 5
    assert told["figures"]["sent"] > 0
    assert told["faults"]
    assert list(tmp_path.iterdir()) == []


def test_a_fault_that_there_is_not_is_refused():
    with pytest.raises(CommandError, match="No such fault: flood"):
        call_command("drill", "--faults", "kill,flood")


def test_the_command_names_the_faults_that_there_are():
    assert tuple(stretch.FAULTS) == drill.FAULTS
