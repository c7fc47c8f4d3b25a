"""What is due later stands in the database: the project's own rule finds what says otherwise."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.product import ROOT

RULE = "nothing-waits-in-the-broker"
FORBIDDEN = """
    send_due.apply_async(eta=tomorrow)
    send_due.apply_async(args=[1], countdown=60)
    send_due.signature(countdown=5)
    send_due.signature(args, eta=tomorrow)
    send_due.set(countdown=5)
    send_due.set(eta=tomorrow)
    app.send_task("contact.send_due", countdown=5)
    app.send_task("contact.send_due", eta=tomorrow)
    self.retry(exc=error)
    send_due.retry()
    shared_task(autoretry_for=(OSError,))
    app.task(name="x", autoretry_for=(OSError,))
""".strip().splitlines()


def found(file: Path) -> list[int]:
    """The lines that the rule objects to."""
    program = Path(sys.executable).with_name("semgrep")
    options = ["--metrics=off", "--disable-version-check", "--json", "--quiet", "--no-git-ignore"]
    answer = subprocess.run(
        [program, "scan", "--config", ROOT / ".semgrep.yml", *options, file],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
    )
    results = json.loads(answer.stdout)["results"]
    return [each["start"]["line"] for each in results if each["check_id"].endswith(RULE)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "planted.py"
    file.write_text("".join(f"{line.strip()}\n" for line in FORBIDDEN))
    return file


def test_every_way_to_let_a_task_wait_is_found(written):
    assert sorted(set(found(written))) == list(range(1, len(FORBIDDEN) + 1))
