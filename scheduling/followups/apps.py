from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "scheduling.followups"
    verbose_name = "Follow-ups"

    def ready(self) -> None:
        from scheduling.followups import checkins, visits  # noqa: F401  their gates and addresses
