from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "clients.contact"
    verbose_name = "Contact"

    def ready(self) -> None:
        from clients.contact import tracking

        tracking.listen()
