"""What the database keeps: what was sent or ended stays so, and what was signed stays as it was."""

from clients.contact.models import State
from practice import guards

ENDED_STAYS_ENDED = guards.refuse(
    "contact_message_ended_stays_ended",
    "contact_message",
    "UPDATE",
    "OLD.state IN ('sent', 'suppressed', 'canceled', 'expired', 'dead') AND NEW.state <> OLD.state",
)
# Writing the same words again is no change: so a dump can be loaded over what is there.
DOCUMENT_FROZEN = guards.refuse(
    "contact_consentdocument_is_frozen",
    "contact_consentdocument",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.purpose <> OLD.purpose OR NEW.version <> OLD.version "
    "OR NEW.title <> OLD.title OR NEW.body <> OLD.body OR NEW.agreement <> OLD.agreement "
    "OR NEW.published_at <> OLD.published_at",
)
DOCUMENT_KEPT = guards.refuse(
    "contact_consentdocument_is_never_deleted", "contact_consentdocument", "DELETE"
)
# What was agreed to stays as it was signed; all that may follow is that it is withdrawn, once.
CONSENT_KEPT = guards.refuse(
    "contact_consent_is_only_withdrawn",
    "contact_consent",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.purpose <> OLD.purpose "
    "OR NEW.wording <> OLD.wording "
    "OR COALESCE(NEW.document_id, 0) <> COALESCE(OLD.document_id, 0) "
    "OR NEW.signature <> OLD.signature OR NEW.given_at <> OLD.given_at "
    "OR NEW.network <> OLD.network "
    "OR (OLD.withdrawn_at IS NOT NULL "
    "AND (NEW.withdrawn_at IS NULL OR NEW.withdrawn_at <> OLD.withdrawn_at))",
)


def _legal(state: State) -> str:
    following = ", ".join(f"'{each.value}'" for each in sorted(state.moves))
    return f"(OLD.state = '{state.value}' AND NEW.state IN ({following}))"


# Every move that a message may make; what isn't among them is refused, whoever asks.
_ON_THE_WAY = ", ".join(f"'{state.value}'" for state in State if state.moves)
_A_MOVE = " OR ".join(_legal(state) for state in State if state.moves)
LEGAL_MOVES = guards.refuse(
    "contact_message_moves_are_legal",
    "contact_message",
    "UPDATE",
    f"NEW.fence < OLD.fence OR (OLD.state IN ({_ON_THE_WAY}) AND NEW.state <> OLD.state "
    f"AND NOT ({_A_MOVE}))",
)
# What was meant, and for whom, stays: only its time and its state change.
INTENT_KEPT = guards.refuse(
    "contact_message_intent_is_kept",
    "contact_message",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.client_id <> OLD.client_id "
    "OR NEW.purpose <> OLD.purpose OR NEW.subject_id <> OLD.subject_id "
    "OR NEW.template <> OLD.template",
)
STEP_FROZEN = guards.refuse(
    "contact_messagestep_is_frozen",
    "contact_messagestep",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.message_id <> OLD.message_id OR NEW.state <> OLD.state "
    "OR NEW.at <> OLD.at OR NEW.reason <> OLD.reason",
)
