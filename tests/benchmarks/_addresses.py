"""The product's addresses, and bare pages to measure against."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from practice.access.gate import public, staff
from practice.access.roles import Role
from practice.urls import urlpatterns as _product

CONTENT = b""
ROWS: Any = list  # reads the rows that the bare table shows

_TABLE = """{% extends "staff.html" %}{% block content %}<table class="table">
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</table>{% endblock %}"""


@public
def bare(request: HttpRequest) -> HttpResponse:
    """As many bytes as the page it stands beside, and nothing to do for them."""
    return HttpResponse(CONTENT)


@staff(*Role)
def bare_table(request: HttpRequest) -> HttpResponse:
    """As many rows as the page it stands beside, in the same frame, in the plainest of tables."""
    return HttpResponse(_table().render({"rows": ROWS()}, request))


@cache
def _table() -> Any:
    return engines["django"].from_string(_TABLE)


urlpatterns = [path("bare/", bare), path("bare-table/", bare_table), *_product]
