"""Handouts in templates."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from clients.handouts.render import render_markdown

register = template.Library()


@register.filter
def markdown(text: str, top: int = 2) -> SafeString:
    """Markdown as HTML: the renderer's last step lets only harmless tags through."""
    return mark_safe(render_markdown(text, top=top))  # noqa: S308  # nosec B308 B703
