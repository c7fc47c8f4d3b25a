"""Asking for a complimentary consultation."""

import uuid
from typing import ClassVar

from django.db import models

from clients.models import Case, Client, Concern
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import User
from scheduling.models import Appointment


class RequestQuerySet(models.QuerySet["ConsultationRequest"]):
    def for_user(self, user: User) -> "RequestQuerySet":
        """Those whose consultation this counselor holds; the desk works with appointments."""
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(appointment__counselor__user=user)


class ConsultationRequest(models.Model):
    """A prospective client's request, with the time they chose."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="request")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="request"
    )
    with_partner = models.BooleanField()
    # Clinical: read by the counselor, in no query of the desk's.
    concern = models.ForeignKey(
        Concern, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    words = EncryptedTextField(person="client_id", blank=True, default="")
    asked_at = models.DateTimeField()
    case = models.OneToOneField(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )
    objects: ClassVar[models.Manager["ConsultationRequest"]] = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return str(self.pk)
