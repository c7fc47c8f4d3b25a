"""The private address at which another calendar reads a counselor's busy times."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.budget import Budget
from practice.access.gate import public
from scheduling import feed as feeds

# Calendars look every quarter of an hour at most; people press "refresh" now and then.
_READINGS = Budget("feed", times=30, seconds=10 * 60)


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The busy times. An address that has ended looks like one that never was."""
    found = feeds.find(token)
    if found is None:
        raise Http404
    if not _READINGS.spend_for(found.token_hash):
        return HttpResponse(status=429, headers={"Retry-After": "600"})
    feeds.note_reading(found)
    content = feeds.of(found, clock.now())
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    answer = HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        # Asked for again each time, so that an address that has ended ends at once.
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
    )
    told = get_conditional_response(request, etag=etag, response=answer)
    assert told is not None
    return told
