"""The product as it really runs, held by a test.

``Product`` is one that runs already, reached by its address and its folder. ``OwnProduct`` is
started by the test and can be hurt: processes killed, mail refused, the broker taken away.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from practice import serving
from practice.processes import Processes
from tests.live.databases import fresh_database
from tests.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parent.parent.parent
Answer = TypeVar("Answer")


@dataclass
class Product:
    """A demo that runs, with its data in `home`."""

    address: str
    home: Path
    environment: Mapping[str, str]

    def url(self, path: str = "/") -> str:
        return self.address + path

    @property
    def password(self) -> str:
        """The demo people's."""
        return (self.home / "demo-password").read_text()

    def move_clock(self, by: timedelta) -> None:
        """Move the product's clock on from where it stands."""
        file = self.home / "clock-offset"
        seconds = float(file.read_text()) if file.exists() else 0.0
        half = self.home / "clock-offset.part"
        half.write_text(str(seconds + by.total_seconds()))
        half.rename(file)

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` with the product's own settings; `check` makes a failure an error."""
        answer = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=dict(self.environment),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if check and answer.returncode != 0:
            raise AssertionError(f"manage.py {arguments[0]} failed:\n{answer.stderr[-3000:]}")
        return answer

    def mails(self, recipient: str = "") -> list[EmailMessage]:
        """The mail that arrived, oldest first; for one person if named."""
        files = sorted((self.home / "mail").glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [mail for mail in mails if recipient in str(mail["To"])]

    def wait_for(
        self, answer: Callable[[], Answer], timeout: float = 30, what: str = "what was waited for"
    ) -> Answer:
        """The first true answer. Raises AssertionError if there is none in `timeout` seconds."""
        ends = time.monotonic() + timeout
        while True:
            if found := answer():
                return found
            if time.monotonic() > ends:
                raise AssertionError(f"{what} did not come within {timeout:.0f} s")
            time.sleep(0.05)


@dataclass
class OwnProduct(Product):
    """A product of the test's own."""

    processes: Processes
    sink: SmtpSink
    port: int = field(default=0)

    def mails(self, recipient: str = "") -> list[EmailMessage]:
        return self.sink.to(recipient)

    @property
    def password(self) -> str:
        return self.environment["MENDWELL_DEMO_PASSWORD"]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to `web`, `worker`, `beat` or `broker`, and to what belongs to it."""
        self.processes.kill(name, number)

    def start(self, name: str) -> None:
        """Start one that was killed or never started."""
        self.processes.start(name)

    def restart(self, name: str) -> None:
        """Start one again, whether it still runs or not; wait for the web to answer."""
        self.processes.restart(name)
        if name == "web":
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        serving.wait_until_ready(self.processes, self.port, host="127.0.0.1")

    def log(self, name: str) -> str:
        """What a process has printed."""
        return self.processes.log(name).read_text()


@contextmanager
def running(*names: str, **environment: str) -> Iterator[OwnProduct]:
    """A product with fresh data: all its processes or only these, with these settings added."""
    home = Path(tempfile.mkdtemp(prefix="mendwell-live-"))
    sink = SmtpSink()
    try:
        with fresh_database(home) as database:
            told = _environment(home, sink, {"DATABASE_URL": database, **environment})
            port = int(told["PORT"])
            commands = serving.commands(ROOT / "Procfile", {"EMAIL_URL": sink.address}, demo=True)
            processes = Processes(commands, told, ROOT, home / "logs")
            product = OwnProduct(f"http://127.0.0.1:{port}", home, told, processes, sink, port)
            product.manage("prepare")
            try:
                sink.start()
                for name in names or commands:
                    product.start(name)
                if "web" in processes.running:
                    product.wait_until_ready()
                yield product
            finally:
                processes.stop_all()
                sink.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def existing(address: str, home: Path) -> Product:
    """One that somebody else started, as `bin/start` does."""
    told = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return Product(address, home, {**told, "MENDWELL_HOME": str(home), "MENDWELL_DEMO": "1"})


def _environment(home: Path, sink: SmtpSink, more: Mapping[str, str]) -> dict[str, str]:
    port = serving.free_port()
    own = {
        **os.environ,
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": "",
        "EMAIL_URL": sink.address,
        "MENDWELL_DEMO": "1",
        "TICK_SECONDS": "1",
        **more,
    }
    return serving.environment(own, home, demo=True)
