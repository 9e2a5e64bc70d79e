"""Say, Play and Pause."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier import audio
from ivr.carrier.attributes import number
from ivr.carrier.speaking import hear
from ivr.carrier.ssml import Phrase, phrases
from ivr.carrier.telephone import Heard
from ivr.carrier.webhooks import Webhook, WebhookFailure

if TYPE_CHECKING:
    from ivr.carrier.script import Script

_MOST_LOOPS = 1000


async def say_verb(script: "Script", element: Element) -> None:
    """Speak the text as one prompt, with the breaks and rates SSML asks for."""
    language, voice = element.get("language", "en-US"), element.get("voice", "man")
    spoken = phrases(element, language)
    if not spoken:
        return
    pcm = b"".join([await _speak(script, phrase) for phrase in spoken])
    text = " ".join(phrase.text for phrase in spoken if phrase.text)
    for _ in range(_loops(script, element)):
        await hear(script.call, Heard(text, language, voice, call_sid=script.call.sid), sound=audio.frames(pcm))


async def _speak(script: "Script", phrase: Phrase) -> bytes:
    rate = round(script.exchange.options.say_rate * phrase.rate)
    spoken = await script.exchange.speak(phrase.text, phrase.language, rate=rate) if phrase.text else b""
    return spoken + audio.silence(phrase.pause_seconds)


def _loops(script: "Script", element: Element) -> int:
    return int(number(script, element, name="loop")) or _MOST_LOOPS


async def play_verb(script: "Script", element: Element) -> None:
    """Fetch and play a sound, or send keys."""
    if element.get("digits"):
        await _play_digits(script, element.get("digits", ""))
        return
    sound = await _fetch(script, (element.text or "").strip())
    if sound is None:
        return
    heard_as = (element.text or "").strip()
    for _ in range(_loops(script, element)):
        heard = Heard(heard_as, kind="play", call_sid=script.call.sid)
        await hear(script.call, heard, sound=audio.frames(sound))


async def _play_digits(script: "Script", digits: str) -> None:
    script.exchange.event("digits", script.call, digits=digits)
    pauses = {"w": 0.5, "W": 1.0}
    await script.exchange.clock.sleep(sum(pauses.get(digit, 0.2) for digit in digits))


async def _fetch(script: "Script", url: str) -> bytes | None:
    """The sound behind an address; None and an alert when it cannot be had."""
    try:
        address = script.document.resolve(url)
        answer = await script.exchange.webhooks.deliver(Webhook(address, "GET", []))
        kind = answer.content_type.partition(";")[0].strip().lower()
        return _decode(kind, answer.body)
    except WebhookFailure as failure:
        script.exchange.alert(failure.code, f"Play: {failure}", call=script.call, level="error", url=url)
    except ValueError as error:
        script.exchange.alert(13420, f"Play: {error}", call=script.call, level="error", url=url)
    return None


def _decode(kind: str, body: bytes) -> bytes:
    if kind in ("audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave"):
        return audio.read_wav(body)
    if kind in ("audio/ulaw", "audio/basic"):
        return audio.from_ulaw(body)
    if kind in ("audio/mpeg", "audio/aiff", "audio/x-aiff", "audio/x-aifc", "audio/gsm", "audio/x-gsm"):
        return audio.silence(1.0)  # the local carrier has no decoder for these; the app did nothing wrong
    raise ValueError(f"content type {kind or 'missing'} is no sound")


async def pause_verb(script: "Script", element: Element) -> None:
    """Wait."""
    await script.exchange.clock.sleep(number(script, element, name="length"))


async def prompts(script: "Script", elements: list[Element]) -> None:
    """The sounds inside a Gather, one after the other."""
    for element in elements:
        if element.tag == "Say":
            await say_verb(script, element)
        elif element.tag == "Play":
            await play_verb(script, element)
        elif element.tag == "Pause":
            await pause_verb(script, element)
