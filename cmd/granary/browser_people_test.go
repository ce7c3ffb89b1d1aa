package main

// The demonstration accounts that the scenarios are about, as the login page lists them
// (seed.Demonstration).
const (
	helen = "Helen Park, MD" // practitioner
	elena = "Elena Peña"     // the mother of twins
	amara = "Amara Okafor"   // patient
)
