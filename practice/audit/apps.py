from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "practice.audit"

    def ready(self) -> None:
        # What other rooms know that stands out.
        autodiscover_modules("examining")
