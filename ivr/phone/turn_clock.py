"""One turn on a two-way stream: the end of its prompt, keys, and silence, by the stream's own clock. Pure."""

from ivr.domain.turn import Turn


class TurnClock:
    """What a Gather does for a document, for a turn that we play ourselves. Times in ms of the stream."""

    def __init__(self, turn: Turn, *, quiet_ms: int) -> None:
        """`quiet_ms`: how long nothing may come after the prompt, or between two keys."""
        self.turn = turn
        self.is_playing = True
        """From the first sound sent until it was heard to its end, or stopped."""
        self._quiet_ms = quiet_ms
        self._digits = ""
        self._is_cut_by_voice = False
        self._due_ms: int | None = None
        self._latest_ms: int | None = None

    def ends_by(self, latest_ms: int) -> None:
        """All has been sent: if nobody says that it was heard, it was by then."""
        self._latest_ms = latest_ms

    def played(self, now_ms: int) -> None:
        """The prompt was heard to its end."""
        if self.is_playing:
            self.is_playing = False
            self.wait_on(now_ms)

    def stop_prompt(self, now_ms: int, *, by_voice: bool = False) -> bool:
        """A key or a voice came over the prompt; whether there was anything to stop."""
        was_playing = self.is_playing
        self._is_cut_by_voice = by_voice and (was_playing or self._is_cut_by_voice)
        self.played(now_ms)
        return was_playing

    def plays_again(self) -> bool:
        """Whether the prompt was stopped by a voice of which nothing came; then it is playing again from now."""
        if not self._is_cut_by_voice:
            return False
        self._is_cut_by_voice, self.is_playing = False, True
        self._due_ms = self._latest_ms = None
        return True

    def wait_on(self, now_ms: int) -> None:
        """Nothing has come of it: the silence is counted anew."""
        self._due_ms = now_ms + self._quiet_ms

    def key(self, digit: str, now_ms: int) -> str:
        """The keys that answer the turn, as soon as they are complete; empty: not yet."""
        if self.turn.key_count == 1 or (digit == "*" and not self._digits):
            return digit
        self.wait_on(now_ms)
        if digit != "#":
            self._digits += digit
        is_whole = digit == "#" or len(self._digits) == self.turn.key_count
        return self._taken() if is_whole else ""

    def due(self, now_ms: int) -> str | None:
        """When the silence has lasted: what was keyed before it, or an empty text. Once; None: not now."""
        if self.is_playing and self._latest_ms is not None and now_ms >= self._latest_ms:
            self.played(now_ms)
        if self.is_playing or self._due_ms is None or now_ms < self._due_ms:
            return None
        self._due_ms = None
        return self._taken()

    def _taken(self) -> str:
        digits, self._digits = self._digits, ""
        return digits
