"""Where the private links to handouts lead."""

from django.urls import reverse

from clients.contact.models import PrivateLink
from clients.contact.visits import leads_to
from clients.handouts.assign import HANDOUT, READING


@leads_to(READING)
def _to_all(link: PrivateLink) -> str:
    return reverse("reading:list")


@leads_to(HANDOUT)
def _to_one(link: PrivateLink) -> str:
    return reverse("reading:handout", args=[link.subject_id])
