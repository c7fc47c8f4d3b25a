from django.urls import path

from clients.contact import client_views, notice_views, views

urlpatterns = [
    path("s/<str:token>", views.private_link, name="private-link"),
    path("stop/<str:token>", views.stop, name="stop"),
    path("yours/code/", views.choose_code, name="choose-code"),
    path("yours/contact/", client_views.your_contact, name="your-contact"),
    path("yours/agreements/", client_views.your_agreements, name="your-agreements"),
    path("yours/messages/", client_views.your_messages, name="your-messages"),
    path("yours/leave/", views.leave, name="leave"),
    path("elsewhere/", views.quick_exit, name="quick-exit"),
    path("notices/texts/", notice_views.text_answer, name="text-answer"),
    path("notices/texts/<uuid:message_id>/", notice_views.text_notice, name="text-notice"),
    path("notices/mail/", notice_views.mail_notice, name="mail-notice"),
    path("healthz/queue", views.queue, name="healthz-queue"),
]
