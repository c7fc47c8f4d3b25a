"""The product's addresses, and a bare page to measure against."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from practice.access.gate import public
from practice.urls import urlpatterns as _product

CONTENT = b""


@public
def bare(request: HttpRequest) -> HttpResponse:
    """As many bytes as the page it stands beside, and nothing to do for them."""
    return HttpResponse(CONTENT)


urlpatterns = [path("bare/", bare), *_product]
