"""One call on a two-way stream: turns are played; keys, words and silence answer them. By the stream's own clock."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from ivr.domain.turn import Next, Turn
from ivr.errors import IvrError
from ivr.phone.media_stream import clear_message, mark_message, media_message
from ivr.phone.turn_clock import TurnClock
from ivr.web.duplex_sounds import BYTES_A_SECOND, TurnSounds
from ivr.web.hearing_pools import HearingPools
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.voice_log import keys_for_log

if TYPE_CHECKING:
    from ivr.speech.echo import OwnVoice

log = structlog.get_logger(__name__)

PIECE_BYTES: Final = BYTES_A_SECOND // 2
"""Sound in one message: half a second, far below the longest frame that either side takes."""
AFTER_MUSIC_MS: Final = 1000
LATE_MARK_MS: Final = 5000
"""A mark that has not come back so long after the sound's end will never come."""
Send = Callable[[str | None], None]
"""Puts a message into the socket, from any thread; None closes it."""


class DuplexCall:
    """Plays and answers one live call.

    `feed`, `key` and `mark` belong to the socket's thread and only look at the clock; steps are made in workers.
    """

    def __init__(
        self,
        services: Services,
        streams: OpenStreams,
        pools: HearingPools,
        sounds: TurnSounds,
        *,
        sid: str,
        stream_sid: str,
        send: Send,
        own: "OwnVoice",
    ) -> None:
        """`own` is told what is played, so that its echo is known."""
        self._calls = services.calls
        self._phone = services.phone
        self._streams = streams
        self._pools = pools
        self._sounds = sounds
        self._sid, self._stream_sid = sid, stream_sid
        self._send = send
        self._own = own
        self._guard = threading.Lock()
        self._clock: TurnClock | None = None
        self._awaited_mark = ""
        """Comes back when the present prompt was heard; what comes back after a clear was not."""
        self._now_ms = 0
        self.is_finished = False
        """The last words were heard: the socket's end is no accident."""

    # --- the socket's side -------------------------------------------------------------------------------------

    def tick(self, timestamp_ms: int) -> None:
        """The stream has come to this time."""
        with self._guard:
            self._now_ms = max(self._now_ms, timestamp_ms)
            clock = self._clock
            digits = clock.due(self._now_ms) if clock is not None else None
        if clock is not None and digits is not None:
            self._pools.calls.submit(self._timed_out, clock.turn, digits)

    def key(self, digit: str) -> None:
        """A key: it stops the prompt, and answers the turn once it is complete."""
        with self._guard:
            clock = self._clock
            if clock is None:
                return
            self._stop_prompt(clock)
            digits = clock.key(digit, self._now_ms)
        if digits:
            self._pools.calls.submit(self._keyed, clock.turn, digits)

    def mark(self, name: str) -> None:
        """Everything before the mark was heard, or was cleared."""
        with self._guard:
            clock = self._clock
            if clock is None or name != self._awaited_mark:
                return
            clock.played(self._now_ms)
        if clock.turn.next is Next.HANG_UP:
            self._finish()

    # --- Answering: what the hearing tells, in workers ---------------------------------------------------------

    def speaks(self, turn: Turn) -> bool:
        """Whether the turn's prompt is being heard."""
        with self._guard:
            clock = self._clock
            return clock is not None and clock.turn.number == turn.number and clock.is_playing

    def interrupt(self, turn: Turn) -> bool:
        """Speech over the prompt stops it; talk beside the telephone does not stop music."""
        with self._guard:
            clock = self._clock
            if clock is None or clock.turn.number != turn.number or turn.next is not Next.LISTEN:
                return False
            return self._stop_prompt(clock, by_voice=True)

    def go_on(self, turn: Turn) -> None:
        """Play the turn, unless a later one is there already. Made in another worker: the hearing goes on."""
        self._pools.calls.submit(self._play, turn)

    def stay(self, turn: Turn | None) -> None:
        """Nothing came of it: a prompt that was stopped for it is said again, and else silence is counted from now."""
        with self._guard:
            clock = self._clock
            if clock is None:
                return
            again = turn is not None and clock.turn.number == turn.number and clock.plays_again()
            if not again:
                clock.wait_on(self._now_ms)
        if again:
            self._pools.calls.submit(self._speak, clock)

    # --- steps -------------------------------------------------------------------------------------------------

    def _keyed(self, turn: Turn, digits: str) -> None:
        log.info("turn", call=self._sid, heard=keys_for_log(digits), from_turn=turn.number)
        self._step(lambda: self._calls.keys(self._sid, turn.number, digits))

    def _timed_out(self, turn: Turn, digits: str) -> None:
        if turn.next is Next.HANG_UP:
            self._finish()
        elif digits:
            self._keyed(turn, digits)
        else:
            self._step(lambda: self._calls.silence(self._sid, turn.number))

    def _step(self, step: Callable[[], Turn]) -> None:
        try:
            turn = step()
        except Exception as error:
            # The carrier asks for a document then, and that way on has apologies and a fallback of its own.
            log.exception("duplex_step_failed", call=self._sid, error=str(error))
            self._leave("/voice/fallback")
            return
        self._play(turn)

    def _finish(self) -> None:
        """The last words are over: without the stream the carrier asks for a document, which hangs up."""
        self.is_finished = True
        self._send(None)

    def _play(self, turn: Turn) -> None:
        clock = self._begin(turn)
        if clock is None:
            self.stay(turn)
        elif turn.next in (Next.JOIN, Next.PAY):
            self._leave(f"/voice/turn/{turn.number}")
        else:
            self._speak(clock)

    def _begin(self, turn: Turn) -> TurnClock | None:
        """Make the turn the present one; None if it is already, or is over."""
        music = turn.next is Next.HOLD and self._sounds.has_music
        quiet_ms = AFTER_MUSIC_MS if music else max(1, turn.wait_seconds) * 1000
        with self._guard:
            before = self._clock
            if before is not None and before.turn.number >= turn.number:
                return None
            if before is not None:
                self._stop_prompt(before)
            clock = self._clock = TurnClock(turn, quiet_ms=quiet_ms)
        return clock

    def _speak(self, clock: TurnClock) -> None:
        """Send the sound, sentence by sentence, until somebody interrupts; then the mark that tells of its end."""
        seconds, turn = 0.0, clock.turn
        self._streams.served(self._sid, turn, 0.0)
        try:
            for sound in self._sounds.of_turn(turn):
                seconds += len(sound) / BYTES_A_SECOND
                if not self._send_sound(clock, sound):
                    return
        except (IvrError, OSError) as error:
            log.error("prompt_has_no_sound", call=self._sid, turn=turn.number, error=str(error))
            self._streams.give_up(self._sid)
            self._leave(f"/voice/turn/{turn.number}")
            return
        with self._guard:
            if self._is_playing(clock):
                self._awaited_mark = f"turn-{turn.number}"
                clock.ends_by(self._now_ms + int(seconds * 1000) + LATE_MARK_MS)
                self._send(mark_message(self._stream_sid, self._awaited_mark))
        log.info("turn", call=self._sid, turn=turn.number, state=turn.state, seconds=round(seconds, 1))

    def _send_sound(self, clock: TurnClock, sound: bytes) -> bool:
        """False when nobody is to hear it any more."""
        from ivr.speech.echo import shape_of  # here: NumPy is read after the server has begun to take calls

        shape = shape_of(sound)
        with self._guard:
            if not self._is_playing(clock):
                return False
            self._own.say(shape, self._now_ms)
            for at in range(0, len(sound), PIECE_BYTES):
                self._send(media_message(self._stream_sid, sound[at : at + PIECE_BYTES]))
        return True

    def _is_playing(self, clock: TurnClock) -> bool:
        return self._clock is clock and clock.is_playing

    def _stop_prompt(self, clock: TurnClock, *, by_voice: bool = False) -> bool:
        """With the guard held: throw away what is not heard yet. The marks that come back then say nothing."""
        if clock.turn.next is Next.HANG_UP or not clock.stop_prompt(self._now_ms, by_voice=by_voice):
            return False
        self._awaited_mark = ""
        self._own.stop(self._now_ms)
        self._send(clear_message(self._stream_sid))
        return True

    def _leave(self, path: str) -> None:
        """The call goes on by documents: the carrier closes the stream for it."""
        try:
            self._phone.redirect(self._sid, path)
        except IvrError as error:
            log.warning("redirect_failed", call=self._sid, code=error.code, error=str(error))
