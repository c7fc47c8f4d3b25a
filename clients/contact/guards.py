"""What the database keeps: what was sent or ended stays so, and what was signed stays as it was."""

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
LEGAL_MOVES = guards.refuse(
    "contact_message_moves_are_legal",
    "contact_message",
    "UPDATE",
    "(NEW.state = 'sent' AND OLD.state NOT IN ('sending', 'sent')) OR "
    "(NEW.state = 'sending' AND OLD.state NOT IN ('claimed', 'sending')) OR "
    "NEW.fence < OLD.fence",
)
