// The browser's time zone, so that "your local time" is the customer's and not the number's.
const field = document.querySelector("[data-zone]");
if (field && !field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
const at = document.querySelector("input[name=when][value=at]");
for (const id of ["date", "time"]) {
  document.getElementById(id)?.addEventListener("input", () => { at.checked = true; });
}
document.querySelector("[role=alert]")?.focus();
