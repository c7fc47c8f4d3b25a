"""How a person may be reached, what is on its way to them, and the private links they come by."""

import uuid
from datetime import datetime, time
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients.models import Case, Client
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import User


class Channel(models.TextChoices):
    """How a person wants to hear from us."""

    EMAIL = "email", "E-mail"
    TEXT = "text", "A text message"
    PHONE = "phone", "A phone call"


class ContactCard(models.Model):
    """How it is safe to reach a person. Nobody asks them why."""

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.CASCADE, related_name="card"
    )
    email = EncryptedTextField(blank=True, default="")
    email_index = models.CharField(max_length=64, blank=True, db_index=True)
    phone = EncryptedTextField(blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    email_is_safe = models.BooleanField(default=True)
    voicemail_is_safe = models.BooleanField(default=False)
    device_is_shared = models.BooleanField(default=False)
    # Messages about appointments bring a calendar file, in neutral words: only for who asks for it.
    calendar_by_mail = models.BooleanField(default=False)
    # Who we say is calling, or whom we ask for: in the person's own words.
    neutral_name = EncryptedTextField(blank=True, default="")
    safe_from = models.TimeField(null=True, blank=True)
    safe_until = models.TimeField(null=True, blank=True)
    # Everything waits: set by the counselor, silently, when a person may be in danger.
    suspended_at = models.DateTimeField(null=True, blank=True)
    # "Stop" from the person: no more follow-ups; what they booked themselves is still confirmed.
    follow_ups_stopped_at = models.DateTimeField(null=True, blank=True)
    # "STOP" by text, and "everything" by link: nothing goes that way until they say otherwise.
    texts_stopped_at = models.DateTimeField(null=True, blank=True)
    everything_stopped_at = models.DateTimeField(null=True, blank=True)
    # The provider said for good that nothing arrives there.
    email_failed_at = models.DateTimeField(null=True, blank=True)
    phone_failed_at = models.DateTimeField(null=True, blank=True)
    # When a text of theirs that nobody could place was last answered: once a day at most.
    text_answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(safe_from=None, safe_until=None)
                | Q(safe_from__lt=F("safe_until"), safe_from__isnull=False),
                name="contact_contactcard_safe_hours_in_order",
                violation_error_message="The safe hours end before they begin.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def safe_hours(self) -> tuple[time, time] | None:
        """The hours the person named as safe, in their own zone."""
        if self.safe_from is None or self.safe_until is None:
            return None
        return self.safe_from, self.safe_until


class Purpose(models.TextChoices):
    """What a person can agree to."""

    EMAIL = "email", "E-mail about appointments"
    FOLLOW_UPS = "follow_ups", "E-mail between sessions"
    SMS = "sms", "Text messages"
    TELEHEALTH = "telehealth", "Meeting by video"
    SECRETS = "secrets", "What we keep between us"


class ConsentDocument(models.Model):
    """One version of what people agree to. It never changes; another version follows it."""

    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    body = models.TextField(help_text="Plain paragraphs, with an empty line between two.")
    # The sentence beside the box that is ticked.
    agreement = models.CharField(max_length=200)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["purpose", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version"], name="contact_consentdocument_one_of_each_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class Consent(models.Model):
    """What a person agreed to, in which words, and until when."""

    Purpose = Purpose

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    wording = models.CharField(max_length=20)
    document = models.ForeignKey(
        ConsentDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The name they typed to sign.
    signature = EncryptedTextField(person="client_id", blank=True, default="")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    network = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "purpose"],
                condition=Q(withdrawn_at=None),
                name="contact_consent_once_until_withdrawn",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose}"


class PersonalCode(models.Model):
    """What only this person knows: asked for before a private link opens.

    It is set by the person themselves: on the request form, or on their first visit after the
    counselor read an enrollment code out to them in a session.
    """

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.CASCADE, related_name="personal_code"
    )
    code = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    enrollment = models.CharField(max_length=200, blank=True)
    enrollment_ends_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class PrivateLink(models.Model):
    """One way in, for one person and one thing. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_digest = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=36)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["purpose", "subject_id"], name="contact_link_subject"),
            models.Index(
                fields=["locked_at"],
                condition=Q(locked_at__isnull=False),
                name="contact_link_locked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def is_good(self, now: datetime) -> bool:
        """Whether it may still open what it is for."""
        return self.revoked_at is None and self.locked_at is None and now < self.expires_at


class MessageQuerySet(models.QuerySet["Message"]):
    def for_user(self, user: User) -> "MessageQuerySet":
        """The owner's are all (no words are kept of them); a counselor's, those to their people."""
        if user.role == Role.OWNER:
            return self.all()
        theirs = Case.objects.for_user(user)
        return self.filter(client__participations__case__in=theirs).distinct()

    def to_take(self, now: datetime) -> "MessageQuerySet":
        """What may be claimed now."""
        return self.filter(state__in=[State.DUE, State.UNCERTAIN], next_try_at__lte=now)

    def unsent(self) -> "MessageQuerySet":
        """What can still be stopped."""
        return self.filter(state__in=[State.DUE, State.CLAIMED, State.UNCERTAIN])

    def in_trouble(self) -> "MessageQuerySet":
        """What didn't reach its reader, or may not have: few of many, which an index has apart."""
        return self.filter(_IN_TROUBLE)


class State(models.TextChoices):
    """Where a message is. The words are those that staff read."""

    DUE = "due", "Waiting for its time"
    CLAIMED = "claimed", "About to go"
    SENDING = "sending", "Going out now"
    SENT = "sent", "Sent"
    UNCERTAIN = "uncertain", "Handed over, not confirmed"
    SUPPRESSED = "suppressed", "Held back"
    CANCELED = "canceled", "No longer needed"
    EXPIRED = "expired", "Too late to be useful"
    DEAD = "dead", "Could not be delivered"

    @property
    def moves(self) -> "frozenset[State]":
        """The states that may follow."""
        return _MOVES.get(self, frozenset())


_STOPS = {State.CANCELED, State.SUPPRESSED, State.EXPIRED}
_MOVES = {
    State.DUE: frozenset({State.CLAIMED, *_STOPS}),
    State.CLAIMED: frozenset({State.SENDING, State.DUE, State.UNCERTAIN, State.DEAD, *_STOPS}),
    State.SENDING: frozenset({State.SENT, State.DUE, State.UNCERTAIN, State.DEAD}),
    State.UNCERTAIN: frozenset({State.CLAIMED, State.DEAD, *_STOPS}),
}


class Arrival(models.TextChoices):
    """What became of a message after it was handed over."""

    DELIVERED = "delivered", "Arrived"
    BOUNCED = "bounced", "Came back"


_IN_TROUBLE = Q(state__in=[State.DEAD, State.UNCERTAIN, State.SUPPRESSED]) | Q(
    arrival=Arrival.BOUNCED
)


class Message(models.Model):
    """One outbound message to one person: the outbox row, written with the change that causes it.

    It holds no address and no text: both are looked up when it goes, and so is the channel.
    """

    class Template(models.TextChoices):
        BOOKED = "booked", "Appointment booked"
        MOVED = "moved", "Appointment moved"
        CALLED_OFF = "called_off", "Appointment canceled"
        NEWS = "news", "Something to read or answer"
        REMINDER = "reminder", "Appointment tomorrow: please confirm"
        SOON = "soon", "Appointment today"
        INVITED = "invited", "An invitation to answer"
        STATE_OPENS = "state_opens", "We can work where they are now"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="messages")
    template = models.CharField(max_length=12, choices=Template.choices)
    # E-mail or text, by the card as it was when it went; empty until then.
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    # What its private link opens, and what it belongs to.
    purpose = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=36)
    # The time an appointment message tells, in UTC; the reader's zone is looked up.
    tells_time = models.DateTimeField(null=True, blank=True)
    by_their_own_act = models.BooleanField(default=False)
    is_follow_up = models.BooleanField(default=False)

    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    next_try_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    uncertain_count = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # The provider's own name for it.
    provider_id = models.CharField(max_length=64, blank=True)
    # What the provider said later, by signed notice.
    arrival = models.CharField(max_length=10, choices=Arrival.choices, blank=True)
    arrival_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # The token of its link, only while it is on its way; a second try carries the same link.
    token = EncryptedTextField(person="client_id", blank=True, default="")
    objects: ClassVar[models.Manager["Message"]] = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                # Said so that SQLite, too, sees that each look for what is due can use it.
                condition=Q(next_try_at__isnull=False),
                name="contact_message_to_take",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(lease_until__isnull=False),
                name="contact_message_leased",
            ),
            models.Index(fields=["purpose", "subject_id"], name="contact_message_subject"),
            # Of all that ever went, the dashboard looks at the last weeks only.
            models.Index(fields=["due_at"], name="contact_message_when"),
            models.Index(
                fields=["due_at"], condition=_IN_TROUBLE, name="contact_message_in_trouble"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MessageStep(models.Model):
    """A state a message came into: its life, for those who must explain it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # One row for each intent (its key), which is sent once: there is no second "sent".
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(state="sent"),
                name="contact_messagestep_sent_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state}"


class Turn(models.Model):
    """When the next message may be handed over to a provider that takes only so many a second."""

    channel = models.CharField(max_length=8, choices=Channel.choices, primary_key=True)
    # Seconds of the machine's own clock: providers know no other.
    next_at = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.channel


class Heartbeat(models.Model):
    """When something that must keep running last did, or when a line was last found broken."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
