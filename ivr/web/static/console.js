// Comfort only: every page of the console works without this file.
const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch { /* private windows */ } };
document.getElementById("errors")?.focus();

// A note that is being written: kept by the server, and here while the server is out of reach.
for (const note of document.querySelectorAll("[data-draft]")) {
  const told = note.form.querySelector("[data-saved]"), name = `note:${note.dataset.draft}`;
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
// Other forms: what is chosen and typed outlives a reload and a lost network, in this window, until it is done.
const done = document.querySelector("[data-done]")?.dataset.done;
for (const form of document.querySelectorAll("form[data-keep]")) {
  const name = `form:${form.action}:${form.dataset.keep}`;
  const fields = [...form.elements].filter((one) => one.name && !["hidden", "submit", "fieldset"].includes(one.type));
  const value = (one) => (["radio", "checkbox"].includes(one.type) ? one.checked : one.value);
  try {
    const left = JSON.parse(sessionStorage.getItem(name) ?? "null");
    const sent = [...document.querySelectorAll(".chat .agent p")].some((one) => one.textContent.trim() === left?.[0]?.trim?.());
    if (done === form.dataset.keep || sent) sessionStorage.removeItem(name);
    else if (left && !document.getElementById("errors")) {
      fields.forEach((one, i) => { if (left[i] !== undefined) one[typeof left[i] === "boolean" ? "checked" : "value"] = left[i]; });
    }
    form.addEventListener("input", () => sessionStorage.setItem(name, JSON.stringify(fields.map(value))));
  } catch { /* a browser that keeps nothing */ }
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
