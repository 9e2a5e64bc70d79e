// Refreshes the live part every two seconds; rests while paused, hidden, or somebody is using it. Old numbers say so.
const live = document.getElementById("live");
const pause = document.getElementById("pause");
let freshAt = Date.now();
async function refresh() {
  if (pause.checked || document.hidden || live.querySelector(":focus-visible")) return;
  const answer = await fetch(live.dataset.refresh, { redirect: "error" });
  if (answer.status === 401) location.reload();
  if (!answer.ok || pause.checked) return;
  const seen = [...live.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
  live.innerHTML = await answer.text();
  live.querySelectorAll(".scroll").forEach((part, i) => { part.scrollLeft = seen[i]; });
  freshAt = Date.now();
  announce();
}
// A screen reader is told of a new alarm, and not every two seconds of the same one.
function announce() {
  const told = live.querySelector("[data-alarm]")?.textContent ?? "";
  const place = document.getElementById("alarm");
  if (place.textContent !== told) place.textContent = told;
}
function tell() {
  const stale = live.querySelector("[data-stale]");
  const seconds = Math.round((Date.now() - freshAt) / 1000);
  stale.hidden = seconds < 6;
  stale.textContent = stale.dataset.stale.replace("*", seconds);
}
announce();
setInterval(() => refresh().catch(() => {}).finally(tell), 2000);
