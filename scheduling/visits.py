"""Where the private links to appointments lead."""

from django.urls import reverse

from clients.contact.models import PrivateLink
from clients.contact.visits import leads_to
from scheduling.notices import APPOINTMENT


@leads_to(APPOINTMENT)
def _to_appointment(link: PrivateLink) -> str:
    return reverse("your-appointment")
