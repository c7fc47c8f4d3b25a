from django.urls import path

from clients.handouts import views

app_name = "handouts"
urlpatterns = [
    path("", views.library_page, name="library"),
    path("<uuid:version_id>/", views.version_page, name="version"),
    path("drafts/<uuid:article_id>/", views.review, name="review"),
    path("drafts/<uuid:article_id>/publish/", views.publish, name="publish"),
    path("give/<uuid:participant_id>/", views.give, name="give"),
]
