"""What the database keeps about cases: nobody edits what became of them."""

from practice import guards

NO_UPDATE = guards.refuse("clients_casechange_is_never_changed", "clients_casechange", "UPDATE")
NO_DELETE = guards.refuse("clients_casechange_is_never_deleted", "clients_casechange", "DELETE")
