// <script src="https://voice.example.com/widget.js" data-locale="en-US" data-reason="track_order" defer></script>
// The foreign page's policy must allow our origin in script-src and frame-src; nothing inline is used, no style is
// injected as text (constructed style sheets in a shadow root), and nothing of the page is read but its address.
// `words` comes from the server: by locale, what the button and the close button say.
const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
const home = new URL(script.src).origin;
const wanted = script.dataset.locale || document.documentElement.lang || navigator.language;
const names = Object.keys(words);
const locale = names.find((name) => name.toLowerCase() === wanted.toLowerCase())
  ?? names.find((name) => name.split("-")[0] === wanted.split("-")[0].toLowerCase()) ?? names[0];

const address = new URL("/embed/", home);
address.searchParams.set("lang", locale);
if (script.dataset.reason) address.searchParams.set("kind", script.dataset.reason);

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { all: initial; display: inline-block; font: 1rem/1.5 system-ui, sans-serif; }
  button { font: inherit; cursor: pointer; border-radius: .5rem; }
  .open { min-height: 2.75rem; padding: .5rem 1.25rem; font-weight: 600; color: #fff; background: #0b5cad; border: 1px solid #0b5cad; }
  .open:focus-visible, .close:focus-visible { outline: 3px solid #0b5cad; outline-offset: 2px; }
  dialog { box-sizing: border-box; width: min(36rem, calc(100vw - 1rem)); max-width: none; max-height: calc(100vh - 1rem); padding: 0; overflow: hidden; color: #1c2430; background: #fff; border: 1px solid #7b8696; border-radius: .75rem; }
  dialog::backdrop { background: rgb(0 0 0 / .5); }
  .bar { display: flex; justify-content: flex-end; padding: .25rem .5rem; }
  .close { min-width: 2.75rem; min-height: 2.75rem; padding: .25rem .75rem; color: #0b5cad; background: transparent; border: 1px solid transparent; }
  iframe { display: block; width: 100%; height: 32rem; max-height: calc(100vh - 5rem); border: 0; }
`);

const host = document.createElement("ringback-widget");
host.lang = locale;
const root = host.attachShadow({ mode: "open" });
root.adoptedStyleSheets = [sheet];
const made = (tag, set) => Object.assign(document.createElement(tag), set);
const open = made("button", { type: "button", className: "open", textContent: script.dataset.label || words[locale].open });
const dialog = made("dialog", { ariaLabel: words[locale].open, dir: words[locale].dir });
const close = made("button", { type: "button", className: "close", textContent: words[locale].close });
const bar = made("div", { className: "bar" });
bar.append(close);
dialog.append(bar);
open.setAttribute("aria-haspopup", "dialog");
root.append(open, dialog);

let frame = null;
open.addEventListener("click", () => {
  if (!frame) {
    frame = made("iframe", { src: address.href, title: words[locale].open, referrerPolicy: "no-referrer" });
    frame.addEventListener("load", () => frame.contentWindow.postMessage({ ringback: "hello" }, home));
    dialog.append(frame);
  }
  dialog.showModal();
});
close.addEventListener("click", () => dialog.close());

addEventListener("message", (event) => {
  if (event.origin !== home || event.source !== frame?.contentWindow) return;
  const { ringback, height } = event.data ?? {};
  if (ringback === "size" && Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, 200), 4000)}px`;
  if (ringback === "close") dialog.close();
});

if (script.parentNode && script.parentNode !== document.head) script.after(host);
else document.body.append(host);
