// Inside somebody else's page: tells a page whose origin is on our list how high we are, and nothing else.
const sites = (document.documentElement.dataset.sites ?? "").split(" ").filter(Boolean);
let listener = "";
const tell = (what) => listener && parent.postMessage(what, listener);
addEventListener("message", (event) => {
  if (event.source !== parent || !sites.includes(event.origin) || event.data?.ringback !== "hello") return;
  listener = event.origin;
  const main = document.querySelector("body");
  new ResizeObserver(() => tell({ ringback: "size", height: main.scrollHeight })).observe(main);
});
// The keys are ours while we have the focus: Escape must still close the dialog around us.
addEventListener("keydown", (event) => { if (event.key === "Escape") tell({ ringback: "close" }); });
