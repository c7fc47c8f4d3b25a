"""How long ago somebody asked, in words."""

from datetime import timedelta


def words(since: timedelta) -> str:
    """Such as "3 hours ago"."""
    if since < timedelta(hours=1):
        return "in the last hour"
    if since < timedelta(days=1):
        hours = since // timedelta(hours=1)
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    return f"{since.days} day{'s' if since.days > 1 else ''} ago"
