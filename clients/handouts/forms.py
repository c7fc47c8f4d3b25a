"""Bringing in, reviewing, publishing and giving handouts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients.handouts import grade, lint
from clients.handouts.drafts import Words
from clients.handouts.importing import MOST_BYTES
from clients.handouts.library import Citation
from clients.handouts.models import Article, Audience, Handout, Section
from clients.handouts.propose import Proposal
from clients.models import Stage
from practice.forms import PlainForm

_STAGES = Stage.of_material()
_TOO_LARGE = "Please choose a file of at most 1 MB."


class ImportForm(PlainForm):
    """An article as a file or as pasted text, and where it comes from."""

    file = forms.FileField(
        label="A file",
        required=False,
        help_text="Text, Markdown, a saved web page or a Word file, of at most 1 MB.",
        widget=forms.FileInput(attrs={"accept": ".txt,.md,.html,.htm,.docx"}),
        error_messages={"empty": "This file is empty.", "missing": _TOO_LARGE},
    )
    text = forms.CharField(
        label="Or its text, pasted",
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    address_to_read = forms.URLField(
        label="Or its address on the web",
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    source = forms.CharField(label="Title of the source", max_length=300, required=False)
    author = forms.CharField(label="Who wrote it", max_length=200, required=False)
    address = forms.CharField(
        label="Where it stands",
        max_length=500,
        required=False,
        help_text="Its address on the web, or the book and page.",
    )
    dated = forms.DateField(
        label="When it was written", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, hosts: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hosts:
            self.fields["address_to_read"].help_text = f"On one of: {', '.join(hosts)}."
        else:
            del self.fields["address_to_read"]

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_TOO_LARGE)
        return file

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        ways = (self.cleaned_data.get(way) for way in ("file", "text", "address_to_read"))
        if not self.errors and not any(str(way or "").strip() for way in ways):
            self.add_error("file", "Please choose a file of at most 1 MB, or paste the text below.")
        return given

    def citation(self) -> Citation:
        given = self.cleaned_data
        return Citation(
            source=given["source"],
            author=given["author"],
            address=given["address"] or given.get("address_to_read", ""),
            dated=given["dated"],
        )


@dataclass(frozen=True)
class ReviewRow:
    """A section with its fields, its source, and what to look at again."""

    section: Section
    fields: Mapping[str, Any]
    sources: list[tuple[str, str]]
    findings: list[lint.Finding]
    grade: float
    minutes: int
    # What somebody else saved meanwhile, where it differs.
    theirs: str = ""


class ReviewForm(PlainForm):
    """Every section of a draft: keep it or not, for whom, at which stages, and its words."""

    def __init__(self, article: Article, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article
        self.sections = list(article.sections.all())
        self.fields["revision"] = forms.IntegerField(
            required=False, initial=article.revision, widget=forms.HiddenInput
        )
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
        self.fields[f"heading_{section.pk}"] = forms.CharField(
            label=_named_after("Heading", "of", label),
            initial=section.heading,
            required=False,
            max_length=300,
        )
        self.fields[f"audience_{section.pk}"] = forms.ChoiceField(
            label=_named_after("For whom", "is", label),
            choices=[*undecided, *Audience.choices],
            initial="" if section.needs_decision else section.audience,
            required=False,
        )
        self.fields[f"stages_{section.pk}"] = forms.MultipleChoiceField(
            label=_named_after("Its own stages", "of", label),
            choices=_STAGES,
            initial=section.stages,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields[f"keep_{section.pk}"] = forms.BooleanField(
            label="Keep this section", initial=section.keep, required=False
        )
        self.fields[f"text_{section.pk}"] = forms.CharField(
            label=_named_after("Words", "of", label),
            initial=section.text,
            required=False,
            strip=False,
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": 12}),
        )

    def rows(self) -> list[ReviewRow]:
        """Each section with its fields and what speaks for another look, for the template."""
        return [self._row(section) for section in self.sections]

    def _row(self, section: Section) -> ReviewRow:
        names = ("heading", "audience", "stages", "keep", "text")
        fields = {name: self[f"{name}_{section.pk}"] for name in names}
        text = str(fields["text"].value() or "")
        audience = str(fields["audience"].value() or section.audience)
        return ReviewRow(
            section,
            fields,
            [tuple(self.article.imported[at]) for at in self._origins(section)],
            lint.look_at(text, audience, about_affair=self.article.about_affair),
            grade.grade(text),
            grade.minutes(text),
            section.text if self.is_bound and _differ(section.text, text) else "",
        )

    def _origins(self, section: Section) -> list[int]:
        return [at for at in section.origins if 0 <= at < len(self.article.imported)]

    def lost(self) -> list[str]:
        """What was typed into sections that somebody else cut, joined or took away meanwhile."""
        known = {f"text_{section.pk}" for section in self.sections}
        typed = {name: str(value) for name, value in self.data.items()}
        return [
            value
            for name, value in typed.items()
            if name.startswith("text_") and name not in known and value.strip()
        ]

    def facts(self) -> dict[str, Any]:
        """What is said of the draft as a whole."""
        return {name: self.cleaned_data[name] for name in ("title", "about_affair")}

    def words(self) -> dict[int, Words]:
        """What is said of each section; one that the form didn't hold stays as it is."""
        return {
            section.pk: self._words(section)
            for section in self.sections
            if f"text_{section.pk}" in self.data or f"audience_{section.pk}" in self.data
        }

    def _words(self, section: Section) -> Words:
        given = self.cleaned_data
        heading = section.heading
        if f"heading_{section.pk}" in self.data:
            heading = given[f"heading_{section.pk}"]
        return Words(
            heading=heading,
            text=given[f"text_{section.pk}"].replace("\r\n", "\n"),
            audience=given[f"audience_{section.pk}"],
            stages=given[f"stages_{section.pk}"],
            keep=given[f"keep_{section.pk}"],
        )


def _named_after(words: str, joined: str, section: str) -> SafeString:
    """A short label; which section it is about is heard, and seen in the heading above."""
    return format_html('{}<span class="visually-hidden"> {} “{}”</span>', words, joined, section)


def _differ(one: str, other: str) -> bool:
    return one.split() != other.split()


class PublishForm(PlainForm):
    """For which stages of affair recovery the handouts are, what they are about, their source."""

    stages = forms.MultipleChoiceField(
        label="For which stages is it?",
        choices=_STAGES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose at least one stage."},
        help_text="A handout of a later stage, given early, can wound. Sections with stages of "
        "their own make a handout of their own.",
    )
    topics = forms.CharField(
        label="Topics",
        max_length=200,
        required=False,
        help_text="A few words with commas between them, such as “trust, boundaries”. Only staff "
        "see them.",
    )
    source = forms.CharField(label="Title of the source", max_length=300, required=False)
    author = forms.CharField(label="Who wrote it", max_length=200, required=False)
    address = forms.CharField(label="Where it stands", max_length=500, required=False)
    dated = forms.DateField(
        label="When it was written", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, article: Article, data: Any = None) -> None:
        initial = {
            "stages": article.stages or [Stage.IMPACT, Stage.MEANING],
            "topics": ", ".join(article.topics),
            **{name: getattr(article, name) for name in ("source", "author", "address", "dated")},
        }
        super().__init__(data, initial=initial)

    def clean_topics(self) -> list[str]:
        return topics_in(self.cleaned_data["topics"])

    def facts(self) -> dict[str, Any]:
        """What is kept of it in the draft. A source that wasn't sent stays as it is."""
        names = ("topics", "source", "author", "address", "dated")
        return {name: self.cleaned_data[name] for name in names if name in self.data}


def topics_in(text: str) -> list[str]:
    """The topics in a line with commas, in lower case, each once."""
    told = (" ".join(each.split()).lower() for each in text.split(","))
    return list(dict.fromkeys(each for each in told if each))


class LibraryForm(forms.Form):
    """What to look for in the library."""

    q = forms.CharField(label="Words", max_length=100, required=False)
    audience = forms.ChoiceField(
        label="For whom", choices=[("", "Anybody"), *Audience.choices], required=False
    )
    stage = forms.ChoiceField(label="Stage", choices=[("", "Any"), *_STAGES], required=False)
    topic = forms.ChoiceField(label="Topic", required=False)
    mine = forms.BooleanField(label="My favorites", required=False)
    withdrawn = forms.BooleanField(label="Withdrawn ones too", required=False)

    def __init__(self, topics: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *((topic, topic) for topic in topics)]


class _TitledChoice(forms.ModelChoiceField):
    """Handouts by the title of their newest version."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.searchable.title)


class MirrorForm(PlainForm):
    """The same matter from the other side."""

    mirror = _TitledChoice(
        Handout.objects.none(), label="Its mirror for the other partner", required=False
    )

    def __init__(self, handout: Handout, data: Any = None) -> None:
        super().__init__(data, initial={"mirror": handout.mirror_id})
        other = {Audience.HURT: Audience.INVOLVED, Audience.INVOLVED: Audience.HURT}
        audience = other.get(Audience(handout.audience))
        field = self.fields["mirror"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Handout.objects.filter(audience=audience, withdrawn_at=None)
            .select_related("searchable")
            .order_by("searchable__title")
        )
        field.empty_label = "None"


class AutoAttachForm(PlainForm):
    """At which stages a handout is confirmed by itself in one's own cases."""

    stages = forms.MultipleChoiceField(
        label="Confirm it by itself when a case of mine comes to",
        choices=_STAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For each partner whom it fits. It goes with the next follow-up, as what you "
        "confirm yourself.",
    )


class GiveForm(PlainForm):
    """The counselor confirms which handouts one person gets, in which order, and when."""

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
    alone = forms.BooleanField(
        label="Let it go although its mirror isn’t confirmed for the other partner",
        required=False,
    )

    def __init__(self, proposals: list[Proposal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = {str(proposal.version.pk): proposal for proposal in proposals}
        offered = [(key, _named(proposal)) for key, proposal in self.proposals.items()]
        self.offer("versions", offered)
        if not any(proposal.note for proposal in proposals):
            del self.fields["alone"]


def _named(proposal: Proposal) -> SafeString:
    why = " ".join(filter(None, (proposal.why, proposal.note)))
    return format_html(
        '<strong>{}</strong> <span class="choice-why">{}</span>', proposal.version.title, why
    )
