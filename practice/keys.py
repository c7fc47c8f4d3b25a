"""The keys of one installation: made once, kept in files outside the database.

`python -m practice.keys` makes what is missing under ``MENDWELL_HOME/keys`` and never replaces
what is there, because ciphertext without its key is lost.
"""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

import tink
from tink import aead, json_proto_keyset_format, prf, secret_key_access


def stored_secret_key(home: Path) -> str:
    """The signing key kept in a file, or an empty string where none was made."""
    return _read(home / "keys" / "secret_key")


def stored_field_keys(home: Path) -> str:
    """The JSON of the keysets kept in a file, or an empty string where none was made."""
    return _read(home / "keys" / "field_keys.json")


def new_field_keys() -> str:
    """Fresh keysets as JSON.

    ``fields`` encrypts, ``psychotherapy`` encrypts what its author alone may read, ``index`` looks
    up, ``audit`` seals the chain.
    """
    aead.register()
    prf.register()
    templates = {
        "fields": aead.aead_key_templates.AES256_GCM,
        "psychotherapy": aead.aead_key_templates.AES256_GCM,
        "index": prf.prf_key_templates.HMAC_SHA256,
        "audit": prf.prf_key_templates.HMAC_SHA256,
    }
    return json.dumps({name: _new_keyset(template) for name, template in templates.items()})


def make_missing(home: Path) -> None:
    """Write the keys that are not there yet, readable by this user alone."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_once(folder / "secret_key", secrets.token_urlsafe(64))
    _write_once(folder / "field_keys.json", new_field_keys())
    _add_missing_keysets(folder / "field_keys.json")


def _new_keyset(template: object) -> dict[str, object]:
    handle = tink.new_keyset_handle(template)
    serialized = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    keyset: dict[str, object] = json.loads(serialized)
    return keyset


def _read(path: Path) -> str:
    return path.read_text().strip() if path.is_file() else ""


def _add_missing_keysets(path: Path) -> None:
    """An installation from before a keyset was thought of gets it beside those it has."""
    held = json.loads(path.read_text())
    missing = {
        name: keyset for name, keyset in json.loads(new_field_keys()).items() if name not in held
    }
    if missing:
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        _write_once(aside, json.dumps({**held, **missing}))
        aside.replace(path)


def _write_once(path: Path, text: str) -> None:
    # Written aside and linked: a key file is whole from the moment it is there.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()


if __name__ == "__main__":
    os.umask(0o077)
    make_missing(Path(os.environ.get("MENDWELL_HOME", "var")).resolve())
