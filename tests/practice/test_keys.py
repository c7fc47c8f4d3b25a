"""Keys are made once and never replaced."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from practice import keys
from tests.live.product import ROOT


def contents(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "keys").iterdir()}


def test_what_is_missing_is_made_for_this_user_alone(tmp_path: Path):
    keys.make_missing(tmp_path)
    assert set(contents(tmp_path)) == {"secret_key", "field_keys.json"}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_is_never_replaced(tmp_path: Path):
    keys.make_missing(tmp_path)
    before = contents(tmp_path)
    keys.make_missing(tmp_path)
    assert contents(tmp_path) == before


def test_a_keyset_that_an_older_file_lacks_comes_beside_those_it_has(tmp_path: Path):
    keys.make_missing(tmp_path)
    path = tmp_path / "keys" / "field_keys.json"
    whole = json.loads(path.read_text())
    older = {name: keyset for name, keyset in whole.items() if name != "psychotherapy"}
    path.write_text(json.dumps(older))
    keys.make_missing(tmp_path)
    now = json.loads(path.read_text())
    assert now.keys() == whole.keys()
    assert {name: now[name] for name in older} == older
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_is_missing_comes_beside_one_that_is_there(tmp_path: Path):
    keys.make_missing(tmp_path)
    before = contents(tmp_path)
    (tmp_path / "keys" / "secret_key").unlink()
    keys.make_missing(tmp_path)
    assert contents(tmp_path)["field_keys.json"] == before["field_keys.json"]
    assert contents(tmp_path)["secret_key"] != before["secret_key"]


def test_two_that_start_at_once_agree_on_one(tmp_path: Path):
    environment = {**os.environ, "MENDWELL_HOME": str(tmp_path)}
    program = [sys.executable, "-m", "practice.keys"]
    running = [subprocess.Popen(program, cwd=ROOT, env=environment) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert set(contents(tmp_path)) == {"secret_key", "field_keys.json"}
    assert keys.stored_secret_key(tmp_path)
    assert keys.stored_field_keys(tmp_path)


def test_where_none_was_made_there_is_none(tmp_path: Path):
    assert keys.stored_secret_key(tmp_path) == ""
    assert keys.stored_field_keys(tmp_path) == ""


def test_no_two_installations_have_the_same(tmp_path: Path):
    for name in ("one", "two"):
        keys.make_missing(tmp_path / name)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert not set(one.values()) & set(two.values())
