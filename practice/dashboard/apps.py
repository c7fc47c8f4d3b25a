from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DashboardConfig(AppConfig):
    name = "practice.dashboard"

    def ready(self) -> None:
        autodiscover_modules("panels")
