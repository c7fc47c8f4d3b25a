"""bin/test: what it says last, and when it fails."""

import os

import pytest

from tests.runs import Beside, Run, closing

PASSED = Run("SQLite", 0, 61.4)
SELECTED_NOTHING = Run("PostgreSQL", int(pytest.ExitCode.NO_TESTS_COLLECTED), 2)


def test_a_part_that_could_not_be_had_is_named_in_the_last_line(capsys, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert closing([PASSED], ["PostgreSQL"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert "NOT TESTED" in last
    assert "PostgreSQL" in last


def test_a_part_that_could_not_be_had_fails_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert closing([PASSED], ["Chromium"]) == 1
    assert closing([PASSED], []) == 0


def test_one_failed_run_fails_the_whole():
    assert closing([PASSED, Run("PostgreSQL", 1, 3)], []) == 1


def test_a_run_that_selects_nothing_fails():
    assert closing([PASSED, SELECTED_NOTHING], []) == 1


def test_a_run_beside_another_says_all_it_has_to_say_when_it_is_done(capfd, tmp_path):
    with (tmp_path / "said").open("w+") as said:
        beside = Beside("PostgreSQL", os.environ, ["--version"], said)
        done = beside.wait()
        beside.end()
    assert (done.database, done.code) == ("PostgreSQL", 0)
    assert "pytest" in capfd.readouterr().out


def test_a_run_that_is_broken_off_leaves_nothing_running(tmp_path):
    with (tmp_path / "said").open("w+") as said:
        beside = Beside("PostgreSQL", os.environ, ["tests/test_runs.py", "--collect-only"], said)
        beside.end()
    assert beside._process.poll() is not None
