from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "scheduling.followups"
    verbose_name = "Follow-ups"

    def ready(self) -> None:
        from scheduling.followups import (  # noqa: F401  their gates, addresses and steps
            alerts,
            case_following,
            checkins,
            flags,
            holding,
            lines,
            visits,
        )
