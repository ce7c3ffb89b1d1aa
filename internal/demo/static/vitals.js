// Vital signs: a card with a small chart for each kind, and a table of them all.

import { draw, el } from "./dom.js";
import { concept, day, quantity, when } from "./fhir.js";

// series groups observations by what is measured. A panel, such as blood pressure, is
// one series with a line for each component.
function series(observations) {
  const kinds = new Map();
  for (const observation of observations) {
    const code = observation.code?.coding?.[0]?.code || concept(observation.code);
    if (!kinds.has(code)) kinds.set(code, { title: short(concept(observation.code)), lines: new Map(), latest: observation });
    const kind = kinds.get(code);
    if (when(observation) > when(kind.latest)) kind.latest = observation;
    for (const part of [observation, ...(observation.component || [])]) {
      if (part.valueQuantity?.value === undefined) continue;
      const name = concept(part.code);
      if (!kind.lines.has(name)) kind.lines.set(name, []);
      kind.lines.get(name).push({ time: Date.parse(when(observation)), value: part.valueQuantity.value });
    }
  }
  return [...kinds.values()];
}

const short = (title) => title.replace(/ panel with all children optional$/i, "").replace(/ panel$/i, "");

// valueOf is the value of an observation in words.
export function valueOf(observation) {
  if (observation.component?.length) return observation.component.map((part) => `${concept(part.code)} ${valueOf(part)}`).join(", ");
  return quantity(observation.valueQuantity) || concept(observation.valueCodeableConcept) || observation.valueString ||
    (observation.valueInteger ?? observation.valueBoolean ?? "").toString() || concept(observation.dataAbsentReason) || "no value";
}

// headline is the latest value, short: "131/84 mmHg".
function headline(observation) {
  const parts = (observation.component || []).map((part) => part.valueQuantity).filter(Boolean);
  if (parts.length > 1 && parts.every((part) => part.unit === parts[0].unit)) {
    return [parts.map((part) => part.value).join("/"), parts[0].unit || ""];
  }
  const value = observation.valueQuantity;
  return value ? [(value.comparator || "") + value.value, value.unit || value.code || ""] : [valueOf(observation), ""];
}

const width = 240, height = 64, margin = 7;

function chart(kind) {
  const lines = [...kind.lines].map(([name, points]) => [name, points.filter((p) => !isNaN(p.time)).sort((a, b) => a.time - b.time)]);
  if (lines.every(([, line]) => line.length < 2)) return null; // there is no course to draw
  const points = lines.flatMap(([, line]) => line);
  const range = (of) => [Math.min(...points.map(of)), Math.max(...points.map(of))];
  const scale = ([low, high], from, to) => (x) => high === low ? (from + to) / 2 : from + ((x - low) / (high - low)) * (to - from);
  const x = scale(range((p) => p.time), margin, width - margin), y = scale(range((p) => p.value), height - margin, margin);
  const title = `${kind.title}: ${lines.map(([name, line]) => `${name} ${line.map((p) => p.value).join(", ")}`).join("; ")}`;
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": title },
    lines.map(([, line]) => draw("g", {},
      draw("polyline", { points: line.map((p) => `${x(p.time).toFixed(1)},${y(p.value).toFixed(1)}`).join(" ") }),
      line.map((p) => draw("circle", { cx: x(p.time).toFixed(1), cy: y(p.value).toFixed(1), r: 3.5 })))));
}

function card(kind) {
  const [value, unit] = headline(kind.latest);
  return el("article", { class: "card vital" },
    el("h3", {}, kind.title),
    el("p", { class: "headline" }, el("strong", {}, value), " ", el("span", { class: "quiet" }, unit)),
    chart(kind),
    el("p", { class: "quiet small" }, day(when(kind.latest))));
}

const row = (observation) => el("tr", { "data-id": observation.id },
  el("td", {}, day(when(observation))), el("th", { scope: "row" }, short(concept(observation.code))), el("td", {}, headline(observation).join(" ")));

// show is all that there is to see of the observations.
export function show(observations) {
  const sorted = [...observations].sort((a, b) => when(b).localeCompare(when(a)));
  return [
    el("div", { class: "vitals" }, series(sorted).map(card)),
    el("table", {}, el("caption", { class: "unseen" }, "All vital signs, the latest first"),
      el("thead", {}, el("tr", {}, ["Date", "Measurement", "Value"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, sorted.map(row))),
  ];
}
