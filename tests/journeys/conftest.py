"""Fixtures of the journeys: a world, with the parts that are slow to make shared."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ivr.bootstrap import build
from ivr.carrier import CarrierOptions
from ivr.content import Content, load
from ivr.parts import Overrides
from ivr.service.ports import TextToSpeech
from ivr.settings import Settings
from ivr.speech.recognizers import Recognizers
from ivr.understanding.grammars import GrammarUnderstanding
from tests.journeys.world import PATIENCE, World
from tests.processes import patient
from tests.web.stream_support import ScriptedRecognizer

SPEED = 15
"""Call time against wall time while a test waits; people at telephones have their usual time to react."""

PATIENT = patient(PATIENCE)


class NoModels:
    """Speech engines that need not be loaded."""

    def load(self, understanding: GrammarUnderstanding) -> None:
        return None


NewWorld = Callable[..., World]


@pytest.fixture(scope="session")
def content() -> Content:
    """Two languages: more would change what key 8 does."""
    return load(Settings.from_env({}).grammars_dir, ("en-US", "ko-KR"))


@pytest.fixture(scope="session")
def understanding(content: Content) -> GrammarUnderstanding:
    return GrammarUnderstanding(content)


@pytest.fixture(scope="session")
def words(content: Content) -> dict[str, Any]:
    """What is read from grammars/ and never changes, by its names in bootstrap."""
    ivr = build(Settings.from_env({}))
    vars(ivr)["content"] = content
    names = ("policies", "catalogue", "board_words")
    return {"content": content} | {name: getattr(ivr, name) for name in names}


@pytest.fixture
def new_world(sqlite_url: str, words: dict[str, Any], understanding: GrammarUnderstanding) -> Iterator[NewWorld]:
    """Makes worlds; each must be quiet in the end."""
    with ExitStack() as stack:
        made = []

        def make(
            hearing: str = "gather",
            *,
            database_url: str = "",
            settings: dict[str, str] | None = None,
            listens: bool = False,
            ear: ScriptedRecognizer | None = None,
            mouth: TextToSpeech | None = None,
            **options: Any,
        ) -> World:
            chosen = {"voice": None, "speed": SPEED, "cps": 1000, "insecure_streams": True, **PATIENT, **options}
            shared: dict[str, Any] = words | ({} if listens else {"understanding": understanding})
            if ear is not None:
                shared |= {"recognizers": Recognizers((ear,)), "ears": NoModels()}
            more: Overrides = {"voice": mouth} if mouth is not None else {}
            place = (database_url or sqlite_url, hearing, CarrierOptions(**chosen), settings or {}, shared, more)
            world = World(*place)
            made.append(stack.enter_context(world))
            return made[-1]

        yield make
        for world in made:
            world.must_be_quiet()


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """The carrier's recogniser hears; nobody works yet."""
    return new_world()
