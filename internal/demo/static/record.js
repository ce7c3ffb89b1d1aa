// The parts of the record that the app asks for, each of which it may be refused.

import { at, el } from "./dom.js";
import { ask, concept, day, when } from "./fhir.js";
import { show, valueOf } from "./vitals.js";

const category = "http://terminology.hl7.org/CodeSystem/observation-category|";

// medicine is the name of what was prescribed: its code, or that of a resource inside the
// prescription, or what the reference to another one says of it, which an app can read
// without a scope for that.
function medicine(r) {
  const reference = r.medicationReference;
  const inside = r.contained?.find((one) => "#" + one.id === reference?.reference);
  return concept(r.medicationCodeableConcept) || concept(inside?.code) || reference?.display || reference?.reference;
}

// parts are what is shown beside the vital signs.
const parts = [
  { id: "labs", title: "Laboratory results", type: "Observation", query: { category: category + "laboratory" }, detail: valueOf },
  { id: "conditions", title: "Problems", type: "Condition", query: {} },
  { id: "medications", title: "Medicines", type: "MedicationRequest", query: {}, name: medicine },
  { id: "allergies", title: "Allergies", type: "AllergyIntolerance", query: {} },
  { id: "encounters", title: "Visits", type: "Encounter", query: {}, name: (r) => concept(r.type?.[0]) || r.class?.display || "" },
];

const search = (type, patient, query) => type + "?" + new URLSearchParams({ patient, ...query });

// refusal says that the app was not given something, and what the server said to it.
export const refusal = ({ refused, status }) => el("div", { class: "refusal" },
  el("p", {}, el("strong", {}, status === 401 ? "The access has ended" : status === 403 ? "Not allowed" : "Not read"), " ",
    status ? el("span", { class: "tag" }, String(status)) : null),
  el("p", { class: "quiet small" }, refused));

const nothing = () => el("p", { class: "quiet" }, "Nothing that this app may see.");

function list(part, resources) {
  if (!resources.length) return nothing();
  const name = part.name || ((r) => concept(r.code));
  return el("ul", { class: "items" }, resources.map((r) => el("li", { "data-id": r.id },
    el("strong", {}, name(r) || r.id), " ",
    el("span", { class: "quiet" }, [part.detail?.(r), day(when(r))].filter(Boolean).join(" · ")))));
}

// load asks for all parts of a patient's record, and shows each as it comes. It returns
// false if the access has ended.
export async function load(client, patient, record) {
  const rest = at("rest");
  rest.replaceChildren(...parts.map((part) => el("section", { id: part.id, "aria-labelledby": part.id + "-title" },
    el("h2", { id: part.id + "-title" }, part.title), el("div", { class: "content" }, el("p", { class: "quiet" }, "…")))));
  const into = (id) => document.querySelector(`#${id} .content`);
  const vitals = ask(client, search("Observation", patient, { category: category + "vital-signs" }), record).then((found) => {
    into("vitals").replaceChildren(...(found.refused !== undefined ? [refusal(found)] : found.resources.length ? show(found.resources) : [nothing()]));
    return found;
  });
  const others = parts.map(async (part) => {
    const found = await ask(client, search(part.type, patient, part.query), record);
    into(part.id).replaceChildren(found.refused !== undefined ? refusal(found) : list(part, found.resources));
    return found;
  });
  const all = await Promise.all([vitals, ...others]);
  return all.every((found) => found.status !== 401);
}
