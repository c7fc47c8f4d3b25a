from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        # Their gates and addresses, and what follows an appointment.
        from intake import following, notices, visits  # noqa: F401
