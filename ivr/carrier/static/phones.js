// Starts the page: two telephones and the timeline.

import { audio, watchBlocked } from "./sound.js";
import { Phone } from "./phone.js";
import { Timeline } from "./timeline.js";

const root = document.body.dataset.root;
const phones = [...document.querySelectorAll(".phone")].map((article) => new Phone(article, root));
for (const phone of phones) {
  phone.onMicrophone = () => phones.filter((other) => other !== phone).forEach((other) => other.closeMicrophone());
}
new Timeline(document.getElementById("timeline"), root);

const notice = document.querySelector('[data-part="sound"]');
watchBlocked((blocked) => (notice.hidden = !blocked));
notice.querySelector("button").addEventListener("click", async () => (await audio())?.resume());

// for tests and for the curious
window.telephones = Object.fromEntries(phones.map((phone) => [phone.role, phone]));
