"""Logs: one JSON line per event, with ids and never with names, addresses or text."""

import logging.config
import re
import sys
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

# A private link's token, an e-mail address and a query string never reach a log line.
_TOKEN = re.compile(r"/(s|stop|told|feed)/[^/\s\"']+")
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_QUERY = re.compile(r"\?[^\s\"']+")


def scrub(text: str) -> str:
    """The text without tokens, e-mail addresses and query strings."""
    return _QUERY.sub("?…", _ADDRESS.sub("…@…", _TOKEN.sub(r"/\1/…", text)))


def _scrub_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor: clean every string of an event, tracebacks' messages included."""
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}


def _frames_only(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor: of an exception keep the type and the places, never its message or values."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        kind, _, trace = error
        event["error"] = kind.__name__
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["places"] = places[-8:]
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure() -> None:
    """Send both structlog's and the standard library's events through the same cleaning."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": _SHARED,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        _exception_tuple,
                        _frames_only,
                        _scrub_event,
                        structlog.processors.JSONRenderer(),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {
                "mendwell": {"level": "INFO"},
                "celery.beat": {"level": "WARNING"},
                # A wrong role or a stale link is answered with 404; that is no warning.
                "django.request": {"level": "ERROR"},
                "axes": {"level": "ERROR"},
                # Its warnings name whole addresses, and some of those are as good as a password.
                "urllib3": {"level": "ERROR"},
            },
        }
    )


def _exception_tuple(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor: an exception, or "the present one", as the tuple that the next one reads."""
    error = event.get("exc_info")
    if isinstance(error, BaseException):
        event["exc_info"] = (type(error), error, error.__traceback__)
    elif error is True:
        event["exc_info"] = sys.exc_info()
    return event


log = structlog.get_logger("mendwell")


class RequestLogMiddleware:
    """One line per request: which view, what status, how long; no address, path or person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        self._write(request, response, (time.perf_counter() - began) * 1000)
        return response

    def _write(self, request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
        match = request.resolver_match
        log.info(
            "request",
            view=match.view_name if match else None,
            method=request.method,
            status=response.status_code,
            ms=round(milliseconds, 1),
        )
