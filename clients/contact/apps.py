from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "clients.contact"
    verbose_name = "Contact"
