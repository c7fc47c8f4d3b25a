"""How much of something one network may do in a while: against floods, not against people."""

from django.core.cache import cache
from django.http import HttpRequest

from practice.http import network


class Budget:
    """So many times in so many seconds for each network."""

    def __init__(self, name: str, *, times: int, seconds: int) -> None:
        self.name, self.times, self.seconds = name, times, seconds

    def is_spent(self, request: HttpRequest) -> bool:
        """Whether this network has had its share."""
        return int(cache.get(self._key(request), 0)) >= self.times

    def spend(self, request: HttpRequest) -> None:
        """Count one more. The time runs from the first."""
        key = self._key(request)
        if not cache.add(key, 1, self.seconds):
            cache.incr(key)

    def _key(self, request: HttpRequest) -> str:
        return f"budget:{self.name}:{network(request)}"
