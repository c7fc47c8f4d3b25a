from django.urls import path

from scheduling.followups import plan_views, views

app_name = "followups"
urlpatterns = [
    path("", plan_views.plan_list, name="plans"),
    path("plans/<int:plan_id>/", plan_views.edit_plan, name="plan-edit"),
    path("plans/<int:plan_id>/retire/", plan_views.retire_plan, name="plan-retire"),
    path("steps/<int:step_id>/remove/", plan_views.remove_step, name="step-remove"),
    path("steps/<int:step_id>/move/", plan_views.move_step, name="step-move"),
    path("questions/new/", plan_views.new_questions, name="questions-new"),
    path("questions/<int:set_id>/", plan_views.questions_before, name="questions"),
    path("questions/<int:set_id>/edit/", plan_views.edit_questions, name="questions-edit"),
    path("lines/new/", plan_views.new_line, name="line-new"),
    path("lines/<int:line_id>/edit/", plan_views.edit_line, name="line-edit"),
    path("plan/<uuid:case_id>/", views.choose_plan, name="plan"),
    path("plan/<uuid:case_id>/preview/", views.preview, name="preview"),
    path("plan/<uuid:case_id>/pause/", views.pause, name="pause"),
    path("people/<uuid:participant_id>/pause/", views.pause_person, name="pause-person"),
    path("people/<uuid:participant_id>/hour/", views.change_hour, name="hour"),
    path("<uuid:follow_up_id>/skip/", views.skip, name="skip"),
    path("flags/<uuid:flag_id>/acknowledge/", views.acknowledge, name="flag-acknowledge"),
    path("flags/<uuid:flag_id>/", views.resolve, name="flag"),
]
