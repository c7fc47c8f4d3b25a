"""What the database keeps about handouts: published is frozen, and nobody gets the other's part."""

from practice import guards

FROZEN = guards.refuse("handouts_version_is_frozen", "handouts_version", "UPDATE")
NOT_DELETED = guards.refuse("handouts_version_is_never_deleted", "handouts_version", "DELETE")

# A handout keeps its audience and its tag once words of it are out.
SAME_AUDIENCE = guards.refuse(
    "handouts_handout_keeps_its_audience",
    "handouts_handout",
    "UPDATE",
    "(NEW.audience <> OLD.audience OR NEW.about_affair <> OLD.about_affair) AND EXISTS "
    "(SELECT 1 FROM handouts_version WHERE handout_id = NEW.id)",
)

_FACTS = (
    "SELECT 1 FROM handouts_version version "
    "JOIN handouts_handout handout ON handout.id = version.handout_id "
    "JOIN clients_participant participant ON participant.id = NEW.participant_id "
    "JOIN clients_case held ON held.id = participant.case_id "
    "WHERE version.id = NEW.version_id"
)
_WRONG_AUDIENCE = "handout.audience <> 'both' AND handout.audience <> participant.part"
_UNDISCLOSED = (
    "handout.about_affair AND participant.part <> 'involved' AND held.disclosure <> 'yes'"
)

AUDIENCE_FIREWALL = guards.refuse(
    "handouts_assignment_firewall",
    "handouts_assignment",
    "INSERT",
    f"EXISTS ({_FACTS} AND {_WRONG_AUDIENCE})",
)
KEEPS_ITS_READER = guards.refuse(
    "handouts_assignment_keeps_its_reader",
    "handouts_assignment",
    "UPDATE",
    "NEW.participant_id <> OLD.participant_id OR NEW.version_id <> OLD.version_id",
)
DISCLOSURE_LOCK = guards.refuse(
    "handouts_assignment_disclosure_lock",
    "handouts_assignment",
    "INSERT",
    f"EXISTS ({_FACTS} AND {_UNDISCLOSED})",
)
DISCLOSURE_LOCK_ON_RELEASE = guards.refuse(
    "handouts_assignment_release_lock",
    "handouts_assignment",
    "UPDATE",
    "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL "
    f"AND EXISTS ({_FACTS} AND {_UNDISCLOSED})",
)
