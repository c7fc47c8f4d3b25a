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
# A part may be put right after something was confirmed; then the wrong words are not released.
FIREWALL_ON_RELEASE = guards.refuse(
    "handouts_assignment_release_firewall",
    "handouts_assignment",
    "UPDATE",
    "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL "
    f"AND EXISTS ({_FACTS} AND {_WRONG_AUDIENCE})",
)

# What was withdrawn reaches nobody anew; who has it keeps it.
NOT_WITHDRAWN = guards.refuse(
    "handouts_assignment_not_withdrawn",
    "handouts_assignment",
    "INSERT",
    f"EXISTS ({_FACTS} AND handout.withdrawn_at IS NOT NULL)",
)
NOT_WITHDRAWN_ON_RELEASE = guards.refuse(
    "handouts_assignment_release_not_withdrawn",
    "handouts_assignment",
    "UPDATE",
    "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL "
    f"AND EXISTS ({_FACTS} AND handout.withdrawn_at IS NOT NULL)",
)

# An answer is by the reader of what they may read, as long as they may read it.
_ANSWERED = (
    "SELECT 1 FROM handouts_assignment given "
    "JOIN handouts_version version ON version.id = given.version_id "
    "JOIN handouts_handout handout ON handout.id = version.handout_id "
    "JOIN clients_participant participant ON participant.id = given.participant_id "
    "JOIN clients_case held ON held.id = participant.case_id "
    "WHERE given.id = NEW.assignment_id AND participant.client_id = NEW.client_id "
    "AND given.released_at IS NOT NULL "
    "AND (handout.audience = 'both' OR handout.audience = participant.part) "
    "AND (NOT handout.about_affair OR participant.part = 'involved' OR held.disclosure = 'yes')"
)
ANSWER_BY_ITS_READER = guards.refuse(
    "handouts_answer_by_its_reader",
    "handouts_answer",
    "INSERT",
    f"NOT EXISTS ({_ANSWERED})",
)
ANSWER_STAYS_ITS_READERS = guards.refuse(
    "handouts_answer_stays_its_readers",
    "handouts_answer",
    "UPDATE",
    "NEW.assignment_id <> OLD.assignment_id OR NEW.client_id <> OLD.client_id "
    f"OR NEW.key <> OLD.key OR NOT EXISTS ({_ANSWERED})",
)

# A mirror is the same matter from the other side: one is for each partner.
_NO_MIRROR = (
    "NEW.mirror_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM handouts_handout other "
    "WHERE other.id = NEW.mirror_id AND ((NEW.audience = 'hurt' AND other.audience = 'involved') "
    "OR (NEW.audience = 'involved' AND other.audience = 'hurt')))"
)
MIRROR_IS_THE_OTHER_SIDE = guards.refuse(
    "handouts_handout_mirror_is_the_other_side", "handouts_handout", "UPDATE", _NO_MIRROR
)
MIRROR_BEGINS_AS_THE_OTHER_SIDE = guards.refuse(
    "handouts_handout_mirror_begins_as_the_other_side", "handouts_handout", "INSERT", _NO_MIRROR
)

# What the library lists and finds is what was published last.
_NOT_THE_NEWEST = (
    "EXISTS (SELECT 1 FROM handouts_version found "
    "WHERE found.id = NEW.version_id AND (found.handout_id <> NEW.handout_id "
    "OR EXISTS (SELECT 1 FROM handouts_version later "
    "WHERE later.handout_id = NEW.handout_id AND later.number > found.number)))"
)
FOUND_IS_THE_NEWEST = guards.refuse(
    "handouts_searchable_is_the_newest", "handouts_searchable", "UPDATE", _NOT_THE_NEWEST
)
FOUND_BEGINS_AS_THE_NEWEST = guards.refuse(
    "handouts_searchable_begins_as_the_newest", "handouts_searchable", "INSERT", _NOT_THE_NEWEST
)

ON_VERSIONS = (FROZEN, NOT_DELETED)
ON_HANDOUTS = (SAME_AUDIENCE, MIRROR_IS_THE_OTHER_SIDE, MIRROR_BEGINS_AS_THE_OTHER_SIDE)
ON_ASSIGNMENTS = (
    AUDIENCE_FIREWALL,
    KEEPS_ITS_READER,
    DISCLOSURE_LOCK,
    DISCLOSURE_LOCK_ON_RELEASE,
    FIREWALL_ON_RELEASE,
    NOT_WITHDRAWN,
    NOT_WITHDRAWN_ON_RELEASE,
)
ON_SEARCHABLES = (FOUND_IS_THE_NEWEST, FOUND_BEGINS_AS_THE_NEWEST)
ON_ANSWERS = (ANSWER_BY_ITS_READER, ANSWER_STAYS_ITS_READERS)
