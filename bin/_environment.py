"""Make a virtual environment that holds just what a requirements file says.

    python bin/_environment.py FOLDER REQUIREMENTS

Does nothing when the folder is complete. The stamp is written last, so that an environment left
half-made is made anew. Runs before anything is installed: standard library only.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path


def main(folder: Path, requirements: Path) -> int:
    # The requirements file itself is the lock: it is there, and no lock is left behind by a crash.
    with requirements.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another start is already making {folder.name} here.", file=sys.stderr)
            return 1
        wanted = stamp(folder, lock.read())
        if is_complete(folder, wanted):
            return 0
        return make(folder, requirements, wanted)


def stamp(folder: Path, requirements: bytes) -> str:
    # Scripts in an environment name its folder, so a moved one counts as another.
    return hashlib.sha256(requirements + b"\n" + os.fsencode(folder)).hexdigest()


def is_complete(folder: Path, wanted: str) -> bool:
    """Whether the stamp fits and the environment's Python still runs."""
    file = folder / "made-from"
    if not file.is_file() or file.read_text() != wanted:
        return False
    try:
        answer = subprocess.run([folder / "bin" / "python", "-c", ""], capture_output=True)
    except OSError:
        return False
    return answer.returncode == 0


def make(folder: Path, requirements: Path, wanted: str) -> int:
    print(f"Making {folder.name} (once; about a minute) …", file=sys.stderr, flush=True)
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    venv.create(folder, with_pip=not uv, symlinks=True)
    python = str(folder / "bin" / "python")
    options = ["-qq", "--no-deps", "--require-hashes", "--requirement", str(requirements)]
    installer = (
        [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    )
    if subprocess.run([*installer, *options]).returncode != 0:
        print(f"{folder.name} could not be made: the lines above say why.", file=sys.stderr)
        return 1
    (folder / "made-from").write_text(wanted)
    print(f"Made in {time.monotonic() - began:.0f} s.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
