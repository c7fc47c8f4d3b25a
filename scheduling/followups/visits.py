"""Where the private links to check-ins lead."""

from django.urls import reverse

from clients.contact.models import PrivateLink
from clients.contact.visits import leads_to
from scheduling.followups.planning import CHECK_IN, LINE


@leads_to(LINE)
def _to_line(link: PrivateLink) -> str:
    return reverse("your-line")


@leads_to(CHECK_IN)
def _to_check_in(link: PrivateLink) -> str:
    return reverse("your-check-in")
