"""Lines that open with the mark of a list: a bullet, a dash or a number."""

import re
from dataclasses import dataclass

_BULLET = re.compile(r"^(?:[•●○◦▪▫■□‣⁃∙·➤►▶✓✔☐☑❖➢*+][ \t]*|[-–—][ \t]+)(?=\S|$)")
_NUMBER = re.compile(r"^(?:step\s+)?\(?(\d{1,2})(?:[.):]|\s[-–—])[ \t]+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """What stood before the words: `number` is 0 for a bullet."""

    words: str
    number: int = 0


def marked(line: str) -> Mark | None:
    """The line without its list mark, or None if it has none."""
    number = _NUMBER.match(line)
    if number:
        return Mark(line[number.end() :].strip(), int(number.group(1)))
    bullet = _BULLET.match(line)
    if bullet and not line.startswith("**"):
        return Mark(line[bullet.end() :].strip())
    return None
