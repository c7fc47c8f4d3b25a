from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "Scheduling"

    def ready(self) -> None:
        # their gates, files, addresses and questions
        from scheduling import (  # noqa: F401
            case_endings,
            enclosures,
            handout_pacing,
            next_session,
            notices,
            visits,
        )
