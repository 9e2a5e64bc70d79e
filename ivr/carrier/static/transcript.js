// What a telephone heard and said, as a conversation.

import { text } from "./strings.js";

const MOST = 200;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export class Transcript {
  constructor(place) {
    this.place = place;
    this.speaking = new Map();
    this.lastKeys = null;
  }

  heard({ id, text: words, language, what }) {
    const shown = words || text(`phone.heard.${what}`);
    if (!shown || this.speaking.has(id)) return;
    const bubble = this.add("bubble heard now", shown, language);
    this.speaking.set(id, bubble);
  }

  heardEnd({ id, cut_short: cutShort }) {
    const bubble = this.speaking.get(id);
    if (!bubble) return;
    this.speaking.delete(id);
    bubble.classList.remove("now");
    if (cutShort) bubble.append(small(text("phone.cut_short")));
  }

  person({ text: words, language, number }) {
    const bubble = this.add("bubble heard", words || text("phone.said.microphone"), language);
    bubble.prepend(small(text("phone.person", { number })));
    this.toEnd();
  }

  said({ text: words, language }) {
    this.add("bubble said", words || text("phone.said.microphone"), language);
  }

  pressed(key) {
    if (this.lastKeys && this.lastKeys.bubble === this.place.lastElementChild) {
      this.lastKeys.keys += ` ${key}`;
      this.lastKeys.bubble.textContent = text("phone.pressed", this.lastKeys);
      return;
    }
    this.lastKeys = { keys: key, bubble: this.add("note", text("phone.pressed", { keys: key })) };
  }

  textMessage({ sender, body }) {
    const bubble = this.add("bubble text", "");
    bubble.append(small(text("phone.text", { sender })), body);
    this.toEnd();
  }

  note(words, at = Date.now()) {
    for (const bubble of this.speaking.values()) bubble.classList.remove("now");
    this.speaking.clear();
    if (words) this.add("note", `${clock.format(at)} · ${words}`);
  }

  add(kind, words, language) {
    this.place.querySelector(".empty")?.remove();
    const near = this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight < 60;
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = words;
    if (language) line.lang = language;
    this.place.append(line);
    while (this.place.children.length > MOST) this.place.firstElementChild.remove();
    if (near) this.toEnd();
    return line;
  }

  toEnd() {
    this.place.scrollTop = this.place.scrollHeight;
  }
}

function small(words) {
  const part = document.createElement("small");
  part.textContent = words;
  return part;
}
