// Comfort only: every page of the console works without this file.
const live = document.getElementById("live");
const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch { /* private windows */ } };
document.getElementById("errors")?.focus();

// The live part: shown anew when the server says that something has changed, else every few seconds.
let freshAt = Date.now(), busy = false, again = false;
function isUsed() {
  const at = document.activeElement;
  return live.contains(at) && (at.matches("input, select, textarea") || at.matches(":focus-visible"));
}
async function refresh() {
  if (busy) { again = true; return; }
  if (document.hidden || isUsed()) return;
  busy = true;
  try {
    const answer = await fetch(live.dataset.refresh, { redirect: "error" });
    if (answer.status === 401) location.reload();
    if (answer.ok && !isUsed()) {
      live.innerHTML = await answer.text();
      freshAt = Date.now();
      announce();
    }
  } catch { /* the age says so */ } finally {
    busy = false;
    if (again) { again = false; refresh(); }
  }
}
function announce() {
  const told = live.querySelector("[data-alarm]")?.textContent ?? "";
  const place = document.getElementById("alarm");
  if (place.textContent !== told) place.textContent = told;
}
function tellAge() {
  const stale = live.querySelector("[data-stale]");
  const seconds = Math.round((Date.now() - freshAt) / 1000);
  stale.hidden = seconds < 12;
  stale.textContent = stale.dataset.stale.replace("*", seconds);
}
if (live) {
  const events = new EventSource(live.dataset.events);
  events.onopen = () => { live.dataset.way = "events"; };
  events.onmessage = refresh;
  events.onerror = () => { live.dataset.way = "polling"; };
  let turn = 0;
  setInterval(() => {
    turn += 1;
    // Also while events come: ages grow without any.
    if (events.readyState !== EventSource.OPEN ? turn % 3 === 0 : turn % 10 === 0) refresh();
    tellAge();
  }, 1000);
  document.addEventListener("visibilitychange", refresh);
  announce();
}

// A note that is being written: kept by the server, and here while the server is out of reach.
const note = document.querySelector("[data-draft]");
if (note) {
  const told = document.getElementById("draft"), name = `note:${note.dataset.draft}`;
  const token = note.form.elements.csrf_token.value;
  let timer = 0, kept = note.value;
  const left = stored(name);
  if (left !== null && left !== note.value) note.value = left;
  async function keep() {
    const text = note.value;
    if (text === kept) return;
    store(name, text);
    try {
      const body = new URLSearchParams({ csrf_token: token, note: text });
      const answer = await fetch(note.dataset.draft, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      kept = text;
      if (note.value === text) store(name, null);
      told.textContent = told.dataset.saved;
    } catch {
      told.textContent = told.dataset.unsaved;
      clearTimeout(timer);
      timer = setTimeout(keep, 4000);
    }
  }
  note.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 600); });
  addEventListener("online", keep);
  // Sent: the server has it, or shows the page again with it.
  note.form.addEventListener("submit", () => { clearTimeout(timer); if (navigator.onLine) store(name, null); });
  keep();
}
for (const id of ["date", "time"]) {
  document.getElementById(id)?.addEventListener("input", () => { document.querySelector("input[name=when][value=at]").checked = true; });
}

// Single keys, where nothing is being typed; they can be turned off (WCAG 2.1.4).
const keys = document.getElementById("keys");
if (keys) {
  keys.checked = stored("keys") !== "off";
  keys.addEventListener("change", () => store("keys", keys.checked ? null : "off"));
  document.addEventListener("keydown", (event) => {
    if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return;
    const key = event.key.toLowerCase();
    const field = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
    const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!field && !control) return;
    event.preventDefault();
    field ? field.focus() : control.click();
  });
}
