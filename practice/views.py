"""Pages that belong to no room: the front page, and what monitors ask."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import room
from practice.access.gate import public
from practice.models import State


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for whom, and where to begin."""
    return render(request, "home.html", {"served": State.objects.served()})


@public
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"live": True})


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and can write, and no migration is missing."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        has_room = room.is_left()
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unreachable"}, status=503)
    if missing:
        return JsonResponse({"ready": False, "migrations": len(missing)}, status=503)
    if not has_room:
        return JsonResponse({"ready": False, "disk": "full"}, status=503)
    return JsonResponse({"ready": True})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)
