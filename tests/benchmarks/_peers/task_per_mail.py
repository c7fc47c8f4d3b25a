"""Messages as they are mostly sent with Celery: a task for each, which looks it up and sends it.

It opens a connection for each e-mail, as Django's `send` does, and marks the row once. There is no
lease, no gate, no link and no second try: what a peer does not promise it need not pay for.
"""

from celery import shared_task


@shared_task(name="bench.send_one")
def send_one(key: str) -> None:
    from clients.contact import mail
    from clients.contact.models import Message
    from practice.models import Practice

    message = Message.objects.select_related("client__card").get(pk=key)
    mail.compose(message, message.client.card.email, "t" * 43, Practice.current()).send()
    Message.objects.filter(pk=key).update(reason="gone")
