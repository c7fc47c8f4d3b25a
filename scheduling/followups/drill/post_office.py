"""The drill's side of its mail server: giving orders, and reading what it kept."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from practice.serving import free_port
from scheduling.followups.drill.ledger import Receipt
from scheduling.followups.drill.post import ANYBODY, Answer, Moment

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class PostOffice:
    """A mail server that obeys."""

    port: int
    process: subprocess.Popen[str]
    file: Path

    def answers(self, *answers: Answer, recipient: str = ANYBODY) -> None:
        """What the next e-mails to this person meet, or to anybody."""
        self._order("answer", recipient=recipient, answers=answers)

    def ends(
        self, sender: int, moment: Moment, passes: int = 1, *, only_stop: bool = False
    ) -> None:
        """End that process (or only stop it) when it comes to this moment, so many times."""
        self._order("end", sender=sender, moment=moment, passes=passes, only_stop=only_stop)

    def forgets(self) -> None:
        """Nothing that was ordered and hasn't happened will happen."""
        self._order("forget")

    def watches_for(self, words: Sequence[str]) -> None:
        """These must stand in no e-mail."""
        self._order("watch", words=list(words))

    def opens(self) -> None:
        self._order("up")

    def closes(self) -> None:
        """It is away: connections are refused."""
        self._order("down")

    def encrypts(self, certificate: Path, key: Path) -> None:
        """Whoever asks for STARTTLS is shown this certificate."""
        self._order("encrypt", certificate=str(certificate), key=str(key))

    def speaks_openly(self) -> None:
        """There is no STARTTLS, as in the beginning."""
        self._order("encrypt", certificate="", key="")

    def noted(self) -> Iterator[dict[str, Any]]:
        """Everything that it wrote down, oldest first."""
        with self.file.open() as lines:
            for line in lines:
                facts: dict[str, Any] = json.loads(line)
                facts["at"] = datetime.fromtimestamp(facts["at"], UTC)
                yield facts

    def _order(self, order: str, **facts: Any) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"order": order, **facts}) + "\n")
        self.process.stdin.flush()
        if not self.process.stdout.readline():
            raise OSError("the drill's mail server ended")


def receipt(facts: dict[str, Any]) -> Receipt:
    """One of the lines about what was kept."""
    began_at = facts.get("began_at")
    began = datetime.fromtimestamp(began_at, UTC) if began_at else None
    return Receipt(facts["id"], facts["recipient"], facts["named"], facts["at"], began)


@contextmanager
def running(folder: Path) -> Iterator[PostOffice]:
    """A mail server with its file in this folder, until the block ends."""
    port = free_port()
    program = [sys.executable, "-m", "scheduling.followups.drill.post", str(folder), str(port)]
    process = subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin
    assert process.stdout
    try:
        if not process.stdout.readline():
            raise OSError("the drill's mail server did not start")
        yield PostOffice(port, process, folder / "post.jsonl")
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()
