"""From an article to a handout to the person who reads it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients.handouts import grade
from clients.models import Case, Client, Part, Participant, Stage
from practice.fields import EncryptedTextField
from practice.models import User


class Audience(models.TextChoices):
    """For whom something is written. Its own partner's only, or both partners'."""

    BOTH = "both", "Both partners"
    HURT = "hurt", "The partner who was hurt"
    INVOLVED = "involved", "The partner who was involved"

    def suits(self, part: str) -> bool:
        """Whether somebody with this part may read it."""
        return self == Audience.BOTH or self.value == part


class Cited(models.Model):
    """Where words come from: the title, author, address and date of their source."""

    source = models.CharField("title of the source", max_length=300, blank=True)
    author = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=500, blank=True)
    dated = models.DateField("date of the source", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def citation(self) -> str:
        """The source in one line, with what is known of it."""
        day = f"{self.dated:%B} {self.dated.day}, {self.dated.year}" if self.dated else ""
        told = [self.source, self.author, day, self.address]
        return " · ".join(each for each in told if each)


class Article(Cited):
    """A source the practice works from: imported as a draft, reviewed, then published as handouts.

    While `published_at` is empty its sections are being worked on. Made a draft again, it leaves
    what was published as it is until it is published anew, as the next version.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    # Finds the same article when it is imported again: its address, or its title.
    identity = models.CharField(max_length=64, blank=True, db_index=True)
    about_affair = models.BooleanField(default=True)
    stages = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    # As imported, for the review: the text itself, and [heading, Markdown] of each section.
    original = models.TextField(blank=True)
    imported = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    # What came when it was imported again, until somebody says what to take of it.
    incoming = models.JSONField(null=True, blank=True)
    # Counts what is saved: who saves over somebody else's words is told first.
    revision = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A part of an article under one heading, for one audience, while it is being reviewed."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    # Its own stages, where they differ from the article's.
    stages = models.JSONField(default=list)
    needs_decision = models.BooleanField(default=False)
    keep = models.BooleanField(default=True)
    text = models.TextField(help_text="Markdown")
    # Which sections of the article as imported it was made of.
    origins = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"], name="handouts_section_one_at_a_position"
            )
        ]

    def __str__(self) -> str:
        return self.heading


class Handout(models.Model):
    """What a client reads. Its words stand in versions, and a published version never changes."""

    class Kind(models.TextChoices):
        HANDOUT = "handout", "To read"
        WORKSHEET = "worksheet", "Worksheet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.PROTECT, related_name="handouts"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HANDOUT)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    # Names the affair, or hidden contact: for those who know of it only (the disclosure lock).
    about_affair = models.BooleanField(default=True)
    stages = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    # The same matter from the other side: the two are released together.
    mirror = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="mirrored_by"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    favored_by = models.ManyToManyField(User, blank=True, related_name="favorite_handouts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "audience", "stages"],
                name="handouts_handout_one_for_each_audience",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def stage_names(self) -> str:
        return ", ".join(Stage(stage).label for stage in self.stages)


class VersionQuerySet(models.QuerySet["Version"]):
    def newest(self) -> "VersionQuerySet":
        """The current version of each handout that isn't withdrawn."""
        return self.latest_of_each().filter(handout__withdrawn_at=None)

    def latest_of_each(self) -> "VersionQuerySet":
        """The current version of each handout, withdrawn ones included."""
        return self.filter(searchable__isnull=False).select_related("handout")


class Version(Cited):
    """The words of a handout as published: frozen by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handout = models.ForeignKey(Handout, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    body = models.TextField(help_text="Markdown")
    published_at = models.DateTimeField()
    objects: ClassVar[models.Manager["Version"]] = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["title", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["handout", "number"], name="handouts_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        """Reading time, at 200 words a minute."""
        return grade.minutes(self.body)


class Searchable(models.Model):
    """A handout's newest version, and the words by which it is found. See `search`."""

    handout = models.OneToOneField(Handout, on_delete=models.CASCADE, related_name="searchable")
    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="searchable")
    title = models.TextField()
    words = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["title", "id"], name="handouts_searchable_by_title")]

    def __str__(self) -> str:
        return self.title


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def for_user(self, user: User) -> "AssignmentQuerySet":
        """Those in the cases this counselor may open."""
        return self.filter(participant__case__in=Case.objects.for_user(user))

    def for_participant(self, participant: Participant) -> "AssignmentQuerySet":
        """What this participant may read: their own, released, still allowed by case and part."""
        return self.readable().filter(participant=participant)

    def readable(self) -> "AssignmentQuerySet":
        """Released, and still fitting."""
        return self.fitting().filter(released_at__isnull=False)

    def fitting(self) -> "AssignmentQuerySet":
        """In open cases, of the participant's audience, and disclosed where it must be.

        What was taken back before it was released fits nobody.
        """
        fits = Q(version__handout__audience=Audience.BOTH) | Q(
            version__handout__audience=F("participant__part")
        )
        knows = (
            Q(version__handout__about_affair=False)
            | Q(participant__part=Part.INVOLVED)
            | Q(participant__case__disclosure=Case.Disclosure.YES)
        )
        return self.filter(
            fits, knows, participant__case__status=Case.Status.OPEN, taken_back_at=None
        )

    def waiting(self) -> "AssignmentQuerySet":
        """Confirmed by the counselor, to go with a follow-up; nothing that no longer fits."""
        return self.fitting().filter(released_at=None, version__handout__withdrawn_at=None)

    def given(self) -> "AssignmentQuerySet":
        """Confirmed, and not taken back."""
        return self.filter(taken_back_at=None)


class Assignment(models.Model):
    """A handout that a counselor gave to a participant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="assignments"
    )
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="assignments")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    # In the order in which the counselor chose them; the next follow-up takes the first.
    position = models.PositiveSmallIntegerField(default=0)
    # It may go although its mirror isn't confirmed for the other partner: the counselor said so.
    alone = models.BooleanField(default=False)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    # How far the reader came: the number of a section of its layout.
    reached = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Assignment"]] = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "confirmed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "version"], name="handouts_assignment_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def for_user(self, user: User) -> "AnswerQuerySet":
        """Those of the cases this counselor may open."""
        return self.filter(assignment__in=Assignment.objects.for_user(user))


class Answer(models.Model):
    """What a reader answered to one prompt of a handout. For their counselor only.

    `shared` is the reader's word that it may be raised when both partners are there; the other
    partner never sees it here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="answers")
    # Whom the words are about: the ciphertext is bound to the person.
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="handout_answers")
    key = models.CharField(max_length=20)
    text = EncryptedTextField(person="client_id")
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    objects: ClassVar[models.Manager["Answer"]] = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "key"], name="handouts_answer_one_to_each_prompt"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AutoAttach(models.Model):
    """A counselor's choice: this handout is confirmed by itself when a case comes to that stage."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="auto_attached")
    handout = models.ForeignKey(Handout, on_delete=models.CASCADE, related_name="auto_attached")
    stage = models.CharField(max_length=10, choices=Stage.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "handout", "stage"], name="handouts_autoattach_once"
            )
        ]

    def __str__(self) -> str:
        return self.stage
