from django.urls import path

from intake import counselor_views as views

app_name = "consultations"
urlpatterns = [
    path("<uuid:request_id>/", views.consultation, name="page"),
    path("<uuid:request_id>/read/", views.read, name="read"),
    path("<uuid:request_id>/accept/", views.accept, name="accept"),
    path("<uuid:request_id>/partner-comes/", views.partner_comes, name="partner-comes"),
    path("<uuid:request_id>/held/", views.held, name="held"),
    path("<uuid:request_id>/no-show/", views.no_show, name="no-show"),
    path("<uuid:request_id>/case/", views.open_case, name="open-case"),
]
