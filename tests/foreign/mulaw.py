"""G.711 mu-law, from the standard's own formula; independent of the app's."""

import struct

BIAS, CLIP = 0x84, 32635


def from_linear(pcm: bytes) -> bytes:
    """16-bit samples, little-endian, to one byte each."""
    return bytes(_byte(sample) for (sample,) in struct.iter_unpack("<h", pcm))


def _byte(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), CLIP) + BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF
