from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "Scheduling"

    def ready(self) -> None:
        # their gates, files and addresses
        from scheduling import enclosures, notices, visits  # noqa: F401
