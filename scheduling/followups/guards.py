"""What the database keeps about check-ins: published questions and given answers don't change."""

from practice import guards

QUESTIONS_FROZEN = guards.refuse(
    "followups_questionset_is_frozen", "followups_questionset", "UPDATE"
)
ANSWERS_FROZEN = guards.refuse(
    "followups_response_answers_are_frozen",
    "followups_response",
    "UPDATE",
    "NEW.answers_text <> OLD.answers_text OR NEW.participant_id <> OLD.participant_id",
)
LINE_FROZEN = guards.refuse(
    "followups_line_is_frozen",
    "followups_line",
    "UPDATE",
    "NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.version <> OLD.version "
    "OR NEW.title <> OLD.title OR NEW.body <> OLD.body",
)
