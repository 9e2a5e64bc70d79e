"""Troubleshooting comes by files alone: a made-up kind of thing, and every mistake named with file and line."""

import shutil
from pathlib import Path

import pytest

from ivr.content import Content, load
from ivr.content.guide_files import MOST, guide_gaps
from ivr.content.speaker import PromptSpeaker
from ivr.domain.guides import longest
from ivr.domain.hearing import Ability
from ivr.domain.turn import Say
from ivr.errors import ContentError

GRAMMARS = Path(__file__).resolve().parents[2] / "grammars"
KITE = "items: [stunt_kite]\nsteps:\n  wind: {if_yes: line, if_no: solved}\n  line: {}\n"
SAID = 'wind: "Is there any wind?"\nline: "Let the line out."\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("en-US", "it-IT"):
        shutil.copytree(GRAMMARS / name, tmp_path / name, ignore=shutil.ignore_patterns("help", "troubleshooting"))
    put(tmp_path, KITE, SAID)
    return tmp_path


def put(folder: Path, steps: str, said: str = "") -> None:
    for place, text in (("", steps), ("en-US", said)):
        (folder / place / "troubleshooting").mkdir(exist_ok=True)
        if text:
            (folder / place / "troubleshooting" / "kite.yaml").write_text(text, "utf-8")


def test_a_made_up_kind_needs_its_files_and_nothing_else(folder: Path) -> None:
    content = load(folder)
    guide = content.guide("stunt_kite", "en-US")
    assert guide is not None
    assert [(step.id, step.yes, step.no) for step in guide.steps] == [
        ("wind", "line", "solved"),
        ("line", "solved", "unsolved"),
    ]
    assert PromptSpeaker(content).text("en-US", Say(guide.prompt("wind"))) == "Is there any wind?"
    assert content.guide("tea_kettle", "en-US") is None
    assert content.guide("stunt_kite", "it-IT") is None, "it has no texts in Italian"
    assert list(guide_gaps(content.guides, "it-IT", content.locales["it-IT"].prompts)) == [
        "it-IT/troubleshooting/kite.yaml:1: no texts: these steps are not offered in it-IT"
    ]


@pytest.mark.parametrize(
    ("steps", "said", "told"),
    [
        ("items: []\nsteps: {wind: {}}\n", SAID, "troubleshooting/kite.yaml:1: needs `items:`"),
        ("items: [k]\nsteps:\n  wind: {if_no: string}\n", SAID, "kite.yaml:3: there is no step string"),
        ("items: [k]\nsteps:\n  wind: {if_no: line}\n  line: {if_no: wind}\n", SAID, "circle: wind, line, wind"),
        ("items: [k]\nsteps:\n  wind: {}\n  line: {}\n", SAID, "kite.yaml:4: no step leads to line"),
        ("items: [k]\nsteps:\n  wind: {then: line}\n  line: {}\n", SAID, "kite.yaml:3: wind says `if_no:`"),
        ("items: [k]\nsteps:\n  Two words: {}\n", SAID, "not Two words"),
        (KITE, 'wind: "Wind?"\n', "en-US/troubleshooting/kite.yaml:1: nothing is said at line"),
        (KITE, SAID + 'sun: "Sun?"\n', "en-US/troubleshooting/kite.yaml:3: kite has no step sun"),
        (KITE, 'wind: "Wind, {name}?"\nline: "Out."\n', "kite.yaml:1: wind must be a plain text"),
    ],
)
def test_each_mistake_is_named_with_file_and_line(folder: Path, steps: str, said: str, told: str) -> None:
    put(folder, steps, said)
    with pytest.raises(ContentError) as raised:
        load(folder)
    assert told in str(raised.value)


def test_no_item_is_in_two_guides(folder: Path) -> None:
    (folder / "troubleshooting" / "other.yaml").write_text("items: [stunt_kite]\nsteps: {wind: {}}\n", "utf-8")
    with pytest.raises(ContentError, match=r"stunt_kite is in kite\.yaml already"):
        load(folder)


def test_our_own_guides_are_told_in_every_complete_language_and_are_short(content: Content) -> None:
    complete = [name for name, locale in content.locales.items() if locale.ability is Ability.FULL]
    assert (len(complete), len(content.guides)) == (11, 6)
    assert [line for name in complete for line in guide_gaps(content.guides, name, content.locales[name].prompts)] == []
    assert max(longest(guide) for guide in content.guides) == MOST
