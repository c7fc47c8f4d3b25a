"""The product's own processes: started from the Procfile, watched, stopped without a trace.

Each runs in a session of its own, so that a Ctrl-C in the terminal reaches only whoever holds
this object, and what is left of one can be ended as a group. On Linux they are also told to stop
when their holder dies, however it dies.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from honcho.environ import parse_procfile

from practice import leash

_DEADLY = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def read_procfile(path: Path) -> dict[str, str]:
    """The Procfile's command lines by name, in its order."""
    return dict(parse_procfile(path.read_text()).processes)


@dataclass
class Processes:
    """Running command lines by name; what they print goes to `logs`/<name>.log."""

    commands: Mapping[str, str]
    environment: Mapping[str, str]
    folder: Path
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one that isn't running."""
        self.logs.mkdir(parents=True, exist_ok=True)
        program = ["sh", "-c", f"exec {self.commands[name]}"]
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-I", leash.__file__, str(os.getpid()), *program],
                cwd=self.folder,
                env=self._own_programs_first(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_all(self) -> None:
        for name in self.commands:
            self.start(name)

    def log(self, name: str) -> Path:
        """The file that holds what this process printed."""
        return self.logs / f"{name}.log"

    def dead(self) -> list[str]:
        """Those that were started and ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process and its children; wait for its end if it is a deadly one."""
        process = self.running[name]
        _signal_group(process.pid, number)
        if number in _DEADLY:
            process.wait()

    def restart(self, name: str) -> None:
        """Start one again, whether it still runs or not."""
        self.stop([name])
        self.start(name)

    def stop(self, names: list[str], patience: float = 8) -> None:
        """Ask these to stop; end what still runs of them after `patience` seconds."""
        stopping = [self.running.pop(name) for name in names if name in self.running]
        for process in stopping:
            process.send_signal(signal.SIGTERM)
        ends = time.monotonic() + patience
        for process in stopping:
            _wait(process, ends - time.monotonic())
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()

    def _own_programs_first(self) -> dict[str, str]:
        # gunicorn and celery are those of the environment that this very Python belongs to.
        path = f"{Path(sys.executable).parent}{os.pathsep}{self.environment.get('PATH', '')}"
        return {**self.environment, "PATH": path}

    def stop_all(self) -> None:
        """Stop all within about ten seconds, the broker after those who use it."""
        self.stop([name for name in self.running if name != "broker"])
        self.stop(["broker"], patience=2)


def _wait(process: subprocess.Popen[bytes], patience: float) -> None:
    try:
        process.wait(max(patience, 0))
    except subprocess.TimeoutExpired:
        return


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
