// Comfort only: the chat works by its form and its link without this file. New lines are added, old ones stay: a screen
// reader is told of what is new and of nothing else.
{
  const log = document.querySelector(".chat");
  const form = document.querySelector("form[data-chat]");
  const clocks = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  const fields = form.elements;

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".chat");
    if (!fresh) return;
    const seen = new Set([...log.children].map((line) => line.dataset.n));
    for (const line of [...fresh.children].filter((line) => !seen.has(line.dataset.n))) {
      for (const at of line.querySelectorAll("[data-clock]")) at.textContent = clocks.format(new Date(at.dateTime));
      log.append(line);
      line.scrollIntoView({ block: "nearest" });
    }
    log.dataset.refresh = fresh.dataset.refresh;
    if (fresh.dataset.token && fields.chat.value !== fresh.dataset.token) {
      fields.chat.value = fresh.dataset.token;
      const here = new URL(location.href);
      here.searchParams.set("chat", fresh.dataset.token);
      history.replaceState(null, "", here);
    }
  }
  async function look() {
    if (document.hidden || !log.children.length) return;
    const answer = await fetch(log.dataset.refresh, { redirect: "error" });
    if (answer.ok) show(await answer.text());
  }
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const sent = new FormData(form);
    sent.set("part", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.text());
      fields.body.value = "";
      fields.form_id.value = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
      fields.body.focus();
    } catch {
      form.submit(); // the page itself tells what is wrong
    } finally {
      sending = false;
    }
  });
  document.querySelector("[data-chat-refresh]")?.remove();
  setInterval(() => look().catch(() => {}), 2000);
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
  log.lastElementChild?.scrollIntoView({ block: "nearest" });
}
