"""What exists in the demo alone."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers 404 outside demo mode, whatever the addresses say."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return answer
