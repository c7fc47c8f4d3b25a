"""Times in templates, said as `practice.wording` says them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.timezone import get_current_timezone

from practice import wording

register = template.Library()


def _zone(zone: str | ZoneInfo | None) -> ZoneInfo:
    if isinstance(zone, ZoneInfo):
        return zone
    if zone is None and isinstance(current := get_current_timezone(), ZoneInfo):
        return current
    return ZoneInfo(zone or str(get_current_timezone()))


@register.filter
def spoken(moment: datetime, zone: str | ZoneInfo | None = None) -> str:
    """Day, time and zone, in the zone given or the reader's own."""
    return wording.spoken_time(moment, _zone(zone))


@register.filter
def spoken_day(moment: datetime, zone: str | ZoneInfo | None = None) -> str:
    """The day alone."""
    return wording.spoken_day(moment, _zone(zone))


@register.filter
def clock_time(moment: datetime, zone: str | ZoneInfo | None = None) -> str:
    """The time alone."""
    return wording.clock_time(moment, _zone(zone))


@register.simple_tag
def status(label: object, tone: str = "calm") -> str:
    """The word for how something stands: components/status.html, for long lists."""
    return format_html('<span class="status status-{}">{}</span>', tone, label)
