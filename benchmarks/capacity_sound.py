"""What capacity.py's callers say: a minute of line each, a quarter of it speech, as frames ready to be sent."""

import base64
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ivr.carrier.voice import add_noise, speak

from ivr.carrier.audio import speech_end_bytes
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, decode_mulaw, encode_mulaw
from ivr.speech.listener import InlineExecutor, Listener
from ivr.speech.turn_taker import Frame

LOCALE = "ko-KR"
STREAM = "MZ" + "3" * 32
SPEECH_SHARE = 0.25
NOISE_DB = 15.0
"""Below speech: the carrier's noisy line; the others have a network's comfort noise."""
COMFORT_RMS = 12
TRACK_SECONDS = 60
SAID = (
    ("adam", ("취소해 주세요", "잘못 주문했어요", "아직 못 받았어요", "택배가 안 왔어요", "제 택배 어디 있어요")),
    ("edward2", ("취소해 주세요", "잘못 주문했어요", "택배가 안 왔어요", "제 택배 어디 있어요")),
    ("Hugo", ("주문 취소", "예약 취소", "취소", "제 택배 어디 있어요")),
    ("klatt6", ("잘못 주문했어요", "아직 못 받았어요", "배송 완료라고 나오는데 못 받았어요", "예약 취소")),
    ("Reed", ("취소해 주세요", "잘못 주문했어요", "취소", "제 택배 어디 있어요")),
    ("sandro", ("주문 취소", "아직 못 받았어요", "제 택배 어디 있어요")),
)
"""By voice, requests that Vosk hears as said in this grammar: the promise is about turns that the grammar completes. A
vosk-server's end of turn does not depend on the words."""
TRACKS = 8


@dataclass(frozen=True)
class Track:
    """One caller's line."""

    mulaw: bytes
    spans: tuple[tuple[float, float], ...]
    """Seconds: where each request begins, and its last audible sample, marked when it was synthesised."""


def tracks(*, noisy: bool) -> list[Track]:
    """Callers who say things at random; if `noisy`, every second one on a noisy line."""
    return [_track(seed, noisy=noisy and seed % 2 == 0) for seed in range(TRACKS)]


def _track(seed: int, *, noisy: bool) -> Track:
    random = np.random.default_rng(seed)
    said = [(words, voice) for voice, requests in SAID for words in requests]
    line = np.zeros(TRACK_SECONDS * SAMPLE_RATE, np.int16)
    at, spans = int(random.uniform(1, 3) * SAMPLE_RATE), list[tuple[float, float]]()
    while True:
        words, voice = said[int(random.integers(len(said)))]
        spoken = np.frombuffer(speak(words, LOCALE, voice=voice), "<i2")
        if at + len(spoken) > len(line):
            break
        line[at : at + len(spoken)] = spoken
        spans.append((at / SAMPLE_RATE, at / SAMPLE_RATE + speech_end_bytes(spoken.tobytes()) / 2 / SAMPLE_RATE))
        at += int(len(spoken) * (1 + (1 / SPEECH_SHARE - 1) * random.uniform(0.7, 1.3)))
    return Track(_on_the_line(line, seed, noisy=noisy), tuple(spans))


def _on_the_line(line: Any, seed: int, *, noisy: bool) -> bytes:
    if noisy:
        return encode_mulaw(add_noise(line.tobytes(), NOISE_DB, seed))
    comfort = np.random.default_rng(seed).normal(0, COMFORT_RMS, len(line))
    return encode_mulaw(np.clip(line + comfort, -32768, 32767).astype("<i2").tobytes())


def passed_on(track: Track, *, gated: bool) -> list[list[int]]:
    """For each 20 ms, the frames that go on: that one, or what our gate lets through (pre-roll and silence after)."""
    count = len(track.mulaw) // FRAME_SAMPLES
    if not gated:
        return [[at] for at in range(count)]
    behind = _BehindGate()
    listener = Listener(lambda: None, lambda event: None, None, InlineExecutor())  # type: ignore[arg-type]
    listener._turns = behind  # type: ignore[assignment]
    told = []
    for at in range(count):
        listener.feed(_frame(track, at), at * FRAME_MS)
        told.append(behind.emptied())
    return told


class _BehindGate:
    """Stands where the turn-taker stands and notes what arrives."""

    def __init__(self) -> None:
        self._arrived: list[int] = []

    def take(self, frame: Frame) -> None:
        self._arrived.append(frame.at_ms // FRAME_MS)

    def take_all(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            self.take(frame)

    def emptied(self) -> list[int]:
        arrived, self._arrived = self._arrived, []
        return arrived


def twilio_messages(track: Track, passed: list[list[int]]) -> list[bytes]:
    """What goes out each 20 ms to our media socket: whole WebSocket frames."""
    return [b"".join(_text_frame(_media(track, at)) for at in frames) for frames in passed]


def vosk_messages(track: Track, passed: list[list[int]], frames_each: int) -> list[bytes]:
    """What goes out each 20 ms to a vosk-server: 16-bit PCM at 8,000 Hz (its default), `frames_each` in a message."""
    out, waiting = [], b""
    size = frames_each * FRAME_SAMPLES * 2
    for frames in passed:
        waiting += b"".join(decode_mulaw(_frame(track, at)) for at in frames)
        message = b""
        while len(waiting) >= size:
            message += client_frame(2, waiting[:size])
            waiting = waiting[size:]
        out.append(message)
    return out


def _media(track: Track, at: int) -> str:
    payload = base64.b64encode(_frame(track, at)).decode()
    media = {"track": "inbound", "chunk": str(at + 1), "timestamp": str(at * FRAME_MS), "payload": payload}
    return json.dumps({"event": "media", "sequenceNumber": str(at + 2), "media": media, "streamSid": STREAM})


def _frame(track: Track, at: int) -> bytes:
    return track.mulaw[at * FRAME_SAMPLES : (at + 1) * FRAME_SAMPLES]


def _text_frame(text: str) -> bytes:
    return client_frame(1, text.encode())


def client_frame(opcode: int, payload: bytes) -> bytes:
    """One masked WebSocket frame (RFC 6455); the mask is zeros, which costs its reader as much as any other."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0x80 | 126, size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload
