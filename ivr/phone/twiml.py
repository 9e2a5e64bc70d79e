"""A Turn as one TwiML document. Pure: the same turn, texts and context give the same XML (twilio.md section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, Start, VoiceResponse

from ivr.domain.hearing import Pace
from ivr.domain.turn import Next, Turn
from ivr.phone.twiml_pay import pay
from ivr.phone.twiml_say import LANGUAGES, Spoken, legal, say


class Hearing(StrEnum):
    """How speech is heard: IVR_HEARING."""

    STREAM = "stream"
    """Our own recogniser on a forked media stream; documents gather keys only."""
    GATHER = "gather"
    """The carrier's recogniser, where no public WebSocket is available."""
    RECORD = "record"
    """Our own recogniser on what the carrier records of each answer: no WebSocket, and nobody else hears."""
    DUPLEX = "duplex"
    """Our own recogniser and our own voice on one two-way stream: no document and no REST request in a turn."""
    KEYPAD = "keypad"
    """Keys alone."""

    @property
    def needs_engine(self) -> bool:
        """Whether a recogniser of our own hears."""
        return self in (Hearing.STREAM, Hearing.RECORD, Hearing.DUPLEX)


HEARD_LANGUAGES: Final = LANGUAGES | {"zh-CN": "cmn-Hans-CN"}
"""The same for its recognisers, which name Chinese by its script."""

MAX_HINTS: Final = 500
MAX_HINT_LENGTH: Final = 100
"""Longer lists or phrases raise warning 13330 and are dropped whole."""

_SPEECH_SECONDS: Final = {Pace.DIRECTED: 1, Pace.DIGITS: 2}
"""Whole seconds, and no speechModel: an explicit model with `auto` is refused (13335), and the carrier then picks a
provider that has the language and changes it when it fails."""

# Record has one silence for "has said nothing yet" and "has finished": whole seconds, as short as answers allow.
_QUIET_SECONDS: Final = {Pace.DIRECTED: 2, Pace.DIGITS: 3}
_LONGEST_SECONDS: Final = {Pace.DIRECTED: 12, Pace.DIGITS: 20}
_BETWEEN_KEYS_SECONDS: Final = 3
"""A Gather's time-out also runs between two keys of a number: people look at their papers."""
_ANY_KEY: Final = "1234567890*#"


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
    recorded_path: str = ""
    """Record's action, and where the call goes on if nothing was recorded."""
    stream: StreamStart | None = None
    streamed_path: str = ""
    """Where the call goes on when a two-way stream is over."""
    stop_stream: str = ""
    """The name of a stream that ends here."""
    with_prompt: bool = True
    """False: listen only, after speech over the prompt or while the caller is still talking."""
    music_path: str = ""
    """A sound file to wait with."""
    entered_url: str = ""
    """Absolute: where the carrier reports who has entered the conference."""
    paid_path: str = ""
    """Pay's action."""
    pay_connector: str = ""
    wait_path: str = ""
    """A document to wait with in a conference."""


def render(turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> str:
    """The document of a turn, with its sentences already put into words."""
    response = VoiceResponse()
    if context.hearing is Hearing.DUPLEX and context.stream and turn.next in (Next.LISTEN, Next.HOLD):
        _stream(response.connect(action=context.streamed_path, method="POST"), context.stream)
        return str(response)
    if context.stream is not None:
        _stream(response.start(), context.stream, track="inbound_track")
    if context.stop_stream:
        response.stop().stream(name=context.stop_stream)
    _VERBS[turn.next](response, turn, texts if context.with_prompt else (), context)
    return str(response)


def hang_up() -> str:
    """The end; all has been said."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def say_and_hang_up(texts: Sequence[Spoken]) -> str:
    """A last sentence."""
    response = VoiceResponse()
    say(response, texts, slow=False)
    response.hangup()
    return str(response)


def say_and_redirect(texts: Sequence[Spoken], path: str) -> str:
    """A sentence, then another document."""
    response = VoiceResponse()
    say(response, texts, slow=False)
    response.redirect(path, method="POST")
    return str(response)


def pause_and_redirect(path: str, *, seconds: int = 1) -> str:
    """A silence, then another document."""
    response = VoiceResponse()
    response.pause(length=seconds)
    response.redirect(path, method="POST")
    return str(response)


def play_for_ever(music_path: str, again_path: str) -> str:
    """Music to wait with in a conference: a waitUrl's document does not loop by itself."""
    response = VoiceResponse()
    response.play(music_path, loop=0)
    response.redirect(again_path, method="POST")
    return str(response)


def text_answer(texts: Sequence[str]) -> str:
    """The answers to a text message, in order; none: nothing."""
    response = MessagingResponse()
    for text in texts:
        response.message(text)
    return str(response)


def nothing() -> str:
    """The answer to a callback whose document is not executed."""
    return str(VoiceResponse())


def _stream(parent: Start | Connect, stream: StreamStart, *, track: str | None = None) -> None:
    started = parent.stream(
        url=stream.url,
        name=stream.name,
        track=track,
        status_callback=stream.status_url,
        status_callback_method="POST",
    )
    started.parameter(name="token", value=stream.token)


def _listen(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    if context.hearing is Hearing.RECORD:
        _record(response, turn, texts, context)
        return
    gather = response.gather(timeout=max(1, turn.wait_seconds), **_gather_attributes(turn, context))
    say(gather, texts, slow=turn.slow, pause_seconds=turn.pause_seconds)
    response.redirect(context.again_path, method="POST")


def _record(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    """Keys by a Gather around the prompt, then words by a Record.

    A prompt that only Record follows could not be stopped by a key, so it stands in a Gather. That one waits at least
    a second after the prompt, and until then nothing is recorded: whoever answers at once would lose their first word,
    which is all of a "yes". Hence Record's own tone, which everybody knows from answering machines; `speak_after_tone`
    tells it in the first document and wherever the wait is longer. Trimming is off: it takes soft endings away.
    """
    is_number = turn.key_count > 1
    if texts or is_number:
        keys = _gather_attributes(turn, context) | {"action_on_empty_result": None}
        gather = response.gather(timeout=_BETWEEN_KEYS_SECONDS if is_number else 1, **keys)
        say(gather, texts, slow=turn.slow, pause_seconds=turn.pause_seconds)
    response.record(
        action=context.recorded_path,
        method="POST",
        timeout=_QUIET_SECONDS[turn.pace],
        max_length=_LONGEST_SECONDS[turn.pace],
        # The first key ends a Record and the next ones would be lost: of a number no digit may be taken here.
        finish_on_key="*#" if is_number else _ANY_KEY,
        play_beep=True,
        trim="do-not-trim",
    )
    # The carrier goes on here when there was not a sound on the line.
    response.redirect(context.recorded_path, method="POST")


def _hang_up(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    say(response, texts, slow=turn.slow)
    response.hangup()


def _hold(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    """Music inside a Gather: a key or the end of the music asks us what is next."""
    if context.hearing is Hearing.RECORD and texts:
        _record(response, turn, texts, context)  # what may be said is told first; the music comes after the answer
        return
    gather = response.gather(timeout=1, **_gather_attributes(turn, context))
    say(gather, texts, slow=turn.slow)
    if context.music_path:
        gather.play(context.music_path)
    else:
        gather.pause(length=max(1, turn.wait_seconds))
    response.redirect(context.again_path, method="POST")


def _join(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    say(response, texts, slow=turn.slow)
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


def _pay(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], context: DocumentContext) -> None:
    pay(response, turn, texts, connector=context.pay_connector, paid_path=context.paid_path)
    # The carrier goes on here when it cannot take cards at all: to ask for the same document again would never end.
    response.redirect(f"{context.paid_path}?skipped=1", method="POST")


_VERBS: Final = {Next.PAY: _pay, Next.LISTEN: _listen, Next.HANG_UP: _hang_up, Next.HOLD: _hold, Next.JOIN: _join}


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
        "hints": ",".join(legal(hint) for hint in hints) or None,
    }
