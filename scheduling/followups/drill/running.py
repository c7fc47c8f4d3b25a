"""One drill from beginning to end, and what it came to."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from clients.models import Client
from scheduling.followups.drill import figures, people, post_office, promises
from scheduling.followups.drill.figures import Figures
from scheduling.followups.drill.promises import Broken
from scheduling.followups.drill.stretch import Stretch, Wish

_PATIENCE = 0.5  # seconds for a mail server that hangs; the drill can't wait as long as a practice


class NotEmpty(Exception):
    """Somebody is known in this database: no place for a drill."""


@dataclass(frozen=True)
class Outcome:
    """What a drill came to."""

    wish: Wish
    figures: Figures
    broken: Sequence[Broken]
    happened: dict[str, int]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "seed": self.wish.seed,
            "couples": self.wish.couples,
            "days": self.wish.days,
            "faults": self.happened,
            "figures": self.figures.as_dict(),
            "broken": [str(each) for each in self.broken],
            "seconds": round(self.seconds, 1),
        }

    def as_text(self) -> str:
        told = ", ".join(f"{name} {times}" for name, times in sorted(self.happened.items()))
        lines = [
            f"{self.wish.days} days, {self.wish.couples} couples, seed {self.wish.seed}; "
            f"{self.seconds:.0f} s",
            f"Faults: {told or 'none'}",
            "",
            *figures.table(self.figures, self.broken),
            *(["", *map(str, self.broken[:20])] if self.broken else []),
        ]
        return "\n".join(lines)


def drilled(home: Path, wish: Wish) -> Outcome:
    """Drill in the database of the settings. Raises NotEmpty where it isn't a scratch one."""
    began = time.monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if Client.objects.exists():
        raise NotEmpty
    log = home / "senders.log"
    with post_office.running(home) as office, log.open("a") as kept:
        _log_to(kept)
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.EMAIL_TIMEOUT = _PATIENCE
        office.watches_for([people.SECRET])
        stretch = Stretch(wish, office)
        stretch.run()
        ledger = stretch.book.ledger(office, [log], [people.SECRET, "@example.com"])
    broken = promises.check(ledger)
    return Outcome(
        wish, figures.of(ledger, broken), broken, stretch.happened, time.monotonic() - began
    )


def _log_to(kept: Any) -> None:
    """What the senders log goes to a file, where it is searched for words."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(kept)
