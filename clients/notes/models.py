"""What counselors write down: three kinds of note in three tables, each with readers of its own."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Case, Participant
from practice.fields import EncryptedTextField
from practice.models import User


class OutlineQuerySet(models.QuerySet["Outline"]):
    def current(self) -> "OutlineQuerySet":
        """The newest version of each outline that is in use."""
        newest = Outline.objects.filter(key=models.OuterRef("key")).order_by("-version")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]), in_use=True)


class Outline(models.Model):
    """One version of the headings with which a note may begin. It never changes; another follows.

    DAP is data, assessment, plan; SOAP is subjective, objective, assessment, plan.
    """

    key = models.SlugField()
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    body = models.TextField(blank=True)
    in_use = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    objects: ClassVar[models.Manager["Outline"]] = OutlineQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"], name="notes_outline_one_of_each_version"
            )
        ]

    def __str__(self) -> str:
        return self.name


class NoteQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> "NoteQuerySet":
        """What this person may read: signed notes of the record, and drafts of their own."""
        cases = Case.objects.with_notes_for(user)
        return self.whole().filter(Q(author=user) | Q(signed_at__isnull=False), case__in=cases)

    def drafts_of(self, user: User) -> "NoteQuerySet":
        """What this person is writing: only an author changes a draft."""
        return self.for_user(user).filter(author=user, signed_at=None)

    def whole(self) -> "NoteQuerySet":
        """Without the second texts that were written in another window."""
        return self.filter(beside=None)


class PsychotherapyNoteQuerySet(NoteQuerySet):
    def for_user(self, user: User) -> "NoteQuerySet":
        """The author's own, whoever runs the case now, and nobody else's."""
        return self.whole().filter(author=user)


class Note(models.Model):
    """A draft until it is signed; from then on the database keeps it as it is.

    What is to be said later is an addendum: a note of the same kind that `adds_to` it. A text that
    was written in a second window stands `beside` its note until the author has chosen.
    """

    kind: ClassVar[str]
    title: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="%(class)ss")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    # The window that saved it last, by a number of its own.
    saved_by = models.CharField(max_length=36, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    adds_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda"
    )
    beside = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="other_texts"
    )
    objects: ClassVar[models.Manager[Any]] = NoteQuerySet.as_manager()

    # Each kind declares `text` and `refers_to` bound to a person of its own.
    text: Any
    refers_to: Any

    class Meta:
        abstract = True
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def texts_beside(self) -> models.QuerySet[Any]:
        """What was written of it in another window, until the author has chosen."""
        return type(self)._default_manager.filter(beside=self)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def page_name(self) -> str:
        """The name of its address."""
        return f"notes:{self.kind}"

    @property
    def participant_or_none(self) -> Participant | None:
        return None

    @property
    def references(self) -> list[str]:
        """The keys of what it points to; see `clients.notes.references`."""
        keys: list[str] = json.loads(self.refers_to or "[]")
        return keys


class JointNote(Note):
    """A note of the record about both partners."""

    kind, title = "joint", "Joint note"

    text = EncryptedTextField(person="case_id", blank=True, default="")
    refers_to = EncryptedTextField(person="case_id", blank=True, default="")

    class Meta(Note.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(beside=None),
                name="notes_jointnote_second_texts_are_not_signed",
            )
        ]


class IndividualNote(Note):
    """A note of the record about one partner; the other never learns of it."""

    kind, title = "individual", "Individual note"

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="individual_notes"
    )
    text = EncryptedTextField(person="participant_id", blank=True, default="")
    refers_to = EncryptedTextField(person="participant_id", blank=True, default="")

    class Meta(Note.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(beside=None),
                name="notes_individualnote_second_texts_are_not_signed",
            )
        ]

    @property
    def participant_or_none(self) -> Participant | None:
        return self.participant


class PsychotherapyNote(Note):
    """A counselor's own analysis, kept apart from the record (45 CFR 164.501).

    Only its author reads it. It is sealed with keys of its own and bound to the author.
    """

    kind, title = "psychotherapy", "Psychotherapy note"

    text = EncryptedTextField(person="author_id", keys="psychotherapy", blank=True, default="")
    refers_to = EncryptedTextField(person="author_id", keys="psychotherapy", blank=True, default="")
    objects: ClassVar[models.Manager[Any]] = PsychotherapyNoteQuerySet.as_manager()

    class Meta(Note.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(beside=None),
                name="notes_psychotherapynote_second_texts_are_not_signed",
            )
        ]


KINDS: dict[str, type[Note]] = {
    each.kind: each for each in (JointNote, IndividualNote, PsychotherapyNote)
}
# Those that belong to the record of the case.
RECORD: tuple[type[Note], ...] = (JointNote, IndividualNote)
