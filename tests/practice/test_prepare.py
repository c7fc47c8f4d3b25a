"""Static files are brought up to date, and those of an older release stay for its open pages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from practice.management.commands import prepare


def collect(settings, folder: Path) -> None:
    settings.STATIC_ROOT = folder / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATICFILES_DIRS = [folder / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    prepare.collect_static(folder / "stamp")


@pytest.fixture(autouse=True)
def _finders_as_before() -> Iterator[None]:
    yield
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]


def test_a_new_file_is_taken_even_if_it_looks_older_and_the_old_one_can_still_be_had(
    settings, tmp_path
):
    source = tmp_path / "source" / "look.css"
    source.parent.mkdir()
    source.write_text("a { color: red }")
    collect(settings, tmp_path)
    [before] = (tmp_path / "static").glob("look.*.css")
    source.write_text("a { color: blue }")
    os.utime(source, (1, 1))
    collect(settings, tmp_path)
    assert (tmp_path / "static" / "look.css").read_text() == "a { color: blue }"
    [after] = set((tmp_path / "static").glob("look.*.css")) - {before}
    assert (before.read_text(), after.read_text()) == ("a { color: red }", "a { color: blue }")
