from django.apps import AppConfig


class HandoutsConfig(AppConfig):
    name = "clients.handouts"
    verbose_name = "Handouts"

    def ready(self) -> None:
        from clients.handouts import assign, visits  # noqa: F401  their gates and addresses
