"""Turns as documents: words, addresses and the stream for the carrier; and what is said when all else fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Response

from ivr.content.recordings import Recordings
from ivr.domain.hearing import Ability
from ivr.domain.turn import Next, Say, Turn
from ivr.phone.twiml import (
    DocumentContext,
    Hearing,
    StreamStart,
    play_for_ever,
    render,
    say_and_hang_up,
    say_and_redirect,
)
from ivr.phone.twiml_say import Spoken
from ivr.service.first_words import STATE
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams

HOLD_MUSIC: Final = ("hold.wav", "hold.mp3")
CHIME: Final = ("chime.wav", "chime.mp3")
_CHIME_SECONDS: Final = 1.0
_AFTER_MUSIC: Final = frozenset({"hold_next", "hold_ahead"})
"""The first words after some music: whoever has put the telephone down does not expect them."""
WAIT_PATH: Final = "/voice/hold-music"
_SYLLABIC: Final = frozenset({"ko", "ja", "zh"})


class Documents:
    """Renders what the carrier plays next."""

    def __init__(self, services: Services, streams: OpenStreams) -> None:
        """Raises ContentError when the last words are missing: found at start-up, not when they are needed."""
        self._services = services
        self._streams = streams
        self.music_path = _sound_path(services.audio_dir, HOLD_MUSIC)
        self._chime_path = _sound_path(services.audio_dir, CHIME)
        self._recordings = Recordings(services.audio_dir)
        self._sorry = self._in_default_locale(Say("apology"))
        self._bye = self._in_default_locale(Say("goodbye", {"company": services.company}))

    def of_call(
        self,
        sid: str,
        turn: Turn,
        *,
        first: bool = False,
        listening: bool = False,
        again: bool = False,
        streams: int = 0,
    ) -> str:
        """The document of an inbound call's turn.

        `listening`: without the prompt; `again`: so far it was silent; `streams`: so many broke in this turn.
        """
        paying = turn.next is Next.PAY  # nobody listens in on a card, not even for its tones
        hearing, stream = self._hearing(turn), None if paying else self._stream(sid, turn, first=first)
        if hearing is Hearing.DUPLEX and stream is None:
            hearing = Hearing.KEYPAD
        texts = [*self.texts(turn), *self._tone_told(turn, hearing, first=first)]
        self._streams.served(sid, turn, 0.0 if listening else spoken_seconds(texts, slow=turn.slow))
        context = DocumentContext(
            answer_path=f"/voice/heard/{turn.number}",
            again_path=f"/voice/turn/{turn.number}",
            left_path="/voice/left",
            hearing=hearing,
            hints=self._hints(turn),
            recorded_path=f"/voice/recorded/{turn.number}{'?again=1' if again else ''}",
            stream=stream,
            streamed_path=f"/voice/streamed/{turn.number}?streams={streams}",
            with_prompt=not listening,
            music_path=self.music_path,
            entered_url=self._entered_url(turn),
            wait_path=WAIT_PATH,
            paid_path=f"/voice/paid/{turn.number}",
            pay_connector=self._services.pay_connector,
            stop_stream=self._streams.name_of(sid) if paying and hearing is Hearing.STREAM else "",
        )
        return render(turn, texts, context)

    def of_customer(self, sid: str, leg_id: str, turn: Turn, *, answer_path: str) -> str:
        """The document of a called customer: heard until it is known who answered, then nobody listens in."""
        listens = turn.state == STATE and turn.next is Next.LISTEN
        texts = self.texts(turn)
        self._streams.served(sid, turn, spoken_seconds(texts, slow=turn.slow))
        context = DocumentContext(
            answer_path=answer_path,
            again_path=f"/voice/leg/{leg_id}/present",
            left_path=f"/voice/leg/{leg_id}/left",
            hearing=self._leg_mode(turn) if listens else Hearing.KEYPAD,
            hints=self._hints(turn) if listens else (),
            stream=self._one_way(sid, turn, first=turn.number == 1) if listens else None,
            stop_stream="" if listens else self._streams.name_of(sid),
            music_path=self.music_path,
            entered_url=self._entered_url(turn),
            wait_path=WAIT_PATH,
        )
        return render(turn, texts, context)

    def of_leg(self, leg_id: str, turn: Turn, *, answer_path: str = "") -> str:
        """The document of another leg that we dialed; keys only, and nobody listens in on an agent."""
        context = DocumentContext(
            answer_path=answer_path,
            again_path=answer_path,
            left_path=f"/voice/leg/{leg_id}/left",
            music_path=self.music_path,
            entered_url=self._entered_url(turn),
            wait_path=WAIT_PATH,
        )
        return render(turn, self.texts(turn), context)

    def _entered_url(self, turn: Turn) -> str:
        return self._services.absolute(f"/voice/conference/{turn.conference}") if turn.conference else ""

    def texts(self, turn: Turn) -> list[Spoken]:
        """The turn's prompts in words. Raises ContentError."""
        spoken = []
        if self._chime_path and turn.say and turn.say[0].key in _AFTER_MUSIC:
            spoken.append(Spoken("", turn.locale, sound_path=self._chime_path, sound_seconds=_CHIME_SECONDS))
        for say in turn.say:
            locale = say.locale or turn.locale
            spoken.append(self._spoken(locale, say))
        return spoken

    def sorry_then(self, path: str) -> str:
        """An apology, then another try."""
        return say_and_redirect([self._sorry], path)

    def sorry_and_bye(self) -> str:
        """The very last words, when no try helped."""
        return say_and_hang_up([self._sorry, self._bye])

    def hold_music(self) -> str:
        """What plays in a conference of one."""
        return play_for_ever(self.music_path, WAIT_PATH)

    def _stream(self, sid: str, turn: Turn, *, first: bool) -> StreamStart | None:
        if self._services.hearing is Hearing.DUPLEX and turn.next in (Next.LISTEN, Next.HOLD):
            return self._streams.connect_for(sid)
        return self._one_way(sid, turn, first=first) if self._services.hearing is Hearing.STREAM else None

    def _one_way(self, sid: str, turn: Turn, *, first: bool) -> StreamStart | None:
        """A stream beside the documents; a telephone that we rang is heard by one where callers have a two-way one."""
        is_socket = self._services.hearing in (Hearing.STREAM, Hearing.DUPLEX)
        if not is_socket or self._services.recognizer is None or turn.next is Next.HANG_UP:
            return None
        return self._streams.start_for(sid, first=first)

    def _leg_mode(self, turn: Turn) -> Hearing:
        """How a telephone that we rang is heard: nothing is recorded of whoever picks up."""
        match self._services.hearing:
            case Hearing.DUPLEX:
                return Hearing.STREAM
            case Hearing.RECORD:
                return Hearing.KEYPAD
            case _:
                return self._hearing(turn)

    def _hearing(self, turn: Turn) -> Hearing:
        """Keys alone for a language of which nothing is understood, or that nobody hears now."""
        hearing, ears = self._services.hearing, self._services.recognizer
        if hearing is Hearing.DUPLEX:
            return hearing  # keys come over the stream, too
        deaf = self._services.understanding.ability(turn.locale) == Ability.KEYPAD
        if hearing is Hearing.RECORD:
            deaf = deaf or turn.by_keys or ears is None or not ears.hears(turn.locale)
        return Hearing.KEYPAD if deaf else hearing

    def _tone_told(self, turn: Turn, hearing: Hearing, *, first: bool) -> list[Spoken]:
        """That words are heard after the tone: at the beginning, where it comes late, and to who spoke too early."""
        is_news = first or turn.key_count > 1 or any(say.key == "nothing_heard" for say in turn.say)
        if hearing is not Hearing.RECORD or turn.next is not Next.LISTEN or not is_news:
            return []
        return [self._spoken(turn.locale, Say("speak_after_tone"))]

    def _hints(self, turn: Turn) -> Sequence[str]:
        if self._services.hearing is not Hearing.GATHER:
            return ()
        return self._services.understanding.hints(turn.locale, turn.expects)

    def _in_default_locale(self, say: Say) -> Spoken:
        locale = self._services.speaker.locales[0]
        return self._spoken(locale, say)

    def _spoken(self, locale: str, say: Say) -> Spoken:
        speaker = self._services.speaker
        voice, slow_rate = speaker.voice(locale)
        recording = self._recordings.of(locale, say)
        sound = (recording.path, recording.seconds) if recording is not None else ("", 0.0)
        return Spoken(speaker.text(locale, say), locale, voice, slow_rate, *sound)


def spoken_seconds(texts: Sequence[Spoken], *, slow: bool) -> float:
    """About how long the carrier's voice takes, rather too long than too short."""
    seconds = sum(_sound_seconds(t, slow=slow) or _voice_seconds(t) for t in texts)
    return seconds * (1.3 if slow else 1.0)


def _sound_seconds(spoken: Spoken, *, slow: bool) -> float:
    return spoken.sound_seconds if spoken.is_played(slow=slow) else 0.0


def _voice_seconds(spoken: Spoken) -> float:
    return 1.0 + len(spoken.text) / (5.0 if spoken.locale[:2] in _SYLLABIC else 11.0)


def as_xml(document: str) -> Response:
    """A document as the carrier takes it."""
    return Response(document, content_type="text/xml; charset=utf-8")


def _sound_path(folder: Path | None, names: Sequence[str]) -> str:
    found = [name for name in names if folder is not None and (folder / name).is_file()]
    return f"/audio/{found[0]}" if found else ""
