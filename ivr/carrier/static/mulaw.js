// mu-law (ITU-T G.711) as telephones send it: one byte a sample, 8,000 samples a second.

const CLIP = 32635;
const BIAS = 0x84;

/** One byte for a sample in -1..1. */
export function encodeSample(sample) {
  let value = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
  const sign = value < 0 ? 0x80 : 0;
  value = Math.min(Math.abs(value), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(value) - 7;
  return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 0x0f)) & 0xff;
}

const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4)) - BIAS;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
});

/** Samples in -1..1 for mu-law bytes. */
export function decode(bytes) {
  return Float32Array.from(bytes, (byte) => DECODED[byte]);
}
