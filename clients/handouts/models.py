"""From an article to a handout to the person who reads it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients.models import Case, Part, Participant, Stage
from practice.models import User


class Audience(models.TextChoices):
    """For whom something is written. Its own partner's only, or both partners'."""

    BOTH = "both", "Both partners"
    HURT = "hurt", "The partner who was hurt"
    INVOLVED = "involved", "The partner who was involved"

    def suits(self, part: str) -> bool:
        """Whether somebody with this part may read it."""
        return self == Audience.BOTH or self.value == part


class Article(models.Model):
    """A source the practice wrote: imported as a draft, reviewed, then published as handouts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    about_affair = models.BooleanField(default=True)
    left_out = models.JSONField(default=list)
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
    needs_decision = models.BooleanField(default=False)
    keep = models.BooleanField(default=True)
    text = models.TextField(help_text="Markdown")

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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.PROTECT, related_name="handouts"
    )
    audience = models.CharField(max_length=8, choices=Audience.choices)
    # Names the affair, or hidden contact: for those who know of it only (the disclosure lock).
    about_affair = models.BooleanField(default=True)
    stages = models.JSONField(default=list)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "audience"], name="handouts_handout_one_for_each_audience"
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
        later = Version.objects.filter(handout=models.OuterRef("handout")).order_by("-number")
        return self.filter(
            handout__withdrawn_at=None, pk=models.Subquery(later.values("pk")[:1])
        ).select_related("handout")


class Version(models.Model):
    """The words of a handout as published: frozen by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handout = models.ForeignKey(Handout, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    body = models.TextField(help_text="Markdown")
    source = models.CharField(max_length=300, blank=True)
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
        return max(1, round(len(self.body.split()) / 200))


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
        """In open cases, of the participant's audience, and disclosed where it must be."""
        fits = Q(version__handout__audience=Audience.BOTH) | Q(
            version__handout__audience=F("participant__part")
        )
        knows = (
            Q(version__handout__about_affair=False)
            | Q(participant__part=Part.INVOLVED)
            | Q(participant__case__disclosure=Case.Disclosure.YES)
        )
        return self.filter(fits, knows, participant__case__status=Case.Status.OPEN)

    def waiting(self) -> "AssignmentQuerySet":
        """Confirmed by the counselor, to go with a follow-up."""
        return self.filter(released_at=None)


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
    released_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Assignment"]] = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["confirmed_at", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "version"], name="handouts_assignment_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
