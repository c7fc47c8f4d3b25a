from django.urls import path

from scheduling.followups import views

app_name = "followups"
urlpatterns = [path("plan/<uuid:case_id>/", views.choose_plan, name="plan")]
