"""What the database keeps about messages: what has ended stays ended, so nothing goes twice."""

from practice import guards

ENDED_STAYS_ENDED = guards.refuse(
    "contact_message_ended_stays_ended",
    "contact_message",
    "UPDATE",
    "OLD.state IN ('sent', 'suppressed', 'canceled', 'expired', 'dead') AND NEW.state <> OLD.state",
)
LEGAL_MOVES = guards.refuse(
    "contact_message_moves_are_legal",
    "contact_message",
    "UPDATE",
    "(NEW.state = 'sent' AND OLD.state NOT IN ('sending', 'sent')) OR "
    "(NEW.state = 'sending' AND OLD.state NOT IN ('claimed', 'sending')) OR "
    "NEW.fence < OLD.fence",
)
