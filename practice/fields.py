"""A model field whose column holds ciphertext only."""

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from practice import encryption


class Ciphertext(str):
    """What stands in the column. Reading the attribute of an instance opens it."""


class _Opened(DeferredAttribute):
    """Opens the ciphertext when the attribute is first read: who doesn't show it doesn't pay."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        stored = super().__get__(instance, cls)
        if not isinstance(stored, Ciphertext):
            return stored
        opened = encryption.decrypt(stored, self.field.place(instance), self.field.keys)
        instance.__dict__[self.field.attname] = opened
        return opened

    def __set__(self, instance: Any, value: Any) -> None:
        # With a setter Python asks this descriptor first, even where the instance has the value.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text encrypted at rest, bound to its table, column, row and person.

    `person` names the attribute that holds the id of the person whom the text is about; where the
    row is that person, leave it out. `keys` names the keyset that seals it. The row's key and the
    person must be known before saving, so the model needs a key made in Python. The field can't be
    filtered, updated in bulk by value or ordered by: look people up with `encryption.blind_index`
    in a column of its own.
    """

    descriptor_class = _Opened

    def __init__(self, *args: Any, person: str = "pk", keys: str = "fields", **kwargs: Any) -> None:
        self.person, self.keys = person, keys
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        own = {} if self.keys == "fields" else {"keys": self.keys}
        return name, path, args, {**kwargs, "person": self.person, **own}

    def place(self, instance: models.Model) -> str:
        """Where the ciphertext of this instance belongs."""
        person = getattr(instance, self.person)
        return f"{self.model._meta.db_table}|{self.column}|{instance.pk}|{person}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Ciphertext):
            return value
        return self.sealed(model_instance, str(value))

    def sealed(self, instance: models.Model, text: str) -> Ciphertext:
        """As it is to stand in the row of this instance."""
        return Ciphertext(encryption.encrypt(text, self.place(instance), self.keys))

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        # A column that was added later holds nothing yet in older rows.
        return Ciphertext(value) if value else value

    def value_to_string(self, obj: models.Model) -> str:
        """A dump of the database holds ciphertext, as the database does."""
        return str(self.pre_save(obj, False) or "")

    def get_lookup(self, lookup_name: str) -> Any:
        """Ciphertext is like nothing: asking for a part of the words would quietly find nobody."""
        if lookup_name not in {"exact", "in", "isnull"}:
            raise TypeError(self._refusal)
        return super().get_lookup(lookup_name)

    @property
    def _refusal(self) -> str:
        return f"{self.name} is encrypted: save it through an instance, don't query it."

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "" or isinstance(value, Ciphertext):
            return None if value is None else str(value)
        raise TypeError(self._refusal)
