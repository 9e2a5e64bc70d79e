// Comfort only: every page works without this file.
// The browser's time zone, so that "your local time" is the customer's and not the number's.
const zone = document.querySelector("[data-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
// Whoever picks a day or a time means "at this time", whoever picks a free time means that.
for (const [fields, meant] of [["#date, #time", "at"], ["select[name=slot]", "slot"]]) {
  for (const field of document.querySelectorAll(fields)) {
    field.addEventListener("input", () => { field.form.querySelector(`[name=when][value=${meant}]`).checked = true; });
  }
}
document.getElementById("errors")?.focus();

// Moments that the server tells in UTC, on the reader's own clock.
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
for (const told of document.querySelectorAll("[data-clock]")) told.textContent = clock.format(new Date(told.dateTime));

// An open callback is looked after: when its state has changed, the page is shown anew, unless somebody is using it.
const watched = document.querySelector("[data-watch]");
async function look() {
  if (document.hidden || document.querySelector("details[open]")) return;
  const here = new URL(location.href);
  here.searchParams.delete("told");
  const answer = await fetch(here);
  if (!answer.ok || document.querySelector("details[open]")) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".state");
  if (now?.className !== watched.className || now.textContent !== watched.textContent) location.replace(here);
}
if (watched) setInterval(() => look().catch(() => {}), Number(watched.dataset.watch) || 15000);

// What is typed outlives a reload, a wrong click and the back button, in this window alone; sent, it is forgotten.
const DRAFT = "ringback-draft";
const NAMES = ["number", "email", "order", "words", "date", "time", "note", "caption"];
const keeper = (name) => {
  const key = name ? `${DRAFT}:${location.pathname.split("/").slice(0, 4).join("/")}:${name}` : DRAFT;
  try {
    const store = sessionStorage;
    return {
      get: () => JSON.parse(store.getItem(key) ?? "null"),
      set: (value) => (value ? store.setItem(key, JSON.stringify(value)) : store.removeItem(key)),
    };
  } catch { return { get: () => null, set: () => {} }; /* a browser that keeps nothing */ }
};
const mine = (fields) => [...fields].filter((e) => NAMES.includes(e.name) && e.type !== "radio");
if (document.querySelector("[data-sent]")) keeper("").set(null);
const done = document.querySelector("[data-done]")?.dataset.done;
if (done) keeper(done).set(null);
for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = keeper(form.dataset.draft), draft = kept.get();
  let found = false;
  for (const field of draft ? mine(form.elements) : []) {
    if (field.value || !draft[field.name]) continue;
    field.value = draft[field.name];
    found = true;
  }
  if (found) {
    const told = (form.closest("details") ?? document).querySelector("[data-kept]");
    if (told) told.hidden = false;
    if (form.closest("details")) form.closest("details").open = true;
  }
  form.addEventListener("input", () => {
    const typed = mine(form.elements).filter((e) => e.value).map((e) => [e.name, e.value]);
    kept.set(typed.length ? Object.fromEntries(typed) : null);
  });
}

// Before time runs out it is said, once, by the server's clock: the reader's may be wrong.
for (const limited of document.querySelectorAll("[data-seconds]")) {
  setTimeout(() => {
    limited.setAttribute("role", "alert");
    limited.className = "wrong";
    if (limited.dataset.soon) limited.textContent = limited.dataset.soon;
  }, Math.min(Math.max(0, Number(limited.dataset.seconds) - 120) * 1000, 2 ** 31 - 1));
}
