// The page's words, from the catalogue that the carrier put into the page.

const words = JSON.parse(document.getElementById("strings").textContent);

/** The text of a key with its {values}; undefined when the catalogue has none. */
export function text(key, values = {}) {
  return words[key]?.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
