// The live part of a page: shown anew when the server says that something has changed, else every few seconds; rests
// while hidden, paused, or in use. Old numbers say how old they are. Every page works without this file.
const live = document.getElementById("live");
const pause = document.getElementById("pause");
let freshAt = Date.now(), busy = false, again = false;
function isUsed() {
  const at = document.activeElement;
  return live.contains(at) && (at.matches("input, select, textarea") || at.matches(":focus-visible"));
}
// What was typed or chosen in it, by field: it is shown anew with it.
const typed = new Map();
live.addEventListener("input", (event) => event.target.id && typed.set(event.target.id, event.target.value));
const rests = () => document.hidden || pause?.checked || isUsed();
async function refresh() {
  if (busy) { again = true; return; }
  if (rests()) return;
  busy = true;
  try {
    const answer = await fetch(live.dataset.refresh, { redirect: "error" });
    if (answer.status === 401) location.reload();
    if (answer.ok && !rests()) {
      const seen = [...live.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
      live.innerHTML = await answer.text();
      for (const [id, value] of typed) if (document.getElementById(id)) document.getElementById(id).value = value;
      live.querySelectorAll(".scroll").forEach((part, i) => { part.scrollLeft = seen[i]; });
      freshAt = Date.now();
      announce();
    }
  } catch { /* the age says so */ } finally {
    busy = false;
    if (again) { again = false; refresh(); }
  }
}
// A screen reader is told of a new alarm, and not every few seconds of the same one.
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
addEventListener("online", refresh);
pause?.addEventListener("change", refresh);
announce();
