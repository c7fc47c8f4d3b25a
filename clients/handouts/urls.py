from django.urls import path, register_converter

from clients.handouts import giving_views, review_views, views
from clients.handouts.models import Audience


class AudienceConverter:
    """One of the audiences, in an address."""

    regex = "|".join(Audience.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AudienceConverter, "audience")

app_name = "handouts"
urlpatterns = [
    path("", views.library_page, name="library"),
    path("<uuid:version_id>/", views.version_page, name="version"),
    path("<uuid:version_id>/phone/", views.version_preview, name="version-preview"),
    path("<uuid:version_id>/pdf/", views.version_pdf, name="version-pdf"),
    path("<uuid:version_id>/favorite/", views.favorite, name="favorite"),
    path("<uuid:version_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:version_id>/mirror/", views.mirror, name="mirror"),
    path("<uuid:version_id>/by-itself/", views.auto_attach, name="auto-attach"),
    path("<uuid:version_id>/next/", review_views.next_version, name="next-version"),
    path("new/", review_views.bring_in, name="bring-in"),
    path("drafts/<uuid:article_id>/", review_views.review, name="review"),
    path("drafts/<uuid:article_id>/new/", review_views.changes, name="changes"),
    path(
        "drafts/<uuid:article_id>/phone/<audience:audience>/", review_views.preview, name="preview"
    ),
    path("drafts/<uuid:article_id>/publish/", review_views.publish, name="publish"),
    path("give/<uuid:participant_id>/", giving_views.give, name="give"),
    path("waiting/<uuid:assignment_id>/", giving_views.waiting, name="waiting"),
    path("cases/<uuid:case_id>/", giving_views.of_case, name="of-case"),
]
