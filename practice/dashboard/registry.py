"""Panels that apps hang on the staff pages, found in each app's ``panels.py``.

The dashboard knows no app above it: as Django's admin finds ``admin.py``, it finds ``panels.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from practice.access.roles import Role
from practice.http import StaffRequest

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """A part of a page. `context` gives what its template needs, or None to stay away."""

    key: str
    title: str
    template: str
    order: int
    roles: frozenset[Role]
    context: Callable[..., Context | None]


@dataclass(frozen=True)
class Shown:
    """A panel with what it shows now."""

    panel: Panel
    context: Context
    html: str


class Page:
    """A page that panels can be hung on."""

    def __init__(self) -> None:
        self._panels: dict[str, Panel] = {}

    def panel(
        self, key: str, *, title: str, template: str, order: int, roles: tuple[Role, ...]
    ) -> Callable[[Callable[..., Context | None]], Callable[..., Context | None]]:
        """Decorator: hang what the function returns on this page."""

        def hang(context: Callable[..., Context | None]) -> Callable[..., Context | None]:
            self._panels[key] = Panel(key, title, template, order, frozenset(roles), context)
            return context

        return hang

    def shown_to(self, request: StaffRequest, *subject: Any) -> list[Shown]:
        """The panels for this role, in order, that have something to show."""
        panels = sorted(self._panels.values(), key=lambda panel: panel.order)
        fitting = [panel for panel in panels if request.user.role in panel.roles]
        contexts = [(panel, panel.context(request, *subject)) for panel in fitting]
        return [
            Shown(panel, context, render_to_string(panel.template, dict(context), request))
            for panel, context in contexts
            if context is not None
        ]


today = Page()
case = Page()
# What a counselor has before them on the page they prepare a session with.
preparing = Page()
# Panels on the desk’s page of one appointment.
appointment = Page()
# Panels on the desk’s day, beside the calendar.
desk = Page()
# Panels on the page of one open time: who could have it.
gap = Page()
