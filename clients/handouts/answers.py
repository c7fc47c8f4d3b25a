"""What readers answer to the prompts of a handout: kept as they type, for their counselor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from clients.handouts import layout
from clients.handouts.models import Answer, Assignment
from clients.handouts.prompts import Kind, Part
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb

CHECKS = [("yes", "Yes"), ("unsure", "Not sure"), ("no", "No")]
LONGEST = 10_000
# Words saved as they are typed come in many small pieces; the record notes one in ten minutes.
_ONE_SITTING = timedelta(minutes=10)


@dataclass(frozen=True)
class Given:
    """What stands in the form for one prompt."""

    text: str
    shared: bool


@dataclass(frozen=True)
class Answered:
    """A prompt with what was answered to it, if anything."""

    prompt: Part
    text: str
    shared: bool

    @property
    def words(self) -> str:
        """The answer as it is read: a choice by its word."""
        return dict(CHECKS).get(self.text, self.text) if self.is_check else self.text

    @property
    def is_check(self) -> bool:
        return self.prompt.kind is Kind.CHECK


@transaction.atomic
def save(assignment: Assignment, given: Mapping[str, Given], *, by: trail.Actor) -> None:
    """Keep these answers by the keys of their prompts; other keys are none of this handout's."""
    asked = {prompt.key for prompt in layout.laid_out(assignment.version.body).prompts}
    before = {answer.key: answer for answer in assignment.answers.all()}
    for key in sorted(asked & given.keys()):
        _save_one(assignment, key, given[key], before.get(key), by)


def of(assignment: Assignment) -> list[Answered]:
    """Every prompt of the handout in order, answered or not."""
    kept = {answer.key: answer for answer in assignment.answers.all()}
    return [
        Answered(prompt, answer.text, answer.shared)
        if (answer := kept.get(prompt.key))
        else Answered(prompt, "", False)
        for prompt in layout.laid_out(assignment.version.body).prompts
    ]


def _save_one(
    assignment: Assignment, key: str, given: Given, before: Answer | None, by: trail.Actor
) -> None:
    text = given.text.replace("\x00", "")[:LONGEST]
    if before is None:
        if text.strip():
            made = Answer(assignment=assignment, client_id=assignment.participant.client_id)
            _write(made, key, Given(text, given.shared))
            _record(Verb.CREATE, made, by)
    elif (before.text, before.shared) != (text, given.shared):
        told_lately = clock.now() - before.saved_at < _ONE_SITTING
        same_reader = before.shared == given.shared
        _write(before, key, Given(text, given.shared))
        if not (told_lately and same_reader):
            _record(Verb.CHANGE, before, by)


def _write(answer: Answer, key: str, given: Given) -> None:
    answer.key, answer.text, answer.shared = key, given.text, given.shared
    answer.saved_at = clock.now()
    answer.save()


def _record(verb: Verb, answer: Answer, by: trail.Actor) -> None:
    participant = answer.assignment.participant
    trail.record(verb, answer, by=by, case_id=participant.case_id, client_id=participant.client_id)
