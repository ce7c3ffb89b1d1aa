// The scopes that this app knows something to do with.

export const groups = [
  {
    title: "The record",
    scopes: [
      { scope: "launch/patient", text: "Know whose record it is", on: true },
      { scope: "patient/Patient.rs", text: "Name and date of birth", on: true },
      { scope: "patient/Observation.rs", text: "Measurements and results", on: true },
      { scope: "patient/Condition.rs", text: "Problems and diagnoses", on: true },
      { scope: "patient/MedicationRequest.rs", text: "Medicines", on: true },
      { scope: "patient/AllergyIntolerance.rs", text: "Allergies", on: true },
      { scope: "launch/encounter", text: "Know which visit it is about" },
      { scope: "patient/Encounter.rs", text: "Visits" },
    ],
  },
  {
    title: "You",
    scopes: [
      { scope: "openid", text: "Know who logs in", on: true },
      { scope: "fhirUser", text: "Know your own resource", on: true },
      { scope: "profile", text: "Know your name", on: true },
    ],
  },
  {
    title: "For how long",
    scopes: [
      { scope: "online_access", text: "Until you log out", on: true },
      { scope: "offline_access", text: "Also when you are not there" },
    ],
  },
];

const all = groups.flatMap((group) => group.scopes);

// launched is what the app asks for when a health record launches it, and so tells it
// whose record it is.
export const launched = ["launch", ...all.map((one) => one.scope).filter((scope) => scope !== "offline_access" && !scope.startsWith("launch/"))].join(" ");
