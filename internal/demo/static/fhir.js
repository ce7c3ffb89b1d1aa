// Reads FHIR, and tells in words what it has read.

// ask requests something by the client, keeps a record of it, and returns
// { resources } or { refused, status }.
export async function ask(client, url, record) {
  try {
    const found = await client.request({ url }, { flat: true, pageLimit: 0 });
    record(url, 200, "");
    return { resources: Array.isArray(found) ? found : [found] };
  } catch (error) {
    const refused = reason(error);
    record(url, error.status || 0, refused);
    return { refused, status: error.status || 0 };
  }
}

// reason is what the server said: the texts of an OperationOutcome if there is one,
// which the client library puts into its message.
export function reason(error) {
  const start = error.message.indexOf("{");
  if (start >= 0) {
    try {
      const outcome = JSON.parse(error.message.slice(start, error.message.lastIndexOf("}") + 1));
      const texts = (outcome.issue || []).map((issue) => issue.diagnostics || issue.details?.text || issue.code);
      if (texts.length) return texts.join("; ");
    } catch {
      // it is no outcome
    }
  }
  return error.message.split("\n").filter((line) => !line.startsWith("URL:")).join(" ");
}

export const concept = (value) => value?.text || value?.coding?.find((coding) => coding.display)?.display || value?.coding?.[0]?.code || "";

export function personName(resource) {
  const name = resource.name?.find((one) => one.use === "official") || resource.name?.[0];
  return name ? name.text || [...(name.given || []), name.family].filter(Boolean).join(" ") : "";
}

export function quantity(value) {
  if (value === undefined || value === null) return "";
  return (value.comparator || "") + value.value + (value.unit || value.code ? " " + (value.unit || value.code) : "");
}

// day writes a FHIR date or dateTime as precisely as it is.
export function day(text) {
  if (!text) return "";
  if (text.length < 10) return text;
  const date = new Date(text.length === 10 ? text + "T00:00" : text);
  return isNaN(date) ? text : date.toLocaleDateString(undefined, { dateStyle: "medium" });
}

// when is the time that a resource is about.
export const when = (resource) => resource.effectiveDateTime || resource.effectivePeriod?.start || resource.effectiveInstant ||
  resource.onsetDateTime || resource.authoredOn || resource.recordedDate || resource.period?.start || "";
