"""Request types that say who is asking."""

from django.http import HttpRequest

from practice.models import Practice, User


class StaffRequest(HttpRequest):
    """A request that came through the gate: somebody on the staff is signed in."""

    user: User
    request_id: str
    # Set by pages that read it together with their own rows.
    practice: Practice


def network(request: HttpRequest) -> str:
    """The network of the address (/24 or /48): tells places apart, and finds nobody."""
    address = request.META.get("REMOTE_ADDR", "")
    if ":" in address:
        return ":".join(address.split(":")[:3]) + "::/48"
    return ".".join(address.split(".")[:3]) + ".0/24" if address else ""
