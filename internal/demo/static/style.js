// Takes over the look of the health record that the app runs in
// (app-launch.html#styling). Its colours are those of a light page: who wants a dark one
// keeps the app's own.

const colours = { color_background: "--paper", color_text: "--ink", color_highlight: "--green", color_error: "--red" };
const others = { font_family_body: "--sans", font_family_heading: "--serif", dim_border_radius: "--radius" };

// put sets properties by the values of a style. A value is never more than a value.
function put(rule, names, style) {
  for (const [name, property] of Object.entries(names)) {
    if (typeof style[name] === "string") rule.style.setProperty(property, style[name]);
  }
}

export async function applyStyle(url) {
  if (!url) return false;
  try {
    const response = await fetch(url, { credentials: "omit" });
    if (!response.ok) return false;
    const style = await response.json();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":root {} @media (prefers-color-scheme: light) { :root {} }");
    put(sheet.cssRules[0], others, style);
    put(sheet.cssRules[1].cssRules[0], colours, style);
    document.adoptedStyleSheets = [sheet];
    return true;
  } catch {
    return false; // it is a matter of taste, and no reason to stop
  }
}
