"""The Celery application: it wakes the outbox; what is due stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
os.umask(0o077)

app = Celery("mendwell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["practice", "clients.contact", "scheduling", "intake"])
