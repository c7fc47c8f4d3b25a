import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from practice.access.roles import Role
from practice.models import User


class Command(BaseCommand):
    help = "Make the practice owner's account: the one from which all others are made at /admin/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Practice owner")
        parser.add_argument(
            "--password-env",
            default="",
            help="Read the password from this environment variable instead of asking for it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        variable = options["password_env"]
        password = os.environ.get(variable, "") if variable else getpass.getpass("Password: ")
        user = User(email=email, name=options["name"], role=Role.OWNER)
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if User.objects.filter(email=email).exists():
            raise CommandError(f"There is an account for {email} already.")
        User.objects.create_user(email, password, name=user.name, role=Role.OWNER)
        self.stdout.write(f"{email} can sign in now, and is then asked to set up a second factor.")
