"""Beginning, writing and finding notes."""

from typing import Any

from django import forms

from clients.models import Case, Participant
from clients.notes.models import IndividualNote, JointNote, Outline, PsychotherapyNote
from clients.notes.references import Item
from practice.forms import PlainForm
from practice.wording import spoken_day

_FEWEST_LETTERS = 2
_LONGEST = 60_000


class BeginForm(PlainForm):
    """Which kind of note, about whom, and with which headings."""

    kind = forms.ChoiceField(label="Which note?", widget=forms.RadioSelect)
    outline = forms.ChoiceField(label="Begin with", widget=forms.RadioSelect)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(case.participants.all())
        self.people: dict[str, Participant] = {f"individual:{each.pk}": each for each in people}
        self.outlines = {str(each.pk): each for each in Outline.objects.current()}
        joint = "About both" if len(people) > 1 else "About the work"
        private = f"{PsychotherapyNote.title}: only you ever read it"
        self.offer(
            "kind",
            [
                (JointNote.kind, f"{JointNote.title}: {joint.lower()}"),
                *(
                    (key, f"{IndividualNote.title}: about {each.client.first_name} alone")
                    for key, each in self.people.items()
                ),
                (PsychotherapyNote.kind, private),
            ],
        )
        self.offer("outline", [(key, each.name) for key, each in self.outlines.items()])
        self.fields["outline"].initial = next(iter(self.outlines), None)
        self.fields["kind"].initial = JointNote.kind

    @property
    def kind_and_person(self) -> tuple[str, Participant | None]:
        """What was chosen: the kind, and whom it is about."""
        chosen = str(self.cleaned_data["kind"])
        return chosen.split(":")[0], self.people.get(chosen)

    @property
    def text(self) -> str:
        """The headings of the chosen outline."""
        return self.outlines[self.cleaned_data["outline"]].body


class NoteForm(PlainForm):
    """The text of a draft, and what it points to."""

    text = forms.CharField(
        label="Note",
        required=False,
        max_length=_LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "autocomplete": "off", "class": "form-control"}),
    )
    references = forms.MultipleChoiceField(
        label="Points to",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    window = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: list[Item], zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(item.key, f"{item.words}, {spoken_day(item.at, zone)}") for item in items]
        self.offer("references", words)

    def clean_text(self) -> str:
        # As a browser sends it back, a line ends in two characters.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class FindForm(PlainForm):
    """Words to look for. They are in no address and no log."""

    part = forms.CharField(label="Words in your own notes", max_length=100)

    def clean_part(self) -> str:
        part = str(self.cleaned_data["part"])
        if len(part.replace(" ", "")) < _FEWEST_LETTERS:
            raise forms.ValidationError("Please type at least two letters.")
        return part


class OutlineForm(PlainForm):
    """How the practice words one of its outlines."""

    name = forms.CharField(max_length=60)
    body = forms.CharField(
        label="Headings",
        required=False,
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="They stand in the note when it begins. Write no person’s name here.",
    )
    in_use = forms.BooleanField(label="Offer it for new notes", required=False)

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")
