// Starts the page: two telephones and the timeline.

import { audio, watchBlocked } from "./sound.js";
import { Phone } from "./phone.js";
import { text } from "./strings.js";
import { Timeline } from "./timeline.js";

const root = document.body.dataset.root;
const phones = [...document.querySelectorAll(".phone")].map((article) => new Phone(article, root));
for (const phone of phones) {
  phone.onMicrophone = () => phones.filter((other) => other !== phone).forEach((other) => other.closeMicrophone());
}
const title = document.title;
for (const phone of phones) {
  phone.onState = () => {
    const ringing = phones.find((other) => other.state === "ringing");
    document.title = ringing ? `${text("phone.state.ringing", { peer: ringing.peer })} · ${title}` : title;
  };
}
new Timeline(document.getElementById("timeline"), root);

const notice = document.querySelector('[data-part="sound"]');
watchBlocked((blocked) => (notice.hidden = !blocked));
notice.querySelector("button").addEventListener("click", async () => (await audio())?.resume());

// for tests and for the curious
window.telephones = Object.fromEntries(phones.map((phone) => [phone.role, phone]));
