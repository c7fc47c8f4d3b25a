"""Keeping the house tidy."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="practice.tidy")
def tidy() -> None:
    """Delete the sessions that have ended."""
    call_command("clearsessions")
