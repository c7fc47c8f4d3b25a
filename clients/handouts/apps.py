from django.apps import AppConfig


class HandoutsConfig(AppConfig):
    name = "clients.handouts"
    verbose_name = "Handouts"

    def ready(self) -> None:
        # Their gates, followers and addresses.
        from clients.handouts import assign, attaching, visits  # noqa: F401
