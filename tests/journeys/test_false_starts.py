"""What is no answer costs no prompt: its own echo over a hands-free telephone, and noises that stop it for a moment."""

import threading
from collections import deque

import numpy as np

from ivr.carrier import Handset
from ivr.speech.audio import encode_mulaw, whole_frames
from tests.journeys.conftest import NewWorld
from tests.journeys.test_duplex import SPEECH, Listener, NumberedVoice, arrives, sent
from tests.journeys.world import OURS, World
from tests.speech.babble import babble
from tests.web.stream_support import ScriptedRecognizer

LATE_FRAMES, QUIETER = 9, 0.25
SILENCE = bytes(320)


class BabblingVoice(NumberedVoice):
    """Each sentence has a sound of its own, as speech has."""

    def speak(self, text: str, locale: str, *, slow: bool = False) -> bytes:
        self.said.append(text)
        return whole_frames(encode_mulaw(babble(4.0, len(self.said)).clip(-32000, 32000).astype("<i2").tobytes()))


def is_hands_free(phone: Handset) -> list[bytes]:
    """What the telephone's loudspeaker says comes back into its microphone; what it has said is returned."""
    air, heard = deque([SILENCE] * LATE_FRAMES), []

    def hears(pcm: bytes) -> None:
        heard.append(pcm)
        air.append((np.frombuffer(pcm, "<i2") * QUIETER).astype("<i2").tobytes())
        phone.telephone.microphone(air.popleft())

    phone.on_audio(hears)
    return heard


def test_prompt_that_comes_back_over_a_hands_free_telephone_is_heard_to_its_end(new_world: NewWorld) -> None:
    world = new_world("duplex", ear=ScriptedRecognizer("track my order"), mouth=BabblingVoice())
    phone = world.phone()
    heard = is_hands_free(phone)
    phone.dial(OURS)
    with world.unhurried():
        world.until(lambda: sent(world, "mark"), "all of the prompt has been sent")
    world.until(lambda: len(heard) > 500 and not any(map(any, heard[-40:])), "the prompt is over")
    loud = sum(map(any, heard))
    assert loud > 0
    assert sent(world, "clear") == []
    assert [e for e in world.read(lambda uow: uow.events.recent(20)) if e.kind == "heard"] == []
    world.hangs_up(phone)


def test_prompt_that_a_noise_stopped_is_said_again_and_is_not_stopped_twice(new_world: NewWorld) -> None:
    ear, mouth = ScriptedRecognizer(), NumberedVoice()
    world: World = new_world("duplex", ear=ear, mouth=mouth)
    caller = Listener(world, world.phone(), mouth)
    arrives(world, caller)
    caller.phone.press("2")
    caller.hears("last seven digits")
    with world.unhurried():
        threading.Thread(target=caller.phone.play, args=(SPEECH,)).start()
        world.until(lambda: len(sent(world, "clear")) == 2, "the noise stops the prompt, as the key stopped one before")
    caller.until_quiet()
    caller.forgets()
    caller.hears("last seven digits")
    caller.phone.play(SPEECH)
    caller.until_quiet()
    assert len(sent(world, "clear")) == 2
    assert caller.heard_frames("last seven digits") > 100
    world.hangs_up(caller.phone)
