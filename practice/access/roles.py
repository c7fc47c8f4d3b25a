"""Who works here, and where each begins the day."""

from django.db import models


class Role(models.TextChoices):
    """What somebody on the staff may do; every view states which roles it is for."""

    OWNER = "owner", "Practice owner"
    COUNSELOR = "counselor", "Counselor"
    DESK = "desk", "Front desk"
    LEAD = "lead", "Clinical lead"

    @property
    def home(self) -> str:
        """The URL name of the page that this role begins with."""
        return "desk:day" if self == Role.DESK else "dashboard:today"
