"""What the database keeps about cases: nobody edits what became of them, or who opened them."""

from practice import guards

NO_UPDATE = guards.refuse("clients_casechange_is_never_changed", "clients_casechange", "UPDATE")
NO_DELETE = guards.refuse("clients_casechange_is_never_deleted", "clients_casechange", "DELETE")
URGENT_KEPT = guards.refuse("clients_urgentlook_is_never_changed", "clients_urgentlook", "UPDATE")
URGENT_STAYS = guards.refuse("clients_urgentlook_is_never_deleted", "clients_urgentlook", "DELETE")
