// One telephone: its buttons, its display and its line to the carrier.

import { Line } from "./line.js";
import { Speaker, keyTone, openMicrophone, ring, ringBack } from "./sound.js";
import { text } from "./strings.js";
import { Transcript } from "./transcript.js";

const KEYS = "0123456789*#";

export class Phone {
  constructor(article, root) {
    this.article = article;
    this.role = article.dataset.role;
    this.state = "offline";
    this.peer = "";
    this.call = "";
    this.answeredAt = null;
    this.onMicrophone = () => {};
    this.onState = () => {};
    this.closeLiveMicrophone = null;
    this.stopTone = () => {};
    this.sentFrames = 0;
    this.speaker = new Speaker(this.role === "customer" ? -0.35 : 0.35);
    this.transcript = new Transcript(this.part("transcript"));
    this.line = new Line(root, this);
    this.listen();
    this.line.open(this.settings());
    setInterval(() => this.tick(), 500);
  }

  part(name) {
    return this.article.querySelector(`[data-part="${name}"]`);
  }

  button(name) {
    return this.article.querySelector(`[data-do="${name}"]`);
  }

  settings() {
    const { number, locale, voice, rate } = this.part("settings").elements;
    return { number: number.value, locale: locale.value, voice: voice.value, rate: rate.value };
  }

  // What the person does

  listen() {
    const doing = {
      dial: () => this.dial(),
      answer: () => this.line.send({ do: "answer" }),
      decline: () => this.line.send({ do: "decline" }),
      "hang-up": () => this.line.send({ do: "hang-up" }),
      erase: () => this.erase(),
      microphone: () => this.toggleMicrophone(),
      speaker: () => this.toggleSpeaker(),
    };
    for (const button of this.article.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => {
        this.complain("");
        doing[button.dataset.do]();
      });
    }
    for (const button of this.article.querySelectorAll("[data-key]")) {
      button.addEventListener("click", () => this.press(button.dataset.key));
    }
    this.article.addEventListener("keydown", (event) => this.typed(event));
    this.onSubmit("dial", () => this.dial());
    this.onSubmit("say", (form) => this.say(form.elements.text));
    this.onSubmit("settings", () => this.change());
  }

  onSubmit(name, action) {
    this.part(name).addEventListener("submit", (event) => {
      event.preventDefault();
      this.complain("");
      action(event.target);
    });
  }

  typed(event) {
    const writing = event.target.closest("input, select");
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key)) return;
    event.preventDefault();
    const button = this.article.querySelector(`[data-key="${event.key}"]`);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 150);
    this.press(event.key);
  }

  press(key) {
    keyTone(key);
    if (this.state === "in-call") {
      this.line.send({ do: "press", keys: key });
    } else if (this.state === "idle" || this.state === "offline") {
      this.part("dial").elements.to.value += key;
    }
  }

  erase() {
    const field = this.part("dial").elements.to;
    field.value = field.value.slice(0, -1);
  }

  dial() {
    const field = this.part("dial").elements.to;
    if (!field.value.trim()) {
      field.focus();
      return;
    }
    this.line.send({ do: "dial", to: field.value });
  }

  say(field) {
    if (!field.value.trim()) return;
    this.line.send({ do: "say", text: field.value });
    field.value = "";
  }

  change() {
    const settings = this.settings();
    this.part("own-number").textContent = settings.number;
    this.line.open(settings);
    this.article.querySelector("details").open = false;
  }

  toggleSpeaker() {
    const button = this.button("speaker");
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    this.speaker.muted = !on;
  }

  async toggleMicrophone() {
    if (this.closeLiveMicrophone) {
      this.closeMicrophone();
      return;
    }
    try {
      this.closeLiveMicrophone = await openMicrophone((frame, loudest) => this.spoke(frame, loudest));
    } catch (error) {
      if (!error.problem) throw error;
      this.complain(text(`problem.${error.problem}`));
      return;
    }
    this.button("microphone").setAttribute("aria-pressed", "true");
    this.onMicrophone();
  }

  closeMicrophone() {
    this.closeLiveMicrophone?.();
    this.closeLiveMicrophone = null;
    this.part("level").value = 0;
    this.button("microphone").setAttribute("aria-pressed", "false");
  }

  spoke(frame, loudest) {
    this.part("level").value = Math.sqrt(loudest);
    if (this.state !== "in-call") return;
    this.sentFrames += 1;
    this.line.sendAudio(frame);
  }

  // What the carrier tells

  onAudio(frame) {
    this.speaker.play(frame);
  }

  onLost() {
    this.become("offline");
  }

  onMessage(message) {
    const handle = {
      telephone: () => this.become(message.state, message),
      heard: () => this.transcript.heard(message),
      "heard-end": () => this.transcript.heardEnd(message),
      "heard-person": () => this.transcript.person(message),
      said: () => this.transcript.said(message),
      key: () => this.transcript.pressed(message.key),
      text: () => this.transcript.textMessage(message),
      ended: () => this.transcript.note(text(`phone.ended.${message.status}`)),
      problem: () => this.complain(text(`problem.${message.code}`, message) ?? message.text),
    }[message.kind];
    handle?.();
  }

  become(state, { peer = "", call = "", seconds = null } = {}) {
    if (state !== "offline" && call && call !== this.call) {
      this.transcript.note(text("phone.call_began", { peer }), Date.now() - (seconds ?? 0) * 1000);
    }
    if (state !== "offline") this.call = call;
    const before = this.state;
    this.state = state;
    this.peer = peer;
    this.article.dataset.state = state;
    this.part("state").textContent = text(`phone.state.${state}`, { peer });
    this.answeredAt = state === "in-call" ? Date.now() - (seconds ?? 0) * 1000 : null;
    this.sound(before, state);
    this.show(state);
    this.onState();
    this.tick();
  }

  sound(before, state) {
    if (before === state) return;
    this.stopTone();
    this.stopTone = { ringing: ring, dialing: ringBack }[state]?.() ?? (() => {});
    if (state !== "in-call") this.speaker.flush();
    if (state === "idle") this.closeMicrophone();
  }

  show(state) {
    const rings = state === "ringing";
    const busy = state === "in-call" || state === "dialing";
    this.keepFocus(() => {
      this.part("incoming").hidden = !rings;
      this.part("controls").hidden = rings;
      this.part("dial").hidden = rings || busy;
      this.button("dial").hidden = busy;
      this.button("hang-up").hidden = !busy;
    }, { ringing: "answer", dialing: "hang-up", "in-call": "hang-up", idle: "dial" }[state]);
    this.transcript.toEnd();
    this.button("dial").disabled = state === "offline";
    this.button("microphone").disabled = state !== "in-call";
    this.part("say").querySelector("button").disabled = state !== "in-call";
  }

  /** Hiding the focused button would lose the keyboard's place: move on to its successor. */
  keepFocus(change, successor) {
    const focused = this.article.contains(document.activeElement) ? document.activeElement : null;
    change();
    if (focused && !focused.checkVisibility() && successor) this.button(successor).focus();
  }

  tick() {
    const timer = this.part("timer");
    timer.hidden = this.answeredAt === null;
    if (timer.hidden) return;
    const seconds = Math.floor((Date.now() - this.answeredAt) / 1000);
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  complain(words) {
    const place = this.part("problem");
    place.textContent = words;
    place.hidden = !words;
  }
}
