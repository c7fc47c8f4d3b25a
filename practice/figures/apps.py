from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FiguresConfig(AppConfig):
    name = "practice.figures"

    def ready(self) -> None:
        autodiscover_modules("figures")
