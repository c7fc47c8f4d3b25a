"""`manage.py import_article`: a draft or a JSON, or one line that says why not."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from clients.handouts.models import Article
from tests.clients.handouts.test_library import TEXT
from tests.clients.handouts.word_files import paragraph, word_file
from tests.intake.walking import row_counts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hard-week.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: Any) -> tuple[int, str, str]:
    """Its exit code, and what it said to each stream."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_article", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_json_has_the_shape_that_others_rely_on_and_stores_nothing(db: None, file: Path) -> None:
    before = row_counts()
    code, out, err = run(file, "--json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert list(facts) == ["title", "sections", "left_out"]
    assert facts["title"] == "After a hard discovery"
    assert [section["audience"] for section in facts["sections"]] == ["both", "hurt", "involved"]
    for section in facts["sections"]:
        assert list(section) == ["heading", "audience", "needs_decision", "blocks"]
        assert isinstance(section["needs_decision"], bool)
        for block in section["blocks"]:
            assert block["kind"] in {"paragraph", "list", "questions", "steps"}
            expected = {"kind", "text"} if block["kind"] == "paragraph" else {"kind", "items"}
            assert set(block) == expected
    assert all(set(entry) == {"text", "reason"} for entry in facts["left_out"])
    assert row_counts() == before


def test_json_keeps_letters_as_they_are(db: None, tmp_path: Path) -> None:
    path = tmp_path / "words.md"
    path.write_text("# Größe\n\nEin Satz über Nähe — „so“ 🙂, und noch einer dazu.\n", "utf-8")
    assert "über Nähe — „so“ 🙂" in run(path, "--json")[1]


def test_a_file_becomes_a_draft(db: None, file: Path) -> None:
    code, out, err = run(file, "--source", "A title, an author")
    article = Article.objects.get()
    assert (code, err) == (0, "")
    assert "“After a hard discovery” is a draft with 3 sections." in out
    assert article.published_at is None
    assert article.source == "A title, an author"


def test_the_same_article_is_refused_the_second_time(db: None, file: Path) -> None:
    run(file)
    before = row_counts()
    code, out, err = run(file)
    assert (code, out) == (2, "")
    assert err == "“After a hard discovery” was imported before.\n"
    assert row_counts() == before
    assert run(file, "--json")[0] == 0


def test_a_word_file_becomes_a_draft(db: None, tmp_path: Path) -> None:
    path = tmp_path / "hard-week.docx"
    path.write_bytes(
        word_file(
            paragraph("After a hard discovery", "Title"),
            paragraph("Both of you have had a hard week."),
            paragraph("For the partner who was hurt", "Heading1"),
            paragraph("You may ask for time."),
        )
    )
    code, out, err = run(path, "--json")
    assert (code, err) == (0, "")
    assert [section["audience"] for section in json.loads(out)["sections"]] == ["both", "hurt"]
    assert "“After a hard discovery” is a draft with 2 sections." in run(path)[1]


def refused_files(folder: Path) -> dict[str, Path]:
    files = {
        "empty": b"",
        "blank": b" \n\n\t\n",
        "binary": bytes(range(256)) * 40,
        "png": b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 200,
        "zip": b"PK\x03\x04" + b"\x00" * 400,
        "half a sign": b"A line of text that ends badly \xff\xfe\xfd\n" * 3,
        "one byte too large": b"w" * (512 * 1024 + 1),
        "huge": b"A sentence of words. " * 200_000,
        "word": word_file(paragraph("Words."), header1="<!DOCTYPE x><x/>"),
        "only markup": b"<html><body><nav><a href='/'>Home</a></nav></body></html>",
    }
    paths = {}
    for name, data in files.items():
        suffix = {"only markup": ".html", "word": ".docx"}.get(name, ".txt")
        paths[name] = folder / f"{name.replace(' ', '-')}{suffix}"
        paths[name].write_bytes(data)
    (folder / "folder.md").mkdir()
    return {**paths, "folder": folder / "folder.md", "missing": folder / "missing.md"}


@pytest.mark.parametrize(
    "name",
    [
        *("empty", "blank", "binary", "png", "zip", "half a sign", "one byte too large", "huge"),
        *("word", "only markup", "folder", "missing"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_no_article_is_refused_in_one_line(
    db: None, tmp_path: Path, name: str, options: list[str]
) -> None:
    before = row_counts()
    code, out, err = run(refused_files(tmp_path)[name], *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    assert "Traceback" not in err
    assert row_counts() == before


def test_an_unreadable_file_is_refused_in_one_line(db: None, file: Path) -> None:
    """Root reads everything, so that a link in a circle stands for what can't be read."""
    circle = file.with_name("circle.md")
    circle.symlink_to(circle)
    code, out, err = run(circle)
    assert (code, out) == (2, "")
    assert err.startswith("circle.md can't be read")
    assert err.count("\n") == 1


def test_the_largest_allowed_file_is_not_called_too_large(db: None, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes((b"A sentence of words that is long enough. " * 13_000)[: 512 * 1024])
    assert "large" not in run(path, "--json")[2].replace("large.txt", "")


@pytest.mark.slow
def test_as_a_command_of_the_shell_it_ends_with_two_and_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "import_article", str(tmp_path / "missing.md")],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "missing.md can't be read: No such file or directory.\n"
