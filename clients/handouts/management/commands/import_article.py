import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from clients.handouts.importing import (
    MOST_BYTES,
    ImportedArticle,
    UnreadableArticle,
    import_article,
)
from clients.handouts.library import AlreadyImported, store_draft


class Command(BaseCommand):
    help = "Turn an article file (.txt, .md, .html, .docx) into a draft for a counselor to review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="Title, author and address to cite.")
        parser.add_argument(
            "--json", action="store_true", help="Print what was understood; store nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        imported = self._read(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(imported.as_dict(), ensure_ascii=False, indent=2))
            return
        try:
            article = store_draft(imported, source=options["source"])
        except AlreadyImported as error:
            self._refuse(str(error))
        self.stdout.write(
            f"“{article.title}” is a draft with {article.sections.count()} sections. "
            f"{len(article.left_out)} passages were left out. "
            "A counselor can review it in the library."
        )

    def _read(self, path: Path) -> ImportedArticle:
        try:
            with path.open("rb") as file:
                # One byte more than allowed is enough to know that it is too large.
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            self._refuse(f"{path.name} can't be read: {error.strerror}.")
        try:
            return import_article(data, path.name)
        except UnreadableArticle as error:
            self._refuse(str(error))

    def _refuse(self, why: str) -> NoReturn:
        self.stderr.write(why)
        sys.exit(2)
