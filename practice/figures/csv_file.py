"""Figures as a CSV file that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable

from practice.figures.registry import Counted

# A cell that begins so is worked out by one spreadsheet or another: also the full-width forms,
# and what stands behind white space or a control character.
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text as a cell that stays text: an apostrophe is put before what could be a formula."""
    shown = text.lstrip(" \t\r\n\0\ufeff'\";")
    if shown.startswith(_FORMULA) or text.startswith(("\t", "\r", "\n", "\0")):
        return "'" + text
    return text


def as_csv(figures: Iterable[Counted]) -> str:
    """One line for each line of each figure; small numbers stay hidden here too."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(["Figure", "Line", "Number", "Share"])
    for counted in figures:
        for line in counted.figure.lines:
            cells = [counted.entry.title, line.label, line.told, line.share]
            writer.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()
