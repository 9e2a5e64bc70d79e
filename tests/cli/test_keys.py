"""`keys` as an operator types it."""

from pathlib import Path

import pytest

from ivr.cli import run


@pytest.fixture(autouse=True)
def own_database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)


def test_a_key_is_shown_once_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "add", "shop", "--scope", "callbacks:write", "--scope", "callbacks:read"]) == 0
    key = capsys.readouterr().out.strip()
    assert run(["keys", "list"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert key not in line
    assert line.endswith("callbacks:read callbacks:write")
    assert run(["keys", "revoke", key.split("_")[1]]) == 0
    assert "revoked" in capsys.readouterr().out


def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["keys", "add", "shop", "--scope", "everything"])
    assert "webhooks:write" in capsys.readouterr().err


def test_the_same_name_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    run(["keys", "add", "shop"])
    assert run(["keys", "add", "shop"]) == 2
    assert capsys.readouterr().err.startswith("illegal_move: there is a key shop already")
