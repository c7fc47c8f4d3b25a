"""What a ledger says in numbers: how many, how late, and in how much doubt."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from scheduling.followups.drill import promises, wall_clocks
from scheduling.followups.drill.ledger import Intent, Ledger, Row
from scheduling.followups.drill.promises import Broken, Evidence

CALM, RECOVERED = 60, 180  # seconds within which 99 in 100 go: without a fault, and after one


@dataclass(frozen=True)
class Figures:
    """Lateness is in seconds from the first moment at which a message might go."""

    intents: int
    sent: int
    lost: int
    duplicates: int
    untimely: int
    wrong_person: int
    uncertain: int
    came_twice: int
    late_calm_p50: float
    late_calm_p99: float
    late_hurt_p50: float
    late_hurt_p99: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def of(ledger: Ledger, broken: Sequence[Broken]) -> Figures:
    """The figures of a ledger that was judged."""
    evidence = Evidence(ledger)
    calm, hurt = _lateness(evidence)
    in_doubt = [row for row in ledger.rows if any(s.state == "uncertain" for s in row.steps)]
    return Figures(
        intents=len(ledger.intents),
        sent=sum(row.state == "sent" for row in ledger.rows),
        lost=_number(broken, "I1"),
        duplicates=_number(broken, "I2"),
        untimely=_number(broken, "I3"),
        wrong_person=_number(broken, "I4"),
        uncertain=len(in_doubt),
        came_twice=sum(len(evidence.came[row.id]) > 1 for row in in_doubt),
        late_calm_p50=_part(calm, 0.5),
        late_calm_p99=_part(calm, 0.99),
        late_hurt_p50=_part(hurt, 0.5),
        late_hurt_p99=_part(hurt, 0.99),
    )


def _number(broken: Sequence[Broken], promise: str) -> int:
    return len({each.id for each in broken if each.promise == promise})


def _lateness(evidence: Evidence) -> tuple[list[float], list[float]]:
    """Of what no fault touched, and of the rest; what was in doubt waits longer, on purpose."""
    calm: list[float] = []
    hurt: list[float] = []
    for intent, row, at in evidence.departures():
        tries = sum(step.state == "sending" for step in row.steps)
        if tries > 1 or row.state != "sent" or intent.id in evidence.ledger.besieged:
            continue
        late = max(0.0, (at - _may_go(evidence, intent, row)).total_seconds())
        (hurt if intent.id in evidence.ledger.hurt else calm).append(late)
    return sorted(calm), sorted(hurt)


def _may_go(evidence: Evidence, intent: Intent, row: Row) -> datetime:
    """The first moment at which it might have gone, had nothing been away."""
    moment, hours = row.due_at or intent.due_at, evidence.hours(intent)
    zone = evidence.people[intent.address].zone
    moment = wall_clocks.next_within(moment, zone, hours) if hours else moment
    for outage in sorted(evidence.ledger.outages):
        if outage.begins - timedelta(seconds=CALM) <= moment < outage.ends:
            moment = outage.ends
    return wall_clocks.next_within(moment, zone, hours) if hours else moment


def _part(numbers: Sequence[float], part: float) -> float:
    return round(numbers[min(len(numbers) - 1, int(len(numbers) * part))], 1) if numbers else 0.0


def table(figures: Figures, broken: Sequence[Broken]) -> list[str]:
    """Lines to read: each promise held or broken, then the numbers."""
    lines = []
    for name, (words, _) in promises.ALL.items():
        times = _number(broken, name)
        lines.append(f"  {name}  {words:<36} {f'BROKEN, {times}' if times else 'held'}")
    lines.append("")
    lines += [f"  {n.replace('_', ' '):<18} {v:>9}" for n, v in figures.as_dict().items()]
    return lines
