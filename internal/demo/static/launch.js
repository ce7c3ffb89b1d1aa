// The launch URI: a health record has started the app, and told it by `launch` in what
// context, and by `iss` at which server.

import { at, el, framed, note } from "./dom.js";
import { launched } from "./scopes.js";
import { authorize, server } from "./authorize.js";

const params = new URLSearchParams(location.search);

function say(...content) {
  at("status").replaceChildren(...content);
}

async function start() {
  try {
    await authorize(launched, params.get("launch"));
  } catch (error) {
    say(note("problem", el("p", {}, error.message)));
  }
}

if (!params.get("launch") || !params.get("iss")) {
  say(note("problem", el("p", {}, "This page is for health records, which start the app with the parameters iss and launch.")),
    el("p", {}, el("a", { href: document.documentElement.dataset.home, class: "button second" }, "Start the app by itself")));
} else if (params.get("iss").replace(/\/$/, "") !== server) {
  say(note("problem", el("p", {}, "This app is registered at ", el("code", {}, server), " and at no other server; it was started for ", el("code", {}, params.get("iss")), ".")));
} else if (framed) {
  say(el("p", { class: "lead" }, "The app is inside another page, where Granary shows no login and no consent. It asks in a window of its own, and comes back here."),
    el("p", { class: "actions" }, el("button", { class: "first", type: "button", id: "ask", onclick: start }, "Ask Granary for access")));
} else {
  start();
}
