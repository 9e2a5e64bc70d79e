"""A Turn as one TwiML document. Pure: the same turn, texts and context give the same XML (twilio.md section 7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse
from twilio.twiml.voice_response import Say as SayVerb

from ivr.domain.hearing import Pace
from ivr.domain.turn import Next, Turn


class Hearing(StrEnum):
    """How speech is heard: IVR_HEARING."""

    STREAM = "stream"
    """Our own recogniser on a forked media stream; documents gather keys only."""
    GATHER = "gather"
    """The carrier's recogniser, where no public WebSocket is available."""
    KEYPAD = "keypad"
    """Keys alone."""


VOICES: Final = {
    "en-US": "Polly.Joanna-Neural",
    "en-GB": "Polly.Amy-Neural",
    "de-DE": "Polly.Vicki-Neural",
    "fr-FR": "Polly.Lea-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "pt-BR": "Polly.Camila-Neural",
    "ja-JP": "Polly.Takumi-Neural",
    "ko-KR": "Polly.Seoyeon-Neural",
    "hi-IN": "Polly.Kajal-Neural",
    "it-IT": "Polly.Bianca-Neural",
    "nl-NL": "Polly.Laura-Neural",
    "ar": "Polly.Hala-Neural",
}
"""The carrier's voice by locale (twilio.md 7c); another locale gets the account's default voice for its language."""

LANGUAGES: Final = {"ar": "ar-AE", "zh-CN": "cmn-CN"}
"""The carrier's name of a locale where it has one of its own."""

HEARD_LANGUAGES: Final = LANGUAGES | {"zh-CN": "cmn-Hans-CN"}
"""The same for its recognisers, which name Chinese by its script."""

SLOW_RATE: Final = "80%"
MAX_HINTS: Final = 500
MAX_HINT_LENGTH: Final = 100
"""Longer lists or phrases raise warning 13330 and are dropped whole."""

_SPEECH_SECONDS: Final = {Pace.DIRECTED: 1, Pace.DIGITS: 2}
"""Whole seconds, and no speechModel: an explicit model with `auto` is refused (13335), and the carrier then picks a
provider that has the language and changes it when it fails."""

# What XML 1.0 can't hold: one such character makes the whole document unparseable (12100).
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Spoken:
    """One sentence with the language it is in."""

    text: str
    locale: str
    voice: str = ""
    """The carrier's name of a voice; empty: VOICES, else the carrier's own choice."""
    slow_rate: str = SLOW_RATE
    """Of the usual speed, once the caller asked for it."""
    sound_path: str = ""
    """A recording of the sentence, played unless slow speech is wanted."""
    sound_seconds: float = 0.0


@dataclass(frozen=True)
class StreamStart:
    """A media stream that this document begins."""

    url: str
    """wss:// without a query."""
    name: str
    """Unique within the call."""
    status_url: str
    """Absolute."""
    token: str


@dataclass(frozen=True, kw_only=True)
class DocumentContext:
    """Where a document's answers go, and what the call is heard with."""

    answer_path: str
    """Gather's action: keys, the carrier's speech, or nothing at all."""
    again_path: str
    """Where the call goes on if the document ends otherwise; must not change anything."""
    left_path: str = ""
    """Requested when a conference has ended."""
    hearing: Hearing = Hearing.KEYPAD
    hints: Sequence[str] = ()
    stream: StreamStart | None = None
    stop_stream: str = ""
    """The name of a stream that ends here."""
    with_prompt: bool = True
    """False: listen only, after speech over the prompt or while the caller is still talking."""
    music_path: str = ""
    """A sound file to wait with."""
    entered_url: str = ""
    """Absolute: where the carrier reports who has entered the conference."""
    wait_path: str = ""
    """A document to wait with in a conference."""


def render(turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> str:
    """The document of a turn, with its sentences already put into words."""
    response = VoiceResponse()
    _start_stream(response, context.stream)
    if context.stop_stream:
        response.stop().stream(name=context.stop_stream)
    _VERBS[turn.next](response, turn, texts if context.with_prompt else (), context)
    return str(response)


def say_and_hang_up(texts: Sequence[Spoken]) -> str:
    """A last sentence."""
    response = VoiceResponse()
    _say(response, texts, slow=False)
    response.hangup()
    return str(response)


def say_and_redirect(texts: Sequence[Spoken], path: str) -> str:
    """A sentence, then another document."""
    response = VoiceResponse()
    _say(response, texts, slow=False)
    response.redirect(path, method="POST")
    return str(response)


def play_for_ever(music_path: str, again_path: str) -> str:
    """Music to wait with in a conference: a waitUrl's document does not loop by itself."""
    response = VoiceResponse()
    response.play(music_path, loop=0)
    response.redirect(again_path, method="POST")
    return str(response)


def nothing() -> str:
    """The answer to a callback whose document is not executed."""
    return str(VoiceResponse())


def _start_stream(response: VoiceResponse, stream: StreamStart | None) -> None:
    if stream is None:
        return
    started = response.start().stream(
        url=stream.url,
        name=stream.name,
        track="inbound_track",
        status_callback=stream.status_url,
        status_callback_method="POST",
    )
    started.parameter(name="token", value=stream.token)


def _listen(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    gather = response.gather(timeout=max(1, turn.wait_seconds), **_gather_attributes(turn, context))
    _say(gather, texts, slow=turn.slow, pause_seconds=turn.pause_seconds)
    response.redirect(context.again_path, method="POST")


def _hang_up(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    _say(response, texts, slow=turn.slow)
    response.hangup()


def _hold(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    """Music inside a Gather: a key or the end of the music asks us what is next."""
    gather = response.gather(timeout=1, **_gather_attributes(turn, context))
    _say(gather, texts, slow=turn.slow)
    if context.music_path:
        gather.play(context.music_path)
    else:
        gather.pause(length=max(1, turn.wait_seconds))
    response.redirect(context.again_path, method="POST")


def _join(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    _say(response, texts, slow=turn.slow)
    dial = Dial(action=context.left_path, method="POST")
    dial.conference(
        turn.conference,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=turn.is_agent,
        muted=turn.muted or None,
        coach=turn.coached_sid or None,
        wait_url=context.wait_path,
        wait_method="POST",
        status_callback=context.entered_url or None,
        status_callback_event="join" if context.entered_url else None,
        status_callback_method="POST" if context.entered_url else None,
    )
    response.append(dial)


_VERBS: Final = {Next.LISTEN: _listen, Next.HANG_UP: _hang_up, Next.HOLD: _hold, Next.JOIN: _join}


def _gather_attributes(turn: Turn, context: DocumentContext) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "input": "dtmf",
        "action": context.answer_path,
        "method": "POST",
        # Room for the # that callers are told to press: after a full number it would answer the next question.
        "num_digits": turn.key_count + (turn.key_count > 1),
        # A single key may be # or * itself; a longer number of unknown length needs # as its end.
        "finish_on_key": "#" if turn.key_count > 1 else "",
        "action_on_empty_result": True,
    }
    if context.hearing is Hearing.GATHER:
        attributes |= _speech_attributes(turn, context)
    return attributes


def _speech_attributes(turn: Turn, context: DocumentContext) -> dict[str, Any]:
    hints = [hint for hint in context.hints if 0 < len(hint) <= MAX_HINT_LENGTH and "," not in hint][:MAX_HINTS]
    return {
        "input": "dtmf speech",
        "language": HEARD_LANGUAGES.get(turn.locale, turn.locale),
        "speech_timeout": str(_SPEECH_SECONDS[turn.pace]),
        "profanity_filter": False,
        "hints": ",".join(_ILLEGAL.sub("", hint) for hint in hints) or None,
    }


def _say(parent: VoiceResponse | Gather, texts: Sequence[Spoken], *, slow: bool, pause_seconds: int = 0) -> None:
    for position, spoken in enumerate(texts):
        if pause_seconds and position:
            parent.pause(length=pause_seconds)
        if spoken.sound_path and not slow:
            parent.play(spoken.sound_path)
            continue
        text = _ILLEGAL.sub(" ", spoken.text)
        voice = spoken.voice or VOICES.get(spoken.locale)
        language = LANGUAGES.get(spoken.locale, spoken.locale)
        verb = SayVerb(None if slow else text, voice=voice, language=language)
        if slow:
            verb.prosody(text, rate=spoken.slow_rate)
        parent.append(verb)
