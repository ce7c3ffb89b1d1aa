// Gives each group of scopes on the consent page a button that ticks or unticks
// all of it. The page is complete without it.
"use strict";
for (const group of document.querySelectorAll("fieldset.group")) {
  const boxes = [...group.querySelectorAll('input[name="scope"][type="checkbox"]:not(:disabled)')];
  if (boxes.length < 2) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain all";
  const title = group.querySelector("h2").textContent;
  const label = () => {
    const untick = boxes.some((box) => box.checked);
    button.textContent = untick ? "Untick all" : "Tick all";
    button.setAttribute("aria-label", button.textContent + ": " + title);
    return untick;
  };
  button.addEventListener("click", () => {
    const untick = label();
    for (const box of boxes) box.checked = !untick;
    label();
  });
  group.addEventListener("change", label);
  label();
  group.querySelector("legend").after(button);
}
