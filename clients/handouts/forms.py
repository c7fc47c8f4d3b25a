"""Reviewing, publishing and giving handouts."""

from typing import Any

from django import forms

from clients.handouts.models import Article, Audience, Section
from clients.handouts.propose import Proposal
from clients.models import Stage
from practice.forms import PlainForm


class ReviewForm(PlainForm):
    """Every section of a draft: keep it or not, for whom, and its words."""

    def __init__(self, article: Article, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article
        self.sections = list(article.sections.all())
        self.fields["title"] = forms.CharField(max_length=200, initial=article.title)
        self.fields["about_affair"] = forms.BooleanField(
            required=False,
            initial=article.about_affair,
            label="It names an affair or a hidden contact",
            help_text="It then reaches the partner who was hurt only once they know.",
        )
        for section in self.sections:
            self._add_fields(section)

    def _add_fields(self, section: Section) -> None:
        label = section.heading or "the beginning"
        undecided = [("", "Please decide")] if section.needs_decision else []
        self.fields[f"audience_{section.pk}"] = forms.ChoiceField(
            label=f"For whom is “{label}”?",
            choices=[*undecided, *Audience.choices],
            initial="" if section.needs_decision else section.audience,
            required=False,
        )
        self.fields[f"keep_{section.pk}"] = forms.BooleanField(
            label="Keep this section", initial=section.keep, required=False
        )
        self.fields[f"text_{section.pk}"] = forms.CharField(
            label=f"Words of “{label}”",
            initial=section.text,
            required=False,
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": 8}),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Each section with its fields, for the template."""
        return [
            {
                "section": section,
                "audience": self[f"audience_{section.pk}"],
                "keep": self[f"keep_{section.pk}"],
                "text": self[f"text_{section.pk}"],
            }
            for section in self.sections
        ]

    def save(self) -> Article:
        """Keep the review in the draft."""
        given = self.cleaned_data
        for section in self.sections:
            audience = given[f"audience_{section.pk}"]
            section.keep = given[f"keep_{section.pk}"]
            section.text = given[f"text_{section.pk}"]
            section.audience = audience or section.audience
            section.needs_decision = section.needs_decision and not audience
            section.save()
        self.article.title = given["title"]
        self.article.about_affair = given["about_affair"]
        self.article.save(update_fields=["title", "about_affair"])
        return self.article


class PublishForm(PlainForm):
    """For which stages of affair recovery the handouts are."""

    stages = forms.MultipleChoiceField(
        label="For which stages is it?",
        choices=Stage.of_material(),
        widget=forms.CheckboxSelectMultiple,
        initial=[Stage.IMPACT, Stage.MEANING],
        error_messages={"required": "Please choose at least one stage."},
        help_text="A handout of a later stage, given early, can wound.",
    )


class GiveForm(PlainForm):
    """The counselor confirms which handouts one person gets, and when."""

    NOW, LATER = "now", "later"

    versions = forms.MultipleChoiceField(
        label="Which ones?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose at least one."},
    )
    when = forms.ChoiceField(
        label="When?",
        choices=[
            (LATER, "With the follow-up after the next session"),
            (NOW, "Now: they get a message with a private link"),
        ],
        widget=forms.RadioSelect,
        initial=LATER,
    )

    def __init__(self, proposals: list[Proposal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = {str(proposal.version.pk): proposal for proposal in proposals}
        offered = [
            (key, f"{proposal.version.title} · {proposal.why}")
            for key, proposal in self.proposals.items()
        ]
        self.offer("versions", offered)
