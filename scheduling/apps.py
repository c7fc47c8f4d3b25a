from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "Scheduling"

    def ready(self) -> None:
        # their gates, files, addresses and questions
        from scheduling import enclosures, handout_pacing, notices, visits  # noqa: F401
        # their gates, files and addresses
        from scheduling import case_endings, enclosures, next_session, notices, visits  # noqa: F401
