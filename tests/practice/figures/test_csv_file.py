"""The file is for spreadsheets, and no cell of it is a formula to any of them."""

import csv
import io

import pytest

from practice.figures.csv_file import as_csv, safe_cell
from practice.figures.figure import Figure, Line
from practice.figures.registry import Counted, Entry


def counted(label: str, number: int = 7) -> Counted:
    entry = Entry("load", "=HYPERLINK(1)", 1, lambda period: None)
    return Counted(entry, Figure([Line(label, number, of=14)]))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "|calc",
        "%0",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        " =1",
        "'=1",
        '"=1',
        ";=1",
        "＝1",
        "＋1",
        "－1",
        "＠A",
        "\ufeff=1",
    ],
)
def test_what_could_be_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Nora", "fewer than 5", "7", "50%", "O’Hara; Ida"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_the_file_reads_back_line_by_line() -> None:
    rows = list(csv.reader(io.StringIO(as_csv([counted('Nora "N", Ida\nMiller')]))))

    assert rows == [
        ["Figure", "Line", "Number", "Share"],
        ["'=HYPERLINK(1)", 'Nora "N", Ida\nMiller', "7", "50%"],
    ]


def test_small_numbers_are_hidden_in_the_file_too() -> None:
    assert "fewer than 5" in as_csv([counted("Held", 3)])
