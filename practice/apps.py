from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "The practice"


class OwnerAdminConfig(AdminConfig):
    default_site = "practice.admin_site.OwnerAdminSite"
