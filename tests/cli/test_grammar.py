"""`grammar` shows people what the grammars do with a sentence."""

import shutil
from pathlib import Path

import pytest

from ivr.cli import run

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"


@pytest.fixture(autouse=True)
def two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LOCALES", "en-US,ko-KR")


def test_explain_names_intents_pieces_and_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grammar", "explain", "cancel my order and call me tomorrow"]) == 0
    said = capsys.readouterr().out
    assert "the dialogue goes on with cancel_order, then callback" in said
    assert "callback(when={'day_offset': 1})" in said
    assert "en-US/sentences/cancel_order.yaml:" in said


def test_explain_says_what_happens_to_words_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grammar", "explain", "purple monkeys dance"]) == 0
    assert "the dialogue asks again" in capsys.readouterr().out


def test_samples_mean_their_intent(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grammar", "sample", "track_order", "-n", "3"]) == 0
    for sentence in capsys.readouterr().out.split("\n")[:-1]:
        run(["grammar", "explain", sentence])
        assert "track_order()" in capsys.readouterr().out


def test_sample_of_an_unknown_intent_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grammar", "sample", "nope"]) == 2
    assert "track_order" in capsys.readouterr().err


def test_lint_finds_nothing_in_our_own_grammars(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grammar", "lint", "en-US"]) == 0, capsys.readouterr().out


def test_tables_are_run_and_a_wrong_line_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "requests.yaml").write_text("track_order: [where is my order, call me back]", "utf-8")
    assert run(["grammar", "test", "en-US", "--tables", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "'call me back' means callback, not track_order" in said
    assert "1 of 2 sentences" in said
    assert run(["grammar", "test", "ko-KR", "--tables", str(tmp_path)]) == 1


def test_lines_that_no_sentence_of_the_tables_needs_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "en-US").mkdir()
    table = tmp_path / "en-US" / "requests.yaml"
    table.write_text("track_order: [where is my order]", "utf-8")
    assert run(["grammar", "lint", "en-US", "--untested", str(tmp_path)]) == 1
    before = capsys.readouterr().out.splitlines()
    assert all("no sentence of the tables is heard by" in line for line in before)
    assert any("cancel_order.yaml" in line for line in before)
    assert any("moments.yaml" in line for line in before)
    table.write_text("track_order: [where is my order]\ncancel_order: [please cancel my order]", "utf-8")
    assert run(["grammar", "lint", "en-US", "--untested", str(tmp_path)]) == 1
    assert len(capsys.readouterr().out.splitlines()) < len(before)
    assert run(["grammar", "lint", "ko-KR", "--untested", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [f"ko-KR: there are no tables of it in {tmp_path}"]


def test_prompt_without_a_reading_is_a_line_of_lint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "grammars" / "ja-JP"
    shutil.copytree(GRAMMARS / "ja-JP", folder)
    (folder / "readings.yaml").write_text('menu_keys: "ボタンを おして ください。"\n', "utf-8")
    monkeypatch.setenv("IVR_CONTENT", str(tmp_path))
    monkeypatch.setenv("IVR_LOCALES", "ja-JP")
    assert run(["grammar", "lint"]) == 1
    said = capsys.readouterr().out
    assert "ja-JP/readings.yaml:1: no reading of the prompt menu: " in said
    assert "menu_keys" not in said
