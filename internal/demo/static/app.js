// The redirect URI: the app has its answer, and shows what it may see.

import { at, el, framed, note } from "./dom.js";
import { ask, day, personName, reason } from "./fhir.js";
import { load, refusal } from "./record.js";
import { showContext, showScopes, showToken } from "./given.js";
import { applyStyle } from "./style.js";

const url = new URL(location.href);
if (framed && !url.searchParams.has("code") && !url.searchParams.has("error")) {
  // The page was loaded again. The client library would wait for a window above it to
  // take the answer; this tells it that it has been taken.
  url.searchParams.set("complete", "1");
  history.replaceState({}, "", url.href);
}

function record(path, status, refused) {
  at("requests").append(el("li", { "data-status": status }, el("span", { class: "tag" }, status ? String(status) : "failed"), " ",
    el("code", {}, "GET " + path), refused ? el("span", { class: "quiet small" }, " " + refused) : null));
}

// again is the way back to a new launch.
const again = () => framed
  ? el("p", {}, "To begin again, close the app, and launch it.")
  : el("p", { class: "actions" }, el("a", { class: "button first", href: document.documentElement.dataset.home }, "Begin again"));

function fail(title, text) {
  at("status").replaceChildren(note("problem", el("p", {}, el("strong", {}, title)), el("p", {}, text)), again());
}

async function showPatient(client) {
  const given = client.state.tokenResponse;
  if (!given.patient) return;
  const found = await ask(client, "Patient/" + given.patient, record);
  if (found.refused !== undefined) {
    at("banner").replaceChildren(el("div", { class: "banner" }, el("span", { class: "quiet" }, "Patient " + given.patient), refusal(found)));
    return;
  }
  const [patient] = found.resources;
  document.title = personName(patient) + " · " + document.title;
  if (given.need_patient_banner === false) return; // the health record shows who it is
  at("banner").replaceChildren(el("div", { class: "banner", "data-id": patient.id },
    el("strong", {}, personName(patient)),
    el("span", { class: "facts" }, [patient.birthDate && "born " + day(patient.birthDate), patient.gender, ...(patient.identifier || []).map((one) => one.value)]
      .filter(Boolean).map((fact) => el("span", {}, fact)))));
}

function showUser(client) {
  const id = client.getIdToken();
  at("viewer").replaceChildren(...(id ? [el("span", {}, el("span", { class: "quiet" }, "Used by "), el("strong", {}, id.name || client.user.fhirUser || id.sub))] : []));
}

// loadAll asks for everything anew. The state of the page says whether it is at it.
async function loadAll(client) {
  document.body.dataset.loading = "yes";
  await loadRecord(client);
  document.body.dataset.loading = "no";
}

async function loadRecord(client) {
  at("status").replaceChildren();
  at("requests").replaceChildren();
  const patient = client.state.tokenResponse.patient;
  if (!patient) {
    document.querySelector("#vitals .content").replaceChildren(note("warn", el("p", {}, "No patient is in context: there was no launch/patient and no scope that begins with patient/.")));
    return;
  }
  const [, alive] = await Promise.all([showPatient(client), load(client, patient, record)]);
  if (alive) return;
  fail("The access has ended.", "The server takes this app’s token no more: it has expired, or somebody has revoked it.");
  at("token").replaceChildren(el("p", { class: "quiet" }, "The access token is not good any more."));
}

async function main() {
  let client;
  try {
    client = await FHIR.oauth2.ready();
  } catch (error) {
    const denied = url.searchParams.get("error") === "access_denied";
    fail(denied ? "Access was not given." : "The app could not connect.", reason(error));
    return;
  }
  at("connected").hidden = false;
  const style = applyStyle(client.state.tokenResponse.smart_style_url);
  showUser(client);
  showScopes(client.state);
  showToken(client, 0);
  style.then((applied) => showContext(client, applied));
  let refreshed = 0;
  at("reload").addEventListener("click", () => loadAll(client));
  at("refresh").addEventListener("click", async () => {
    try {
      await client.refresh();
      showScopes(client.state);
      showToken(client, ++refreshed);
    } catch (error) {
      at("token").replaceChildren(note("problem", el("p", {}, el("strong", {}, "The token could not be refreshed. "), reason(error))));
    }
  });
  await loadAll(client);
}

main();
