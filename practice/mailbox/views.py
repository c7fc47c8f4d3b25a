"""The demo's mailbox and clock: there is nothing here outside demo mode."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from practice import clock as demo_clock
from practice.access.gate import public
from practice.mailbox import letters
from practice.mailbox.forms import ClockForm
from practice.mailbox.only import demo_only


@public
@require_safe
@demo_only
def list_mail(request: HttpRequest) -> HttpResponse:
    """All the mail the demo has sent, newest first."""
    return render(request, "mailbox/mail_list.html", {"mails": letters.newest_first()})


@public
@require_safe
@demo_only
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One e-mail: its text and its headers. HTML in it is never shown."""
    mail = letters.find(name)
    if mail is None:
        raise Http404
    return render(request, "mailbox/mail_detail.html", {"mail": mail})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def clock(request: HttpRequest) -> HttpResponse:
    """What time the demo thinks it is, and buttons that move it on."""
    form = ClockForm(request.POST or None)
    if form.is_valid():
        demo_clock.set_offset(form.moved(demo_clock.offset()))
        return redirect("mailbox:clock")
    context = {"form": form, "now": demo_clock.now(), "offset": demo_clock.offset()}
    return render(request, "mailbox/clock.html", context)
