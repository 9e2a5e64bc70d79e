"""Acts the story by hand in a real browser, on the local carrier, and keeps a picture: docs/telephones.png.

Needs chromium on the PATH. `python docs/take_picture.py FOLDER` keeps a picture of every scene and page in FOLDER too.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import TimeoutError, sync_playwright

from ivr.carrier.page import ROOT
from ivr.cli.demo import ENGLISH
from ivr.cli.demo.stage import OUR_NUMBER, Stage
from ivr.domain.agents import AgentStatus

PICTURE = Path(__file__).with_name("telephones.png")
PATIENCE_MS = 120_000
"""Real speech takes its time, and so does a busy machine."""
SOON_MS = 40_000


class Scenes:
    """The telephones of the page, and the pictures taken of them."""

    def __init__(self, page: Any, folder: Path | None) -> None:
        self.page, self.folder = page, folder

    def hears(self, who: str, words: str) -> None:
        """Wait until a telephone's display shows these words."""
        self.page.wait_for_selector(f"#phone-{who} .transcript >> text={words} >> nth=-1")

    def do(self, who: str, what: str) -> None:
        """Press one of a telephone's buttons."""
        self.page.click(f'#phone-{who} [data-do="{what}"]')

    def keys(self, who: str, keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.page.click(f'#phone-{who} [data-key="{key}"]')

    def says(self, who: str, words: str) -> None:
        """Type what to say."""
        self.page.fill(f"#{who}-say", words)
        self.page.click(f'#phone-{who} [data-part="say"] button')

    def says_or_keys(self, who: str, words: str, *, keys: str, until: str) -> None:
        """Speak and, as a person would who is not understood, press the keys instead."""
        self.says(who, words)
        try:
            self.page.wait_for_selector(f"#phone-{who} .transcript >> text={until} >> nth=-1", timeout=SOON_MS)
        except TimeoutError:
            self.keys(who, keys)
            self.hears(who, until)

    def keep(self, name: str) -> None:
        """One more picture for the folder."""
        if self.folder:
            self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)


def act(stage: Stage, scenes: Scenes) -> None:
    """The story, as a person with two telephones acts it."""
    stage.set_agent(ENGLISH.agent_name, AgentStatus.AWAY)
    scenes.do("customer", "dial")
    scenes.hears("customer", "Tell me in a few words")
    scenes.says_or_keys("customer", ENGLISH.part.request, keys="2", until="order number, or all seventeen")
    scenes.keep("asked")
    scenes.keys("customer", ENGLISH.part.digits)
    scenes.hears("customer", "Is it the winter gloves")
    scenes.keys("customer", "1")
    scenes.hears("customer", "All agents are busy")
    scenes.keys("customer", "1")
    scenes.hears("customer", "We will call you as soon as possible")
    scenes.do("customer", "hang-up")
    scenes.keep("promised")
    stage.set_agent(ENGLISH.agent_name, AgentStatus.AVAILABLE)
    scenes.do("agent", "answer")
    scenes.hears("agent", "Press 1 to")
    scenes.keep("whisper")
    scenes.keys("agent", "1")
    scenes.do("customer", "answer")
    scenes.hears("customer", "I am connecting you now")
    scenes.page.wait_for_selector("#timeline >> text=are joined >> nth=-1")
    scenes.says("agent", ENGLISH.agent_says)
    scenes.hears("customer", ENGLISH.agent_says)


def main(folder: Path | None) -> None:
    """Set the stage, act, take the picture."""
    with tempfile.TemporaryDirectory() as place, Stage(Path(place)) as stage, sync_playwright() as playwright:
        stage.agent(ENGLISH.agent_name, ENGLISH.agent_number, ENGLISH.locale)
        stage.until_heard(ENGLISH.locale)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
        page.set_default_timeout(PATIENCE_MS)
        numbers = f"customer={quote(ENGLISH.customer_number)}&agent={quote(ENGLISH.agent_number)}"
        page.goto(f"{stage.carrier.url}{ROOT}?{numbers}&to={quote(OUR_NUMBER)}")
        scenes = Scenes(page, folder)
        try:
            act(stage, scenes)
        finally:
            scenes.keep("last")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
