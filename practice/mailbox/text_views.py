"""The demo's gateway for text messages: it speaks as Twilio's does, and delivers to nobody."""

import base64
import secrets
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.access.gate import public
from practice.mailbox import letters
from practice.mailbox.only import demo_only


@public
@csrf_exempt  # Asked by Twilio's client, which brings the account's own token.
@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def texts(request: HttpRequest, account: str) -> HttpResponse:
    """Take a text and keep it beside the mail; asked for earlier ones it has none."""
    if not _is_ours(request):
        return JsonResponse({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
    if request.method != "POST":
        return JsonResponse({"messages": [], "uri": request.path, "next_page_uri": None})
    letters.keep(_as_letter(request).as_bytes())
    taken = {"sid": f"SM{secrets.token_hex(16)}", "status": "queued", "uri": request.path}
    return JsonResponse(taken, status=201)


def _is_ours(request: HttpRequest) -> bool:
    named = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
    expected = f"Basic {base64.b64encode(named.encode()).decode()}"
    return constant_time_compare(request.headers.get("Authorization", ""), expected)


def _as_letter(request: HttpRequest) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = "A text message"
    letter["To"] = " ".join(request.POST.get("To", "").split())
    letter["From"] = " ".join(request.POST.get("From", "").split())
    letter["Date"] = format_datetime(clock.now())
    letter.set_content(request.POST.get("Body", ""))
    return letter
