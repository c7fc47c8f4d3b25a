"""Sessions on the time line of a case."""

from collections.abc import Iterator

from clients import timeline
from clients.looking import CaseLook
from clients.timeline import Event, Kind
from scheduling import of_case


@timeline.source(of_case.sessions)
def sessions(look: CaseLook) -> Iterator[Event]:
    """Those whose time is over, also where nobody came or it was called off."""
    for each in look.rows(of_case.sessions):
        # The clinical lead has no page for each.
        yield Event(
            at=each.starts_at,
            kind=Kind.SESSION,
            words=each.get_status_display(),
            page=("sessions:page", each.pk) if look.may_act else None,
        )
