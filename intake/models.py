"""Asking for a complimentary consultation, and what the practice makes of it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Case, Client, Concern, Part
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import TIME_ZONES, Counselor, State, User
from scheduling.models import Appointment, Weekday


class Status(models.TextChoices):
    """Where a request is; the words are those that staff read."""

    BOOKED = "booked", "Time booked"
    WAITING = "waiting", "Waiting for a time"
    REVIEW = "review", "A counselor looks first"
    OFFERED = "offered", "Times offered"
    DECLINED = "declined", "Declined"


class DayPart(models.TextChoices):
    """A part of the day, on the clock of the person who asks."""

    MORNING = "morning", "Morning, before noon"
    AFTERNOON = "afternoon", "Afternoon, noon to 5 PM"
    EVENING = "evening", "Evening, from 5 PM"


class DeclineReason(models.Model):
    """Why the practice can't take a request on, with the words that the person reads."""

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80, help_text="What the staff choose.")
    words = models.TextField(help_text="What the person reads, behind their private link.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class RequestQuerySet(models.QuerySet["ConsultationRequest"]):
    def for_user(self, user: User) -> "RequestQuerySet":
        """The desk sees every request; a counselor those they look after."""
        if user.role == Role.DESK:
            return self
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(counselor__user=user)

    def unassigned(self) -> "RequestQuerySet":
        """Those that nobody looks after yet."""
        return self.filter(counselor=None).exclude(status=Status.DECLINED)


class ConsultationRequest(models.Model):
    """A prospective client's request. Nothing clinical stands here: the front desk reads it all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="request")
    with_partner = models.BooleanField()
    # Only where the one who asks left it to us to write to the other.
    partner = models.OneToOneField(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="invitation"
    )
    partner_answered_at = models.DateTimeField(null=True, blank=True)
    # A counselor has spoken with a partner who wasn't safe, and they come all the same.
    partner_cleared = models.BooleanField(default=False)
    partner_state = models.ForeignKey(
        State, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    partner_time_zone = models.CharField(max_length=40, choices=TIME_ZONES, blank=True)

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.BOOKED)
    asked_at = models.DateTimeField()
    # A counselor reads what was answered before anybody books or calls.
    needs_counselor = models.BooleanField(default=False)
    counselor = models.ForeignKey(
        Counselor, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )
    # The time they chose, where it was not booked by itself.
    wished_at = models.DateTimeField(null=True, blank=True)
    # When a time would suit them, where none of the open ones did.
    wished_days = models.JSONField(default=list, blank=True)
    wished_parts = models.JSONField(default=list, blank=True)
    decline_reason = models.ForeignKey(
        DeclineReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Whether they may read the words for it: somebody may be set aside without being told why.
    told_reason = models.BooleanField(default=False)
    case = models.OneToOneField(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )
    objects: ClassVar[models.Manager["ConsultationRequest"]] = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["status", "asked_at"], name="intake_request_inbox")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="booked", appointment__isnull=False) | ~Q(status="booked"),
                name="intake_request_booked_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status="declined", decline_reason__isnull=False)
                | ~Q(status="declined"),
                name="intake_request_declined_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def places(self) -> list[tuple[str, str]]:
        """(state code, zone) of each person who comes, the one who asks first."""
        found = [(str(self.client.state_id), self.client.time_zone)]
        if self.with_partner:
            found.append((str(self.partner_state_id), self.partner_time_zone))
        return found

    @property
    def standing(self) -> str:
        """Where it is, in words: what became of its appointment says more than "booked"."""
        if self.status == Status.BOOKED and self.appointment and not self.appointment.is_open:
            return str(self.appointment.get_status_display())
        return str(self.get_status_display())

    @property
    def wishes(self) -> str:
        """When a time would suit them, in words."""
        days = [str(Weekday(number).label) + "s" for number in self.wished_days]
        parts = [str(DayPart(part).label) for part in self.wished_parts]
        return "; ".join(words for words in (", ".join(days), ", ".join(parts)) if words)


class Situation(models.Model):
    """What somebody told about what brings them. Clinical: in no query of the front desk's."""

    class Knows(models.TextChoices):
        """Whether the other partner knows of the affair."""

        YES = "yes", "Yes"
        NO = "no", "No, not yet"
        UNSURE = "unsure", "I’m not sure"

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.PROTECT, related_name="situation"
    )
    request = models.ForeignKey(
        ConsultationRequest, on_delete=models.CASCADE, related_name="situations"
    )
    concern = models.ForeignKey(
        Concern, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    part = models.CharField(max_length=8, choices=Part.choices, blank=True)
    partner_knows = models.CharField(max_length=8, choices=Knows.choices, blank=True)
    words = EncryptedTextField(person="client_id", blank=True, default="")

    def __str__(self) -> str:
        return str(self.pk)


class SafetyScreen(models.Model):
    """What somebody answered, alone, about being safe with their partner. Counselors only."""

    class Answer(models.TextChoices):
        NO = "no", "No"
        YES = "yes", "Yes"
        UNSAID = "unsaid", "I’d rather not say"

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.PROTECT, related_name="safety_screen"
    )
    request = models.ForeignKey(
        ConsultationRequest, on_delete=models.CASCADE, related_name="screens"
    )
    # JSON: question → answer.
    answers = EncryptedTextField(person="client_id")
    # They said that they are not safe.
    raised = models.BooleanField()
    answered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.pk)


class Offer(models.Model):
    """One time that is kept for somebody until they choose: the appointment is a hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        ConsultationRequest, on_delete=models.CASCADE, related_name="offers"
    )
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="offer")
    offered_at = models.DateTimeField()

    class Meta:
        ordering = ["appointment__starts_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Unwanted(models.Model):
    """An address that wants no invitation of ours, ever: only its digest is kept."""

    email_index = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.email_index


class RefusalCount(models.Model):
    """How often somebody in a state asked whom the practice can't serve: a number, nothing else."""

    state = models.OneToOneField(
        State, primary_key=True, on_delete=models.CASCADE, related_name="refusals"
    )
    times = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.state_id}: {self.times}"


class StateInterest(models.Model):
    """Somebody who asked to be told when the practice can work where they are.

    Of this client nothing is kept but an address, their consent, and the state.
    """

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.CASCADE, related_name="state_interest"
    )
    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="interests")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
