"""What the database keeps about notes: what is signed stays as it is, and outlines too."""

from practice import guards

_SIGNED = "OLD.signed_at IS NOT NULL"
_TABLES = ("notes_jointnote", "notes_individualnote", "notes_psychotherapynote")

SIGNED_IS_LOCKED = [
    guards.refuse(f"{table}_signed_is_{ending}", table, event, _SIGNED)
    for table in _TABLES
    for event, ending in [("UPDATE", "frozen"), ("DELETE", "never_deleted")]
]
KEEPS_ITS_AUTHOR = [
    guards.refuse(
        f"{table}_keeps_its_author",
        table,
        "UPDATE",
        "NEW.author_id <> OLD.author_id OR NEW.case_id <> OLD.case_id",
    )
    for table in _TABLES
]
OUTLINE_FROZEN = guards.refuse(
    "notes_outline_is_frozen",
    "notes_outline",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.version <> OLD.version "
    "OR NEW.name <> OLD.name OR NEW.body <> OLD.body OR NEW.in_use <> OLD.in_use "
    "OR NEW.made_at <> OLD.made_at OR NEW.made_by_id <> OLD.made_by_id "
    "OR (NEW.made_by_id IS NULL) <> (OLD.made_by_id IS NULL)",
)
OUTLINE_NOT_DELETED = guards.refuse("notes_outline_is_never_deleted", "notes_outline", "DELETE")
ALL = [*SIGNED_IS_LOCKED, *KEEPS_ITS_AUTHOR, OUTLINE_FROZEN, OUTLINE_NOT_DELETED]
