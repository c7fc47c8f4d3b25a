"""The database lets nobody edit the record."""

from practice import guards

NO_UPDATE = guards.refuse("audit_entry_is_never_changed", "audit_entry", "UPDATE")
NO_DELETE = guards.refuse("audit_entry_is_never_deleted", "audit_entry", "DELETE")
NO_TRUNCATE = guards.refuse_truncate("audit_entry_is_never_emptied", "audit_entry")
