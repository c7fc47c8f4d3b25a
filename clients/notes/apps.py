from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotesConfig(AppConfig):
    name = "clients.notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        # What a note may point to: each room offers its own.
        autodiscover_modules("references")
