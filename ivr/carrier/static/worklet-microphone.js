// Cuts the microphone into frames of 20 ms: 160 mu-law bytes at 8 kHz. A low-pass filter before it keeps aliases out.

import { encodeSample } from "./mulaw.js";

const RATE = 8000;
const FRAME = 160;

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.position = 0;
    this.last = 0;
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.loudest = 0;
  }

  process([[input]]) {
    if (!input) return true;
    // position runs from -1 (the last sample of the block before) to the end of this block
    while (this.position < input.length) {
      const at = Math.floor(this.position);
      const left = at === 0 ? this.last : input[at - 1];
      this.push(left + (input[at] - left) * (this.position - at));
      this.position += this.step;
    }
    this.position -= input.length;
    this.last = input[input.length - 1];
    return true;
  }

  push(sample) {
    this.loudest = Math.max(this.loudest, Math.abs(sample));
    this.frame[this.filled] = encodeSample(sample);
    this.filled += 1;
    if (this.filled === FRAME) {
      this.port.postMessage({ frame: this.frame, loudest: this.loudest });
      this.frame = new Uint8Array(FRAME);
      this.filled = 0;
      this.loudest = 0;
    }
  }
}

registerProcessor("microphone", Microphone);
