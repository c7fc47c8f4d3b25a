"""bin/start and `manage.py serve`: one line when they can't, everything stopped when told to."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from practice import serving
from tests.live.databases import fresh_database
from tests.live.left_running import processes_of
from tests.live.product import ROOT

SERVE = [sys.executable, "manage.py", "serve"]


def environment(home: Path, **more: str) -> dict[str, str]:
    own = {**os.environ, "MENDWELL_HOME": str(home), "MENDWELL_DEMO": "1", **more}
    for name in ("REDIS_URL", "EMAIL_URL"):
        own.pop(name)
    return own


def answer(command: list[str], told: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=told, cwd=ROOT, capture_output=True, text=True, timeout=60)


def one_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


@contextmanager
def started(told: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`manage.py serve` until it answers; whatever is left of it at the end is killed."""
    process = subprocess.Popen(SERVE, env=told, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        wait_until_ready(process, int(told["PORT"]))
        yield process
    finally:
        for pid in [process.pid, *processes_of(Path(told["MENDWELL_HOME"]))]:
            end(pid)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_until_ready(process: subprocess.Popen[str], port: int) -> None:
    ends = time.monotonic() + 60
    while not serving.is_ready(port, "127.0.0.1"):
        assert process.poll() is None, "serve ended"
        assert time.monotonic() < ends, "serve did not get ready"
        time.sleep(0.1)


def read_banner(process: subprocess.Popen[str]) -> str:
    """What is printed once it is ready, up to its last line."""
    assert process.stdout is not None
    banner = ""
    while "Ctrl-C stops everything." not in banner:
        line = process.stdout.readline()
        assert line, banner
        banner += line
    return banner


def wait_until_gone(home: Path) -> None:
    ends = time.monotonic() + 15
    while left := processes_of(home):
        assert time.monotonic() < ends, f"still running: {left}"
        time.sleep(0.1)


def workers(home: Path) -> set[int]:
    found = processes_of(home).items()
    return {pid for pid, command in found if "celery" in command and " worker " in command}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """One that has its tables, as on every start but the first."""
    with fresh_database(tmp_path) as address:
        yield address


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    with fresh_database(tmp_path, empty=True) as address:
        yield address


def test_a_machine_without_python_is_told_so_in_one_line(tmp_path: Path):
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    refused = answer([str(ROOT / "bin" / "start")], {"PATH": str(tmp_path)})
    assert refused.returncode == 1
    assert "Python 3.11" in one_line(refused.stderr)


def test_a_taken_port_is_named_in_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = answer(SERVE, environment(tmp_path, PORT=port))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in one_line(refused.stderr)


def test_a_second_start_on_the_same_data_is_refused_in_one_line(tmp_path: Path):
    with serving.only_one(tmp_path):
        refused = answer(SERVE, environment(tmp_path, PORT=str(serving.free_port())))
    assert refused.returncode == 1
    assert "already running" in one_line(refused.stderr)


def test_ctrl_c_leaves_nothing_and_the_next_start_keeps_the_data(
    tmp_path: Path, empty_database: str
):
    told = environment(tmp_path, PORT=str(serving.free_port()), DATABASE_URL=empty_database)
    with started(told) as product:
        banner = read_banner(product)
        product.send_signal(signal.SIGINT)
        product.communicate(timeout=15)
        assert product.returncode == 0
        wait_until_gone(tmp_path)
    password = (tmp_path / "demo-password").read_text()
    assert password in banner
    with started(told):
        assert (tmp_path / "demo-password").read_text() == password


def test_after_a_kill_nothing_stays_and_the_next_start_works(tmp_path: Path, database: str):
    told = environment(tmp_path, PORT=str(serving.free_port()), DATABASE_URL=database)
    with started(told) as product:
        product.kill()
        product.wait()
        wait_until_gone(tmp_path)
    with started(told) as again:
        again.send_signal(signal.SIGTERM)
        assert again.wait(15) == 0


def test_a_killed_worker_is_started_again(tmp_path: Path, database: str):
    told = environment(tmp_path, PORT=str(serving.free_port()), DATABASE_URL=database)
    with started(told):
        killed = workers(tmp_path)
        for pid in killed:
            end(pid)
        ends = time.monotonic() + 15
        while not workers(tmp_path) - killed:
            assert time.monotonic() < ends, "no new worker came"
            time.sleep(0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an environment goes that holds nothing but Python and pip."""
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path / "with a space" / "venv"


def make(folder: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "bin" / "_environment.py"
    requirements = folder.parent.parent / "requirements.txt"
    return answer([sys.executable, str(script), str(folder), str(requirements)], dict(os.environ))


def test_an_environment_is_made_once_and_a_broken_one_is_made_anew(folder: Path):
    assert make(folder).returncode == 0
    assert make(folder).stderr == ""
    (folder / "made-from").unlink()
    (folder / "bin" / "python").unlink()
    assert make(folder).returncode == 0
    assert (folder / "bin" / "python").exists()


def test_two_at_once_do_not_make_the_same_environment(folder: Path):
    with (folder.parent.parent / "requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = make(folder)
    assert refused.returncode == 1
    assert "Another start" in one_line(refused.stderr)
    assert not folder.exists()
