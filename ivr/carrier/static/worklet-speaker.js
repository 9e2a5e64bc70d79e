// Plays 8 kHz samples at the device's own rate, behind a small jitter buffer.

const RATE = 8000;
const START = 0.06 * RATE; // wait for 60 ms before playing: three frames
const MOST = 0.24 * RATE; // more than this is lateness nobody wants: drop the oldest

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = [];
    this.position = 0;
    this.playing = false;
    this.step = RATE / sampleRate;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(samples) {
    if (samples === "flush") {
      this.samples.length = 0;
      this.playing = false;
      return;
    }
    for (const sample of samples) this.samples.push(sample);
    if (this.samples.length > MOST + START) {
      this.samples.splice(0, this.samples.length - START);
      this.position = 1;
    }
    if (!this.playing && this.samples.length >= START) {
      this.playing = true;
      this.position = 1;
    }
  }

  process(_inputs, [[output]]) {
    if (!this.playing) return true;
    for (let index = 0; index < output.length; index += 1) {
      const at = Math.floor(this.position);
      if (at + 2 >= this.samples.length) {
        this.playing = false; // ran dry: gather three frames again
        break;
      }
      output[index] = between(this.samples, at, this.position - at);
      this.position += this.step;
    }
    const used = Math.floor(this.position) - 1;
    this.samples.splice(0, used);
    this.position -= used;
    return true;
  }
}

/** Cubic interpolation (Catmull-Rom) between samples[at] and samples[at + 1]. */
function between(samples, at, part) {
  const [before, left, right, after] = [samples[at - 1], samples[at], samples[at + 1], samples[at + 2]];
  const a = 3 * (left - right) + after - before;
  const b = 2 * before - 5 * left + 4 * right - after;
  return left + 0.5 * part * (right - before + part * (b + part * a));
}

registerProcessor("speaker", Speaker);
