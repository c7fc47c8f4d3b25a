"""Each kind of note has addresses of its own, so that each can be asked for in the access tests."""

from django.urls import URLPattern, path

from clients.notes import views
from clients.notes.models import KINDS, PsychotherapyNote

app_name = "notes"


def _of(kind: str) -> list[URLPattern]:
    page = views.record_page if kind != PsychotherapyNote.kind else views.psychotherapy_page
    here, own = f"{kind}/<uuid:note_id>/", {"kind": kind}
    return [
        path(here, page, own, name=kind),
        path(f"{here}save/", views.save, own, name=f"{kind}-save"),
        path(f"{here}sign/", views.sign, own, name=f"{kind}-sign"),
        path(f"{here}add/", views.add, own, name=f"{kind}-add"),
        path(f"{here}discard/", views.discard, own, name=f"{kind}-discard"),
        path(f"{here}other/<uuid:other_id>/", views.settle, own, name=f"{kind}-settle"),
    ]


urlpatterns = [
    path("case/<uuid:case_id>/", views.begin, name="begin"),
    path("find/", views.find, name="find"),
    path("outlines/", views.outline_list, name="outlines"),
    path("outlines/<slug:outline_key>/", views.outline, name="outline"),
    *(address for kind in KINDS for address in _of(kind)),
]
