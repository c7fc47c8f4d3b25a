"""An article from an address that somebody gave: only from hosts that the owner allowed."""

from collections.abc import Collection
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from practice import fetching
from practice.fetching import Connector, Resolver

from .structure import UnreadableArticle

MOST_BYTES = 2 * 1024 * 1024
SECONDS = 5.0
_ACCEPT = "text/html, application/xhtml+xml, text/markdown, text/plain"


def fetch_article(
    address: str,
    *,
    allowed_hosts: Collection[str],
    resolver: Resolver = fetching.resolve,
    connector: Connector = fetching.connect,
) -> tuple[bytes, str]:
    """The bytes that stand at this address, and a name for them, as `import_article` takes both.

    What is kept from it is decided by `practice.fetching`: HTTPS, one look at the name, three
    redirects at most, no cookies. Raises UnreadableArticle, with a sentence for the person.
    """
    address = address.strip()
    try:
        data = fetching.fetch(
            address,
            allowed_hosts=allowed_hosts,
            limit_bytes=MOST_BYTES,
            seconds=SECONDS,
            accept=_ACCEPT,
            resolver=resolver,
            connector=connector,
        )
    except (fetching.FetchRefused, fetching.FetchFailed) as error:
        raise UnreadableArticle(str(error)) from None
    return data, _name(address)


def _name(address: str) -> str:
    """The last part of the path; without one, the article is called by what it says."""
    return PurePosixPath(unquote(urlsplit(address).path)).name or "article"
