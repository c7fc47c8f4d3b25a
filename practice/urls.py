from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from practice import views
from practice.dashboard.views import home as staff_home

urlpatterns = [
    path("", views.home, name="home"),
    path("consultation/", include("intake.urls")),
    path("desk/", include("scheduling.desk.urls")),
    path("dashboard/", include("practice.dashboard.urls")),
    path("dashboard/numbers/", include("practice.figures.urls")),
    path("dashboard/who-saw-what/", include("practice.audit.urls")),
    path("dashboard/cases/", include("clients.urls")),
    path("dashboard/consultations/", include("intake.counselor_urls")),
    path("requests/", include("intake.triage_urls")),
    path("dashboard/sessions/", include("scheduling.urls")),
    path("dashboard/notes/", include("clients.notes.urls")),
    path("dashboard/library/", include("clients.handouts.urls")),
    path("dashboard/follow-ups/", include("scheduling.followups.urls")),
    path("dashboard/messages/", include("clients.contact.staff_urls")),
    path("", include("clients.contact.urls")),
    path("", include("intake.client_urls")),
    path("feed/", include("scheduling.feed_urls")),
    path("yours/reading/", include("clients.handouts.reader_urls")),
    path("yours/appointment/", include("scheduling.client_urls")),
    path("", include("scheduling.followups.client_urls")),
    path("staff/", staff_home, name="staff-home"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz/live", views.live, name="healthz-live"),
    path("healthz/ready", views.ready, name="healthz-ready"),
]
if settings.DEMO:
    urlpatterns.append(path("mailbox/", include("practice.mailbox.urls")))
