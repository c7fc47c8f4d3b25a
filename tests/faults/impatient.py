"""The product's Celery application, whose broker hands out again after a second what is unanswered.

By itself it does so after an hour, and looks for it every hundred seconds.
"""

from practice.celery import app

app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": 1,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}

__all__ = ["app"]
