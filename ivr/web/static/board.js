// Refreshes the live part every two seconds; stops while paused, hidden, or the network is away.
const live = document.getElementById("live");
const pause = document.getElementById("pause");
async function refresh() {
  if (pause.checked || document.hidden || live.contains(document.activeElement)) return;
  const answer = await fetch(live.dataset.refresh, { redirect: "error" });
  if (answer.ok) live.innerHTML = await answer.text();
}
setInterval(() => refresh().catch(() => {}), 2000);
