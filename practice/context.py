"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from practice.dashboard import navigation
from practice.models import Practice


def practice(request: HttpRequest) -> dict[str, Any]:
    """The practice, whether this is the demo, and the staff's navigation."""
    return {
        # Where a page has read it already together with its own rows, it isn't read again.
        "practice": getattr(request, "practice", None) or SimpleLazyObject(Practice.current),
        "demo": settings.DEMO,
        "staff_nav": SimpleLazyObject(lambda: navigation.entries(request)),
    }
