"""A case doesn't end while a note of its record is a draft."""

from collections.abc import Iterator

from clients import closing
from clients.models import Case
from clients.notes.models import RECORD


@closing.check
def drafts(case: Case) -> Iterator[str]:
    """Drafts of the record, whoever writes them."""
    number = sum(
        model._default_manager.filter(case=case, signed_at=None, beside=None).count()
        for model in RECORD
    )
    if number:
        yield (
            "One note is not signed yet." if number == 1 else f"{number} notes are not signed yet."
        )
