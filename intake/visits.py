"""Where the private links to requests lead."""

from django.urls import reverse

from clients.contact.models import PrivateLink
from clients.contact.visits import leads_to
from intake.notices import REQUEST


@leads_to(REQUEST)
def _to_request(link: PrivateLink) -> str:
    return reverse("your-request")
