// Comfort only: every page works without this file.
// The browser's time zone, so that "your local time" is the customer's and not the number's.
const zone = document.querySelector("[data-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
// Whoever picks a day or a time means "at this time".
const at = document.querySelector("input[name=when][value=at]");
for (const id of ["date", "time"]) {
  document.getElementById(id)?.addEventListener("input", () => { at.checked = true; });
}
document.getElementById("errors")?.focus();
