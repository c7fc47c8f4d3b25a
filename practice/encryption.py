"""Authenticated encryption of single fields, and keyed digests for looking them up.

Ciphertext is bound to its place (table, column, row, person): moved elsewhere, it does not open.
"""

import base64
import json
from functools import cache

import tink
from django.conf import settings
from tink import aead, json_proto_keyset_format, prf, secret_key_access


class CannotDecrypt(Exception):
    """The ciphertext was changed, moved, or made with a key that is gone."""


def encrypt(plaintext: str, place: str, keys: str = "fields") -> str:
    """Text for a database column, bound to `place`; `keys` names the keyset."""
    sealed = _aead(keys).encrypt(plaintext.encode(), place.encode())
    return str(base64.urlsafe_b64encode(sealed), "ascii")


def decrypt(ciphertext: str, place: str, keys: str = "fields") -> str:
    """What `encrypt` was given for this place. Raises CannotDecrypt."""
    try:
        opened = _aead(keys).decrypt(base64.urlsafe_b64decode(ciphertext), place.encode())
        return str(opened, "utf-8")
    except (tink.TinkError, ValueError) as error:
        raise CannotDecrypt(f"field at {place} does not open") from error


def blind_index(value: str, purpose: str) -> str:
    """A keyed digest: equal values of one purpose have equal digests, nobody reads them back."""
    return str(_prf("index").compute(f"{purpose}|{value}".encode(), 32).hex())


def seal(data: bytes) -> str:
    """The keyed digest that chains the audit rows."""
    return str(_prf("audit").compute(data, 32).hex())


@cache
def _aead(name: str) -> aead.Aead:
    aead.register()
    return _handle(name).primitive(aead.Aead)


@cache
def _prf(name: str) -> prf.Prf:
    prf.register()
    return _handle(name).primitive(prf.PrfSet).primary()


def _handle(name: str) -> tink.KeysetHandle:
    keyset = json.dumps(json.loads(settings.FIELD_KEYS)[name])
    return json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
