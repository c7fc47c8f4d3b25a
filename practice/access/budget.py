"""How much of something may be done in a while: against floods, not against people."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from practice.http import network


class Budget:
    """So many times in any so many seconds: for each network, or for everybody together.

    Each use takes a place of its own in the cache, and gives it back when its time is over. A
    place can be taken once, so uses at the same moment are all counted.
    """

    def __init__(self, name: str, *, times: int, seconds: int, shared: bool = False) -> None:
        self.name, self.times, self.seconds, self.shared = name, times, seconds, shared

    def is_spent(self, request: HttpRequest) -> bool:
        """Whether this network (or everybody, where the budget is shared) has had its share."""
        return self.is_spent_for(self._whose(request))

    def spend(self, request: HttpRequest) -> bool:
        """Count one more; False where nothing was left to take."""
        return self.spend_for(self._whose(request))

    def is_spent_for(self, key: str) -> bool:
        """Whether what this key stands for, such as the digest of an address, had its share."""
        return not self._free(key)

    def spend_for(self, key: str) -> bool:
        """Count one more for this key; False where nothing was left to take."""
        return any(cache.add(place, 1, self.seconds) for place in self._free(key))

    def _whose(self, request: HttpRequest) -> str:
        return "" if self.shared else network(request)

    def _free(self, key: str) -> list[str]:
        # Hashed with the secret key: nobody is found by what stands in the cache.
        whose = salted_hmac("practice.access.budget", key, algorithm="sha256").hexdigest()
        places = [f"budget:{self.name}:{whose}:{number}" for number in range(self.times)]
        taken = cache.get_many(places)
        return [place for place in places if place not in taken]
