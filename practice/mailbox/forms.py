from datetime import timedelta

from django import forms

STEPS = {
    "hour": ("On by one hour", timedelta(hours=1)),
    "day": ("On by one day", timedelta(days=1)),
    "three-days": ("On by three days", timedelta(days=3)),
}
BACK = "back"


class ClockForm(forms.Form):
    """How the demo's clock is to move."""

    move = forms.ChoiceField(
        choices=[*((name, words) for name, (words, _) in STEPS.items()), (BACK, "Back to now")]
    )

    def moved(self, offset: timedelta) -> timedelta:
        """The new offset, given the present one."""
        move = self.cleaned_data["move"]
        return timedelta() if move == BACK else offset + STEPS[move][1]
