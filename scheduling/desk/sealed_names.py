"""Opening names and numbers of many people at once, read as bare values rather than as models.

Ids come out of the database as text here: making objects of thousands of them takes longer than
opening the names that belong to them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import CharField, TextField
from django.db.models.functions import Cast

from clients.contact.models import ContactCard
from clients.models import Client
from practice import encryption
from practice.fields import EncryptedTextField

_WITHOUT_DASHES = 32


class _Keyed(NamedTuple):
    """As much of a row as the place of its ciphertext asks for."""

    pk: str


def id_text(name: str) -> Cast:
    """An id as the database writes it; see `dashed`."""
    return Cast(name, CharField())


def sealed(name: str) -> Cast:
    """A sealed field as it stands in the column."""
    return Cast(name, TextField())


def dashed(key: str) -> str:
    """An id as it is written everywhere else; SQLite leaves the dashes out."""
    if len(key) != _WITHOUT_DASHES:
        return key
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def _opener(model: type[models.Model], name: str) -> Callable[[str, str | None], str]:
    field: Any = model._meta.get_field(name)
    assert isinstance(field, EncryptedTextField)
    assert field.person == "pk"
    # The field's own rule says where a ciphertext belongs; asked once, with room for the id.
    place = field.place(_Keyed("{0}"))  # type: ignore[arg-type]

    def opened(key: str, text: str | None) -> str:
        return encryption.decrypt(text, place.format(dashed(key))) if text else ""

    return opened


name_of = _opener(Client, "name")
phone_of = _opener(ContactCard, "phone")
