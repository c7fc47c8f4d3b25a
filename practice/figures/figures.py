"""What the practice itself can count: its licenses."""

from datetime import timedelta

from practice.figures.figure import Figure, Period, Plain
from practice.figures.registry import figure
from practice.models import License, Practice

AHEAD = timedelta(days=90)


@figure("licenses", title="Licenses that end within 90 days", order=80)
def licenses(period: Period) -> Figure:
    """Those that end soon, the next first; each counselor's latest for a state alone counts."""
    today = period.until.astimezone(Practice.current().zone).date()
    latest: dict[tuple[int, str], License] = {}
    held = License.objects.filter(counselor__user__is_active=True, expires_on__gte=today)
    for license_ in held.select_related("counselor", "state").order_by("expires_on"):
        latest[license_.counselor_id, license_.state_id] = license_
    ending = [each for each in latest.values() if each.expires_on <= today + AHEAD]
    lines = [
        Plain(f"{each.counselor.public_name}, {each.state.name}", f"{each.expires_on:%b} "
              f"{each.expires_on.day}, {each.expires_on.year}", (each.expires_on - today).days)
        for each in sorted(ending, key=lambda each: each.expires_on)
    ]  # fmt: skip
    return Figure(lines, note="" if lines else "No license ends soon.", counted="Ends on")
