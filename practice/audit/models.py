"""Who saw and did what: rows that are added and never changed."""

from typing import ClassVar

from django.apps import apps
from django.db import models


class Verb(models.TextChoices):
    READ = "read", "read"
    CREATE = "create", "created"
    CHANGE = "change", "changed"
    SEND = "send", "sent"
    DENY = "deny", "was refused"
    SIGN_IN = "sign_in", "signed in"
    ERASE = "erase", "erased"


class ActorKind(models.TextChoices):
    STAFF = "staff", "Staff"
    CLIENT = "client", "Client"
    SYSTEM = "system", "The system"


class Entry(models.Model):
    """One act. Holds ids only: never a name, an address or text."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8, choices=ActorKind.choices)
    actor_id = models.CharField(max_length=36, blank=True)
    role = models.CharField(max_length=12, blank=True)
    verb = models.CharField(max_length=8, choices=Verb.choices)
    resource = models.CharField(max_length=60)
    resource_id = models.CharField(max_length=36, blank=True)
    case_id = models.CharField(max_length=36, blank=True, db_index=True)
    client_id = models.CharField(max_length=36, blank=True, db_index=True)
    note = models.CharField(max_length=100, blank=True)
    network = models.CharField(max_length=50, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64, unique=True)
    objects: ClassVar[models.Manager["Entry"]] = models.Manager()

    class Meta:
        ordering = ["seq"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.seq}: {self.verb} {self.resource}"

    @property
    def thing(self) -> str:
        """What was read or changed, as people call it."""
        try:
            return str(apps.get_model(self.resource)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.resource  # of an earlier version of the product
