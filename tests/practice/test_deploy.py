"""An installation in earnest: Django's checks have nothing to say, and keys are asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from practice.keys import new_field_keys
from tests.live.product import ROOT

IN_EARNEST = {
    "ALLOWED_HOSTS": "practice.example.com",
    "SITE_URL": "https://practice.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://practice.example.com",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "FROM_EMAIL": "office@example.com",
    "SECRET_KEY": "k3Jx0-Qm7_vT9pLw2ZsYb5NcRf8HdGa1UeXi4OoBtKqMyWvEjC6rSzPnDlFhIuAgT",
}


def manage(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {**kept, **IN_EARNEST, "MENDWELL_HOME": str(home), **environment}
    given = {name: value for name, value in given.items() if value}
    program = [sys.executable, "-W", "error::DeprecationWarning:practice", "manage.py", *words]
    return subprocess.run(program, cwd=ROOT, env=given, capture_output=True, text=True)


def test_the_deploy_check_warns_of_nothing(tmp_path: Path):
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", FIELD_KEYS=new_field_keys()
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS"])
def test_without_its_keys_it_does_not_start(tmp_path: Path, missing: str):
    given = {"FIELD_KEYS": new_field_keys(), missing: ""}
    done = manage(tmp_path, "check", **given)
    assert done.returncode != 0
    assert "SECRET_KEY and FIELD_KEYS are missing" in done.stderr


def test_it_is_strict_unless_it_is_told_otherwise(tmp_path: Path):
    names = ["DEBUG", "DEMO", "HTTPS", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT"]
    code = (
        "from django.conf import settings as s; "
        f"print([getattr(s, n) for n in {names}], s.SESSION_COOKIE_NAME)"
    )
    done = manage(tmp_path, "shell", "-v", "0", "-c", code, FIELD_KEYS=new_field_keys())
    assert done.stdout.strip() == "[False, False, True, True, True] __Host-session"


def test_a_file_of_authorities_that_is_not_there_is_told_at_once(tmp_path: Path):
    missing = str(tmp_path / "none.pem")
    done = manage(tmp_path, "check", FIELD_KEYS=new_field_keys(), MAIL_CA_FILE=missing)
    assert done.returncode != 0
    assert f"MAIL_CA_FILE names no file: {missing}" in done.stderr
