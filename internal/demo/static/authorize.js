// Sends the browser to the authorization server.

import { framed } from "./dom.js";

const { client, fhir, home } = document.documentElement.dataset;

export const server = new URL(fhir, location.origin).href;

// authorize asks for scopes. Login and consent are never shown inside another page, so
// that an app in a frame opens a window for them, and is told of its answer by it.
// Browsers let it do so in answer to a click.
export function authorize(scope, launch) {
  const redirectUri = new URL(home + "/app.html", location.origin).href;
  const request = { clientId: client, iss: server, scope, redirectUri, pkceMode: "required" };
  if (launch) request.launch = launch;
  if (!framed) return FHIR.oauth2.authorize({ ...request, completeInTarget: true });
  return FHIR.oauth2.authorize({ ...request, target: "popup", completeInTarget: false, width: 620, height: 820 });
}
