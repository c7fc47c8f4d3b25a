"""Processes: watched, stopped with what belongs to them, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from practice import serving
from practice.processes import Processes, read_procfile
from tests.live.product import ROOT

SLEEP = "python -c 'import time; print(\"here\", flush=True); time.sleep(600)'"
STUBBORN = (
    "python -c 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    'print("here", flush=True); time.sleep(600)\''
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    commands = {"sleeper": SLEEP, "stubborn": STUBBORN, "brief": "true"}
    held = Processes(commands, os.environ, tmp_path, tmp_path / "logs")
    yield held
    held.stop_all()


def until(answer: Callable[[], object], timeout: float = 15) -> None:
    ends = time.monotonic() + timeout
    while not answer():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether nothing runs under that number: a defunct entry counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_what_a_process_prints_goes_to_its_log(processes: Processes):
    processes.start("sleeper")
    until(lambda: processes.log("sleeper").read_text() == "here\n")


def test_one_that_ends_by_itself_is_noticed(processes: Processes):
    processes.start("brief")
    until(lambda: processes.dead() == ["brief"])


def test_one_that_does_not_listen_is_ended(processes: Processes):
    processes.start("stubborn")
    until(lambda: processes.log("stubborn").read_text())
    pid = processes.running["stubborn"].pid
    processes.stop(["stubborn"], patience=0.2)
    assert gone(pid)


def test_a_killed_one_can_be_started_again(processes: Processes):
    processes.start("sleeper")
    first = processes.running["sleeper"].pid
    processes.kill("sleeper")
    assert processes.dead() == ["sleeper"]
    processes.restart("sleeper")
    assert processes.running["sleeper"].pid != first
    assert processes.dead() == []


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child of its parent's death"
)
def test_they_end_when_their_holder_is_killed(tmp_path: Path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT)
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child = int((tmp_path / "pid").read_text())
    until(lambda: (tmp_path / "sleeper.log").read_text())
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    until(lambda: gone(child))


HOLDER = f"""
import os, sys, time
from pathlib import Path
from practice.processes import Processes
folder = Path(sys.argv[1])
held = Processes({{"sleeper": {SLEEP!r}}}, os.environ, folder, folder)
held.start("sleeper")
(folder / "pid").write_text(str(held.running["sleeper"].pid))
time.sleep(600)
"""


def test_one_that_ends_before_the_product_answers_is_named_with_its_log(processes: Processes):
    processes.start("brief")
    with pytest.raises(serving.CannotServe) as refused:
        serving.wait_until_ready(processes, serving.free_port(), host="127.0.0.1", patience=15)
    assert "brief" in str(refused.value)
    assert str(processes.log("brief")) in str(refused.value)


def test_the_procfile_names_every_process():
    assert list(read_procfile(ROOT / "Procfile")) == ["broker", "mail", "web", "worker", "beat"]


def test_a_broker_or_mail_server_of_ones_own_replaces_ours():
    given = {"REDIS_URL": "redis://broker", "EMAIL_URL": "smtp://mail"}
    names = list(serving.commands(ROOT / "Procfile", given, demo=True))
    assert names == ["web", "worker", "beat"]


def test_without_the_demo_there_is_no_demo_mail():
    assert "mail" not in serving.commands(ROOT / "Procfile", {}, demo=False)


def test_what_the_caller_says_wins(tmp_path: Path):
    given = {"EMAIL_URL": "smtp://mail", "MENDWELL_DEMO_PASSWORD": "given"}
    told = serving.environment(given, tmp_path, demo=True)
    assert (told["EMAIL_URL"], told["MENDWELL_DEMO_PASSWORD"]) == ("smtp://mail", "given")


def test_a_deep_home_moves_the_brokers_socket_to_a_private_folder(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("long-name-" * 10)
    address = serving.environment({}, deep, demo=False)["REDIS_URL"]
    socket = Path(address.removeprefix("redis+socket://"))
    assert socket.parent.parent == tmp_path
    assert socket.parent.stat().st_mode & 0o777 == 0o700


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("long-name-" * 10)
    address = serving.environment({}, deep, demo=False)["REDIS_URL"]
    Path(address.removeprefix("redis+socket://")).parent.chmod(0o755)
    with pytest.raises(PermissionError):
        serving.environment({}, deep, demo=False)


def test_a_second_start_on_the_same_data_is_refused(tmp_path: Path):
    with serving.only_one(tmp_path), pytest.raises(serving.CannotServe), serving.only_one(tmp_path):
        raise AssertionError("two hold the lock")
