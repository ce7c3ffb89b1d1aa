// The first page: what to ask for, and the standalone launch.

import { at, el, note } from "./dom.js";
import { groups } from "./scopes.js";
import { authorize } from "./authorize.js";

at("scopes").append(...groups.map((group, g) =>
  el("fieldset", { class: "ask" }, el("legend", {}, el("h3", {}, group.title)),
    group.scopes.map((one, i) => el("div", { class: "tick" },
      el("input", { type: "checkbox", name: "scope", id: `s${g}-${i}`, value: one.scope, checked: one.on }),
      el("label", { for: `s${g}-${i}` }, one.text + " ", el("code", {}, one.scope)))))));

at("connect").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const scope = [...form.getAll("scope"), ...form.get("more").split(/\s+/)].filter(Boolean).join(" ");
  if (!scope) {
    at("problem").replaceChildren(note("problem", el("p", {}, "Tick something, or there is nothing to ask for.")));
    return;
  }
  try {
    await authorize(scope);
  } catch (error) {
    at("problem").replaceChildren(note("problem", el("p", {}, error.message)));
  }
});
