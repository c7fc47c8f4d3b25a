"""What providers tell us: answers to texts, and what became of messages. Each is signed."""

from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from clients.contact import answered, arrivals, gateway, text
from clients.contact.models import Channel, Message
from practice.access.gate import public
from practice.http import network

_NAMES = {
    "amazon_ses": "AmazonSES",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
    "mailersend": "MailerSend",
}


@public
@csrf_exempt  # Twilio signs what it posts.
@require_POST
def text_answer(request: HttpRequest) -> HttpResponse:
    """Somebody answered a text: STOP in any words is done at once, and confirmed by one text."""
    if not _is_from_twilio(request):
        return HttpResponseForbidden()
    words = answered.take(
        request.POST.get("From", ""), request.POST.get("Body", ""), network=network(request)
    )
    reply = MessagingResponse()
    if words:
        reply.message(words)
    return HttpResponse(str(reply), content_type="text/xml")


@public
@csrf_exempt  # Twilio signs what it posts.
@require_POST
def text_notice(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """What became of a text."""
    if not _is_from_twilio(request):
        return HttpResponseForbidden()
    message = Message.objects.filter(pk=message_id, channel=Channel.TEXT).first()
    if message is not None:
        _note_text(message, request)
    return HttpResponse(status=204)


def _note_text(message: Message, request: HttpRequest) -> None:
    status = request.POST.get("MessageStatus", "")
    error = request.POST.get("ErrorCode", "")
    if status == "delivered":
        arrivals.delivered(message)
    elif status in ("undelivered", "failed"):
        if error.isdecimal() and int(error) in gateway.NEVER_ARRIVES:
            arrivals.came_back(message)
        else:
            arrivals.lost(message)


def _is_from_twilio(request: HttpRequest) -> bool:
    if not text.is_offered():
        raise Http404
    # The address as Twilio was given it, whatever a proxy made of it since.
    address = f"{settings.SITE_URL}{request.get_full_path()}"
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return bool(validator.validate(address, request.POST, signature))


@public
@csrf_exempt  # The provider's own reader checks the secret; without one there is nothing here.
@require_http_methods(["POST", "HEAD"])
def mail_notice(request: HttpRequest) -> HttpResponse:
    """What became of an e-mail, as the provider's own notices tell it."""
    if not settings.MAIL_PROVIDER or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404
    view = import_string(_reader_of(settings.MAIL_PROVIDER)).as_view()
    try:
        response: HttpResponse = view(request)
    except (AnymailWebhookValidationFailure, ValueError, KeyError):
        return HttpResponseForbidden()
    return response


def _reader_of(provider: str) -> str:
    name = _NAMES.get(provider, provider.title().replace("_", ""))
    return f"anymail.webhooks.{provider}.{name}TrackingWebhookView"
