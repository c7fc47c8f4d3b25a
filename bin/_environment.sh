# Shared by bin/start, bin/test and bin/bench: finds a Python and keeps a virtual environment.

# Prints the newest working Python from 3.11 on. A name on the PATH may still fail (pyenv's shims do).
find_python() {
    local name
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    echo "Mendwell needs Python 3.11 or newer with its venv module, and found none on the PATH." >&2
    return 1
}

# prepare_environment FOLDER REQUIREMENTS: both inside the project.
prepare_environment() {
    local python
    python=$(find_python) || exit 1
    "$python" -I "$ROOT/bin/_environment.py" "$ROOT/$1" "$ROOT/$2" || exit 1
}
