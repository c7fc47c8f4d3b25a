from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ClientsConfig(AppConfig):
    name = "clients"
    verbose_name = "Clients and cases"

    def ready(self) -> None:
        from clients import agreed, case_events  # noqa: F401  what they hang on

        # What other rooms know of a case.
        autodiscover_modules("timeline", "divergence", "readiness", "closing")
