// Everything audible: one AudioContext for the page, tones of a telephone, the speaker and the microphone of each.

import { decode } from "./mulaw.js";

const LINE_HERTZ = 3500;
const PATIENCE = 4000; // milliseconds
const KEY_HERTZ = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477],
  4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477],
  "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};

let context = null;
let ready = null;

/** The page's AudioContext with both worklets loaded; null where the browser has none. */
export function audio() {
  if (!ready) {
    ready = start().catch(() => null);
  }
  return ready;
}

async function start() {
  context = new AudioContext({ latencyHint: "interactive" });
  const base = document.body.dataset.static;
  await context.audioWorklet.addModule(`${base}/worklet-speaker.js`);
  await context.audioWorklet.addModule(`${base}/worklet-microphone.js`);
  return context;
}

/** Call `told(true)` while the browser keeps the page silent until the person presses something. */
export async function watchBlocked(told) {
  const sound = await audio();
  if (!sound) return;
  const tell = () => told(sound.state === "suspended");
  sound.addEventListener("statechange", tell);
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => sound.state === "suspended" && sound.resume(), { passive: true });
  }
  tell();
}

function lowPass(sound, input) {
  return [0.54, 1.31].reduce((node, quality) => {
    const filter = new BiquadFilterNode(sound, { type: "lowpass", frequency: LINE_HERTZ, Q: 20 * Math.log10(quality) });
    return node.connect(filter);
  }, input);
}

/** The ear of one telephone. */
export class Speaker {
  constructor(pan) {
    this.pan = pan;
    this.node = null;
    this.gain = null;
    this.on = true;
    this.heardFrames = 0;
    audio().then((sound) => sound && this.build(sound));
  }

  build(sound) {
    this.node = new AudioWorkletNode(sound, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.gain = new GainNode(sound, { gain: this.on ? 1 : 0 });
    lowPass(sound, this.node).connect(this.gain);
    this.gain.connect(new StereoPannerNode(sound, { pan: this.pan })).connect(sound.destination);
  }

  /** Play one frame of mu-law bytes. */
  play(bytes) {
    this.heardFrames += 1;
    if (this.node && context.state === "running") this.node.port.postMessage(decode(bytes));
  }

  /** Forget what was not played yet. */
  flush() {
    this.node?.port.postMessage("flush");
  }

  set muted(muted) {
    this.on = !muted;
    if (this.gain) this.gain.gain.value = muted ? 0 : 1;
  }
}

/** Two tones at once, repeated in a rhythm until the answer is called. */
function cadence(hertz, volume, onSeconds, offSeconds) {
  let stopped = false;
  let stop = () => {};
  audio().then((sound) => {
    if (!sound || stopped) return;
    const gain = new GainNode(sound, { gain: 0 });
    gain.connect(sound.destination);
    const tones = hertz.map((frequency) => new OscillatorNode(sound, { frequency }));
    for (const tone of tones) tone.connect(gain);
    for (const tone of tones) tone.start();
    const beat = () => {
      const now = sound.currentTime;
      gain.gain.setTargetAtTime(volume, now, 0.01);
      gain.gain.setTargetAtTime(0, now + onSeconds, 0.01);
    };
    beat();
    const timer = setInterval(beat, (onSeconds + offSeconds) * 1000);
    stop = () => {
      clearInterval(timer);
      gain.gain.cancelScheduledValues(0);
      gain.gain.value = 0;
      for (const tone of tones) tone.stop();
    };
  });
  return () => {
    stopped = true;
    stop();
  };
}

/** The bell of a telephone that is being called; the answer ends it. */
export const ring = () => cadence([440, 480], 0.12, 2, 4);

/** What a caller hears while the other side rings; the answer ends it. */
export const ringBack = () => cadence([440, 480], 0.03, 2, 4);

/** The tone of a key, as feedback only: the carrier is told the key itself. */
export async function keyTone(key) {
  const sound = await audio();
  if (!sound || sound.state !== "running" || !KEY_HERTZ[key]) return;
  const gain = new GainNode(sound, { gain: 0.05 });
  gain.connect(sound.destination);
  for (const frequency of KEY_HERTZ[key]) {
    const tone = new OscillatorNode(sound, { frequency });
    tone.connect(gain);
    tone.start();
    tone.stop(sound.currentTime + 0.12);
  }
}

/** Open the microphone; `onFrame(bytes, loudest)` gets each 20 ms. The answer closes it. Throws an Error with `.problem`. */
export async function openMicrophone(onFrame) {
  if (!navigator.mediaDevices) throw problem("microphone_insecure");
  const sound = await audio();
  if (!sound) throw problem("sound");
  await running(sound);
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } })
    .catch((error) => {
      throw problem(error.name === "NotAllowedError" ? "microphone_denied" : "microphone_missing");
    });
  const source = new MediaStreamAudioSourceNode(sound, { mediaStream: stream });
  const node = new AudioWorkletNode(sound, "microphone", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  node.port.onmessage = ({ data }) => onFrame(data.frame, data.loudest);
  lowPass(sound, source).connect(node);
  return () => {
    node.port.onmessage = null;
    source.disconnect();
    for (const track of stream.getTracks()) track.stop();
  };
}

/** Resolves when the page's sound runs; a machine without any audio device never gets there. */
async function running(sound) {
  const patience = new Promise((_, fail) => setTimeout(() => fail(problem("sound")), PATIENCE));
  await Promise.race([sound.resume(), patience]);
}

function problem(code) {
  return Object.assign(new Error(code), { problem: code });
}
