"""The form in which a reader answers: one part for each prompt of the handout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.handouts import answers, layout
from clients.handouts.answers import CHECKS, Given
from clients.handouts.models import Answer, Assignment, Version
from clients.handouts.prompts import Kind, Part

_TOGETHER = "together"


@dataclass(frozen=True)
class Shown:
    """Text, or a prompt with what was answered so far."""

    part: Part
    text: str = ""
    shared: bool = False

    @property
    def is_text(self) -> bool:
        return self.part.kind is Kind.TEXT

    @property
    def is_check(self) -> bool:
        return self.part.kind is Kind.CHECK

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Each choice of a self-check item: its value, its word, and whether it was chosen."""
        return [(value, word, value == self.text) for value, word in CHECKS]


@dataclass(frozen=True)
class ShownSection:
    """A section of the handout as the page shows it."""

    section: layout.Section
    shown: list[Shown]


def sections(version: Version, kept: Mapping[str, Answer]) -> list[ShownSection]:
    """The handout's sections, with the reader's answers in them."""
    return [
        ShownSection(section, [_shown(part, kept) for part in section.parts])
        for section in layout.laid_out(version.body).sections
    ]


def kept_answers(assignment: Assignment) -> dict[str, Answer]:
    """The reader's answers by the keys of their prompts."""
    return {answer.key: answer for answer in assignment.answers.all()}


def given(version: Version, posted: Mapping[str, Any]) -> dict[str, Given]:
    """What was sent, for each prompt of which anything was sent."""
    asked = layout.laid_out(version.body).prompts
    sent = [prompt for prompt in asked if _is_there(prompt, posted)]
    return {
        prompt.key: Given(
            _words(prompt, str(posted.get(f"answer_{prompt.key}", ""))),
            posted.get(f"for_{prompt.key}") == _TOGETHER,
        )
        for prompt in sent
    }


def _is_there(prompt: Part, posted: Mapping[str, Any]) -> bool:
    return f"answer_{prompt.key}" in posted or f"for_{prompt.key}" in posted


def _words(prompt: Part, text: str) -> str:
    if prompt.kind is Kind.CHECK:
        return text if text in dict(CHECKS) else ""
    return text.replace("\r\n", "\n")[: answers.LONGEST]


def _shown(part: Part, kept: Mapping[str, Answer]) -> Shown:
    answer = kept.get(part.key)
    return Shown(part, answer.text, answer.shared) if answer else Shown(part)
