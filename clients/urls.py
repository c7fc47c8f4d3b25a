from django.urls import path

from clients import ending_views, finding_views, history_views, plan_views, urgent_views, views

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("find/", finding_views.find, name="find"),
    path("urgent/", urgent_views.open_urgently, name="urgent"),
    path("covers/", ending_views.covers, name="covers"),
    path("covers/<uuid:cover_id>/end/", ending_views.end_cover, name="cover-end"),
    path("<uuid:case_id>/", views.case_page, name="page"),
    path("<uuid:case_id>/prepare/", views.prepare, name="prepare"),
    path("<uuid:case_id>/course/", views.course, name="course"),
    path("<uuid:case_id>/history/", history_views.history, name="history"),
    path("<uuid:case_id>/plan/", plan_views.plan, name="plan"),
    path("<uuid:case_id>/end/", ending_views.end, name="end"),
    path("<uuid:case_id>/close/", ending_views.close, name="close"),
    path("<uuid:case_id>/reopen/", ending_views.reopen, name="reopen"),
    path("<uuid:case_id>/separate/", ending_views.separate, name="separate"),
    path("<uuid:case_id>/hand-on/", ending_views.hand_on, name="hand-on"),
    path("goals/<uuid:goal_id>/agree/", plan_views.agree, name="agree"),
    path("goals/<uuid:goal_id>/review/", plan_views.review, name="review"),
    path("actions/<uuid:action_id>/done/", plan_views.done, name="action-done"),
    path("people/<uuid:participant_id>/code/", views.enroll, name="enroll"),
    path("people/<uuid:participant_id>/suspend/", views.suspend, name="suspend"),
]
