"""Panels that apps hang on the staff pages, found in each app's ``panels.py``.

The dashboard knows no app above it: as Django's admin finds ``admin.py``, it finds ``panels.py``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template import RequestContext
from django.template.loader import get_template
from django.utils.safestring import SafeString

from practice.access.roles import Role
from practice.audit import trail
from practice.dashboard.looking import Look, Read
from practice.http import StaffRequest

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """A part of a page. `context` gives what its template needs, or None to stay away.

    `needs`: the rows that it asks its look for, where its page is looked at as a whole.
    """

    key: str
    title: str
    template: str
    order: int
    roles: frozenset[Role]
    context: Callable[..., Context | None]
    needs: tuple[Read, ...] = ()


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
        self,
        key: str,
        *,
        title: str,
        template: str,
        order: int,
        roles: tuple[Role, ...],
        needs: tuple[Read, ...] = (),
    ) -> Callable[[Callable[..., Context | None]], Callable[..., Context | None]]:
        """Decorator: hang what the function returns on this page."""

        def hang(context: Callable[..., Context | None]) -> Callable[..., Context | None]:
            who = frozenset(roles)
            self._panels[key] = Panel(key, title, template, order, who, context, needs)
            return context

        return hang

    def needs(self, role: str) -> list[Read]:
        """The rows that the panels for this role ask for."""
        return [read for panel in self._for(role) for read in panel.needs]

    def shown_to(self, request: StaffRequest, *subject: Any) -> list[Shown]:
        """The panels for this role, in order, that have something to show."""
        found = [
            (panel, panel.context(request, *subject)) for panel in self._for(request.user.role)
        ]
        return _rendered(request, found)

    def looked_at(self, request: StaffRequest, look: Look, note: str = "") -> list[Shown]:
        """The same for a page that is looked at as a whole: read at once, recorded at once."""
        look.load(*self.needs(request.user.role))
        request.practice = look.practice
        found = [(panel, panel.context(request, look)) for panel in self._for(request.user.role)]
        look.finish(trail.staff_actor(request), note)
        return _rendered(request, found)

    def _for(self, role: str) -> list[Panel]:
        panels = sorted(self._panels.values(), key=lambda panel: panel.order)
        return [panel for panel in panels if role in panel.roles]


def _rendered(request: StaffRequest, found: Iterable[tuple[Panel, Context | None]]) -> list[Shown]:
    # What all templates may use is worked out once, and not for each panel.
    shared = RequestContext(request)
    with shared.bind_template(_template("dashboard/_panels.html")):
        return [
            Shown(panel, context, _html(panel, context, shared))
            for panel, context in found
            if context is not None
        ]


def _html(panel: Panel, context: Context, shared: RequestContext) -> SafeString:
    with shared.push(**context):
        html: SafeString = _template(panel.template).render(shared)
        return html


def _template(name: str) -> Any:
    backend: Any = get_template(name)
    return backend.template


# Looked at as a whole: their panels get a `Look`.
today = Page()
case = Page()
# Where only more of what stands around the panels is shown.
nothing = Page()
# What a counselor has before them on the page they prepare a session with.
preparing = Page()
# Panels on the desk’s page of one appointment.
appointment = Page()
# Panels on the desk’s day, beside the calendar.
desk = Page()
# Panels on the page of one open time: who could have it.
gap = Page()
