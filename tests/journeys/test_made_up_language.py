"""A language is added by files alone: a folder beside the others, and callers speak and key it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.carrier import CarrierOptions
from ivr.settings import Settings
from tests.journeys.conftest import PATIENT, SPEED
from tests.journeys.world import ORDER, PATIENCE, World

FILES = {
    "locale.yaml": "name: Esperanto\nlanguage: eo\nvoice: alice\nbased_on: en-US\nnames: {en: [esperanto]}\n",
    "prompts.yaml": """
menu: "Kion vi bezonas? Por demandi pri mendo premu 1, por revoko 5."
language_changed: "Bone, en Esperanto."
language_menu: "Por Esperanto premu {key}."
confirm_order: "[{wanted}. ]Ĉu temas pri {item}, numero {digits}?"
ask_order_number: "Diru la numeron."
confirm_moment: "Mi vokos vin {when}. Ĉu bone?"
""",
    "sentences/track_order.yaml": 'intents: {track_order: {data: [{sentences: ["kie estas mia (mendo|pakaĵo)"]}]}}',
    "sentences/yes.yaml": 'intents: {"yes": {data: [{sentences: ["jes"]}]}}',
    "digits.yaml": 'digits: {"0": [nul], "1": [unu], "5": [kvin], "8": [ok], "9": [naŭ]}',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our own content with one more language in it."""
    shutil.copytree(Settings.from_env({}).grammars_dir, tmp_path / "grammars")
    for name, text in FILES.items():
        path = tmp_path / "grammars" / "eo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def world(sqlite_url: str, folder: Path) -> Iterator[World]:
    """English greets, the new language is the other one."""
    options = CarrierOptions(voice=None, speed=SPEED, cps=1000, **PATIENT)
    with World(sqlite_url, "gather", options, {"IVR_CONTENT": str(folder), "IVR_LOCALES": "en-US,eo"}) as world:
        yield world
        world.must_be_quiet()


def test_whole_call_is_spoken_in_a_language_that_only_its_folder_knows(world: World) -> None:
    caller = world.calls_in()
    caller.say("do you speak esperanto")
    caller.hears("Bone, en Esperanto", PATIENCE)
    caller.hears("Kion vi bezonas", PATIENCE)
    caller.say("kie estas mia pakaĵo")
    caller.hears("Diru la numeron", PATIENCE)
    caller.say("unu ok unu kvin naŭ nul ok")
    caller.hears("Ĉu temas pri tea kettle", PATIENCE)
    caller.say("jes")
    caller.hears("Is there anything else", PATIENCE)
    world.hangs_up(caller)
    assert world.case().order_id is not None
    assert world.case().order_id.endswith(ORDER)


def test_whole_call_is_keyed_in_a_language_that_only_its_folder_knows(world: World) -> None:
    caller = world.calls_in()
    caller.press("8")
    caller.hears("Kion vi bezonas", PATIENCE)
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.press("2")
    caller.hears("When shall I call you", PATIENCE)
    caller.press("1200#")
    caller.hears("Mi vokos vin .* Ĉu bone", PATIENCE)
    caller.press("1")
    caller.hears("Your case number", PATIENCE)
    world.hangs_up(caller)
    assert world.callback().due_at
