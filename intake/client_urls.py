from django.urls import path

from intake import client_views, views

urlpatterns = [
    path("yours/request/", client_views.your_request, name="your-request"),
    path("yours/request/none-fits/", client_views.none_fits, name="your-request-none-fits"),
    path("yours/request/no-messages/", client_views.no_messages, name="your-request-no-messages"),
    path("yours/withdraw/", client_views.withdraw, name="withdraw"),
    path("told/<str:token>", views.told, name="told"),
]
