"""Every address that the resolver knows, with a path that leads there."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

NOT_THERE = uuid.UUID("00000000-0000-4000-8000-000000000000")
# What stands in an address beside the ids of the matrix's subjects.
_PARAMETERS = {
    "token": "A" * 43,
    "key": "1-a",
    "uidb36": "1",
    "app_label": "practice",
    "url": "not/there/",
    "content_type_id": "1",
    "audience": "both",
    "outline_key": "dap",
}


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    name: str
    route: str
    view: Callable[..., Any]

    def at(self, subject: Any = "") -> str:
        """The path for this object."""
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", self.route)
        path = path.replace("^", "").replace("$", "")
        return "/" + re.sub(r"<(\w+:)?(\w+)>", lambda m: str(_value(m[1], m[2], subject)), path)


def _value(kind: str | None, parameter: str, subject: Any) -> Any:
    value = _PARAMETERS.get(parameter) or subject or NOT_THERE
    return 0 if kind == "int:" and value == NOT_THERE else value


def _walk(resolver: URLResolver, route: str = "", names: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = entry.name or ("*" if here.endswith(".*)$") else "")
            yield Address(":".join((*names, name)), here, entry.callback)
        else:
            yield from _walk(entry, here, (*names, entry.namespace) if entry.namespace else names)


def addresses() -> list[Address]:
    """All of them."""
    return list(_walk(get_resolver()))
