"""`python -m tests.live.left_running FOLDER`: names processes of a product kept in that folder.

A process belongs to it if its working folder or its MENDWELL_HOME lies there. Exit code 1 if one
does. Reads /proc, so it finds nothing where there is none.
"""

import os
import sys
from pathlib import Path


def processes_of(folder: Path) -> dict[int, str]:
    """Number and command line of each process that belongs to a product in this folder."""
    return {
        int(entry.name): command
        for entry in Path("/proc").glob("[0-9]*")
        if int(entry.name) != os.getpid() and (command := _command_of_ours(entry, folder))
    }


def _command_of_ours(entry: Path, folder: Path) -> str:
    try:
        place = (entry / "cwd").readlink()
        variables = (entry / "environ").read_bytes().split(b"\0")
        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
    home = next((word[14:] for word in variables if word.startswith(b"MENDWELL_HOME=")), b"")
    inside = place.is_relative_to(folder) or Path(os.fsdecode(home)).is_relative_to(folder)
    return command if inside else ""


if __name__ == "__main__":
    found = processes_of(Path(sys.argv[1]).resolve())
    for number, command in found.items():
        print(number, command[:120])
    sys.exit(1 if found else 0)
