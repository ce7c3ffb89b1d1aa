// Builds elements out of text. What comes from a server is never read as HTML.

const svg = "http://www.w3.org/2000/svg";

// fill gives an element its attributes and children. An attribute that is null or
// false is left out.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const draw = (name, attributes = {}, ...children) => fill(document.createElementNS(svg, name), attributes, children);
export const at = (id) => document.getElementById(id);

// note is a text that stands out: kind is "", "warn" or "problem".
export function note(kind, ...children) {
  return el("div", { class: ("note " + kind).trim(), role: kind === "problem" ? "alert" : null }, ...children);
}

// framed tells whether the app is inside a page of a health record, in whose place it
// must not go elsewhere: its links open tabs.
export const framed = window.self !== window.top;

if (framed) {
  for (const link of document.querySelectorAll('a[href]:not([href^="#"])')) link.target = "_blank";
}
