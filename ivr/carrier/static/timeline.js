// The timeline: the service's events, or the carrier's own, as they happen.

import { text } from "./strings.js";

const MOST = 500;
const QUIET = new Set(["heard", "said", "key"]);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** The panel; one EventSource at a time, which reconnects by itself. */
export class Timeline {
  constructor(panel, root) {
    this.root = root;
    this.part = (name) => panel.querySelector(`[data-part="${name}"]`);
    this.list = this.part("events");
    this.atEnd = true;
    this.list.addEventListener("scroll", () => this.follow());
    this.part("follow").addEventListener("click", () => this.toEnd());
    for (const choice of panel.querySelectorAll("[name=source]")) {
      choice.addEventListener("change", () => this.open(choice.value));
    }
    this.open(panel.querySelector("[name=source]:checked").value);
  }

  open(source) {
    this.events?.close();
    this.clear();
    this.tell("connecting");
    this.source = source;
    this.events = new EventSource(`${this.root}/timeline?source=${source}`);
    this.events.addEventListener("open", () => this.clear());
    this.events.addEventListener("open", () => this.tell("live"));
    this.events.addEventListener("error", () => this.tell("lost"));
    this.events.addEventListener("message", ({ data }) => this.add(JSON.parse(data)));
    this.events.addEventListener("counts", ({ data }) => this.count(JSON.parse(data)));
    this.events.addEventListener("unreachable", () => this.tell("lost", "app_unreachable"));
  }

  clear() {
    this.list.replaceChildren();
    this.part("empty").hidden = false;
  }

  tell(link, word = link) {
    const place = this.part("link");
    place.dataset.link = link;
    place.textContent = text(`timeline.${word}`);
  }

  count(numbers) {
    const pretty = Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, n.toLocaleString()]));
    this.part("counts").textContent = text("timeline.counts", pretty);
  }

  add(event) {
    if (this.part("link").dataset.link !== "live") this.tell("live");
    const line = describe(event);
    if (!line) return;
    this.part("empty").hidden = true;
    this.list.append(item(event, line));
    while (this.list.children.length > MOST) this.list.firstChild.remove();
    if (this.atEnd) this.toEnd();
  }

  follow() {
    this.atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    this.part("follow").hidden = this.atEnd;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function item(event, line) {
  const row = document.createElement("li");
  const at = document.createElement("time");
  const moment = new Date(event.at);
  if (!Number.isNaN(moment.getTime())) {
    at.dateTime = event.at;
    at.textContent = clock.format(moment);
  }
  const words = document.createElement("span");
  words.textContent = line;
  if (event.detail?.language) words.lang = event.detail.language;
  row.classList.toggle("quiet", QUIET.has(event.kind));
  row.classList.toggle("bad", event.kind === "alert" || Boolean(event.detail?.error_code));
  row.append(at, words);
  return row;
}

/** One line for an event: the service's own text, else the catalogue's sentence; undefined to leave it out. */
function describe(event) {
  if (event.text) return event.text;
  const detail = { ...event.detail, number: event.number };
  if (event.kind === "said" && !detail.text) return undefined;
  if (event.kind === "heard" && !detail.text) return undefined;
  if (detail.status) detail.status = text(`status.${detail.status}`) ?? detail.status;
  if (event.kind === "document") {
    detail.url = shortAddress(detail.url);
    if (detail.error_code) return text("event.document.failed", detail);
  }
  return text(`event.${event.kind}`, detail);
}

function shortAddress(url) {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}
