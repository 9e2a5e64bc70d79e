"""Words and readings behind the pages: catalogue, order numbers, zones; and the timeline's sentences."""

import ast
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import LanguageAccept

from ivr.content.folders import Folders
from ivr.domain.cases import Event
from ivr.errors import CallbackRefused, ContentError
from ivr.service.narration import SENTENCES, describe
from ivr.web.catalogue import Catalogue, board_catalogue
from ivr.web.wish import read_digits, read_words, read_zone
from tests.conftest import ROOT
from tests.fakes.clock import NOON_IN_NEW_YORK


def told(kind: str, **data: object) -> str:
    return describe(Event(id="1", at=NOON_IN_NEW_YORK, kind=kind, data=data))


def recorded_kinds() -> set[str]:
    """Every kind of event that a use case writes."""
    kinds = set()
    for file in (ROOT / "ivr" / "service").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 2:
                kinds |= {leaf.value for leaf in ast.walk(node.args[2]) if isinstance(leaf, ast.Constant)}
    return kinds


def texts_of_use_cases() -> set[object]:
    """Every constant of the use cases but the sentences' own: some kinds come out of tables or through helpers."""
    files = [file for file in (ROOT / "ivr" / "service").glob("*.py") if file.name != "narration.py"]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return {leaf.value for tree in trees for leaf in ast.walk(tree) if isinstance(leaf, ast.Constant)}


def test_every_kind_of_event_has_its_sentence() -> None:
    kinds = recorded_kinds()
    assert {"callback_booked", "leg_placed", "joined", "said"} <= kinds
    assert kinds <= set(SENTENCES)
    assert set(SENTENCES) <= texts_of_use_cases()


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_a_sentence_stands_without_any_data(kind: str) -> None:
    text = told(kind)
    assert text
    assert "{" not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("leg_placed", {"party": "agent", "how": "request"}, "the carrier rings the agent"),
        ("leg_placed", {"party": "customer", "how": "list"}, "the carrier rings the customer (known from list)"),
        ("leg_ended", {"party": "agent", "outcome": "no-answer"}, "the agent's telephone: no answer"),
        ("joined", {"agent": "Ada"}, "Ada and the customer are joined"),
        ("customer_rung", {"kept": True}, "the customer's phone rings: promise kept"),
        ("callback_done", {"how": "joined", "kept": True}, "the callback is done: they have talked, promise kept"),
        ("callback_moved", {"asap": False, "due_at": "2026-03-10T16:00:00+00:00"},
         "the callback is moved: at 10 Mar 16:00:00 UTC"),
        ("wait_told", {"low": 120, "high": 300}, "told to wait 2 to 5 minutes"),
        ("something_new", {"a": 1, "b": ""}, "something new: a 1"),
    ],
)  # fmt: skip
def test_events_are_told_in_plain_words(kind: str, data: dict[str, object], text: str) -> None:
    assert told(kind, **data) == text


def test_moments_are_told_in_the_readers_zone() -> None:
    event = Event(id="1", at=NOON_IN_NEW_YORK, kind="callback_moved", data={"due_at": "2026-03-10T16:00:00+00:00"})
    assert describe(event, ZoneInfo("Asia/Seoul")) == "the callback is moved: at 11 Mar 01:00:00 KST"


def catalogue(tmp_path: Path, **texts: str) -> Catalogue:
    for locale, text in texts.items():
        folder = tmp_path / locale.replace("_", "-")
        folder.mkdir()
        (folder / "locale.yaml").write_text("name: x", "utf-8")
        (folder / "pages.yaml").write_text(text, "utf-8")
    return Catalogue(Folders(tmp_path), tuple(locale.replace("_", "-") for locale in texts))


@pytest.mark.parametrize(
    ("second", "wrong"),
    [
        ("a: x", "missing .'b'"),
        ("a: x\nb: y\nc: z", "superfluous .'c'"),
        ("a: x\nb: no", "ko-KR/pages.yaml:2: YAML reads no"),
        ("a: '{other}'\nb: y", "a must have the places .'wait'"),
        ("a: '{'\nb: y", "for a brace"),
        ("a: [", "ko-KR/pages.yaml:2: broken YAML"),
        ("- a", "ko-KR/pages.yaml:1: expected names"),
    ],
)
def test_a_broken_catalogue_is_named_with_what_is_wrong(tmp_path: Path, second: str, wrong: str) -> None:
    with pytest.raises(ContentError, match=wrong):
        catalogue(tmp_path, en_US="a: 'wait {wait}'\nb: y", ko_KR=second)


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "ko-KR").mkdir()
    (tmp_path / "ko-KR" / "locale.yaml").write_text("name: x", "utf-8")
    with pytest.raises(ContentError, match=r"ko-KR/pages\.yaml"):
        Catalogue(Folders(tmp_path), ("ko-KR",))


def test_an_unknown_text_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no text 'nope'"):
        catalogue(tmp_path, en_US="a: x").text("en-US", "nope")


def test_words_lose_what_cannot_be_stored_and_keep_what_was_said() -> None:
    assert read_words(" a\x00b\nc\ud800 \u202e안녕 ") == "ab c 안녕"


def test_digits_of_every_script_are_digits() -> None:
    assert read_digits("１２3-٤a²") == "12342"


@pytest.mark.parametrize("zone", ["", "America", "/etc/passwd", "../UTC", "a/b/c/d", "UTC\x00", "Mars/Olympus"])
def test_only_zones_are_zones(zone: str) -> None:
    with pytest.raises(CallbackRefused, match="IANA"):
        read_zone(zone)


def test_a_locale_without_board_texts_shows_the_board_in_the_first_language_that_has_them(tmp_path: Path) -> None:
    for locale, text in (("de-DE", ""), ("en-US", "a: x"), ("ko-KR", "a: y\nword_busy: z")):
        (tmp_path / locale).mkdir()
        (tmp_path / locale / "locale.yaml").write_text(f"name: {locale}", "utf-8")
        if text:
            (tmp_path / locale / "board.yaml").write_text(text, "utf-8")
    board = board_catalogue(Folders(tmp_path), ("de-DE", "en-US", "ko-KR"))
    assert board.locales == ("en-US", "ko-KR")
    assert board.text(board.best("de-DE", LanguageAccept()), "a") == "x"
    assert (board.word("ko-KR", "busy"), board.word("en-US", "no-answer")) == ("z", "no answer")


def test_a_content_folder_without_any_board_texts_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "locale.yaml").write_text("name: English", "utf-8")
    with pytest.raises(ContentError, match=r"no locale has board\.yaml; copy"):
        board_catalogue(Folders(tmp_path), ("en-US",))
