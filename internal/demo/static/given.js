// What the app was given: scopes, launch context, and the token's time.

import { at, el } from "./dom.js";

const words = (scopes) => (scopes || "").split(/\s+/).filter(Boolean);

// scopes are those granted, and those that were asked for and are not among them.
export function showScopes(state) {
  const granted = words(state.tokenResponse.scope), asked = words(state.scope);
  const missing = asked.filter((scope) => !granted.includes(scope));
  const list = (name, scopes, kind) => scopes.length ? [el("h4", {}, name), el("ul", { class: "scopes", id: kind }, scopes.map((scope) => el("li", {}, el("code", {}, scope))))] : [];
  at("scopes").replaceChildren(...list("Granted", granted, "granted"), ...list("Asked for, and not granted as it was", missing, "missing"));
}

export function showContext(client, style) {
  const given = client.state.tokenResponse;
  const rows = [
    ["User", client.user.fhirUser],
    ["Patient", given.patient],
    ["Encounter", given.encounter],
    ["Intent", given.intent],
    ["Tenant", given.tenant],
    ["Further resources", (given.fhirContext || []).map((one) => one.reference || one.canonical || one.type).join(", ")],
    ["Patient banner", given.need_patient_banner === undefined ? "" : given.need_patient_banner ? "the app shows it" : "the health record shows it"],
    ["Style", style ? "that of the health record" : "the app’s own"],
  ];
  at("context").replaceChildren(...rows.filter(([, value]) => value).map(([name, value]) =>
    el("div", { "data-name": name }, el("dt", {}, name), el("dd", {}, value))));
}

// showToken says until when the token is good.
export function showToken(client, refreshed) {
  const expires = new Date((client.state.expiresAt || 0) * 1000);
  const renewable = Boolean(client.state.tokenResponse.refresh_token);
  at("refresh").hidden = !renewable;
  at("token").replaceChildren(el("p", { class: "quiet" },
    refreshed ? el("span", {}, el("strong", { id: "refreshed" }, `Refreshed ${refreshed === 1 ? "once" : refreshed + " times"}. `)) : null,
    "The access token is good until ", el("time", { datetime: expires.toISOString() }, expires.toLocaleTimeString()),
    renewable ? ", and the app can get the next one." : ", and there is no refresh token: neither online_access nor offline_access was granted."));
}
