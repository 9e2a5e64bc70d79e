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
}
function tell() {
  const stale = live.querySelector("[data-stale]");
  const seconds = Math.round((Date.now() - freshAt) / 1000);
  stale.hidden = seconds < 6;
  stale.textContent = `${seconds} s old`;
}
setInterval(() => refresh().catch(() => {}).finally(tell), 2000);
