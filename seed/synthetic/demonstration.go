package synthetic

import "github.com/granary-fhir/granary/seed"

// Demonstration are the people who shall be able to log in where all personas are: those
// of the built-in files, and those of the stories.
func Demonstration() []seed.Person {
	return append(seed.Demonstration(),
		seed.Person{Name: "dwayne", DisplayName: "Dwayne Brooks", Role: "patient", FHIRUser: "Patient/dwayne-brooks"},
		seed.Person{Name: "priya", DisplayName: "Priya Raman", Role: "patient", FHIRUser: "Patient/priya-raman"},
		// The mother of Mei, who is four.
		seed.Person{Name: "lihua", DisplayName: "Lihua Chen", Role: "related-person", FHIRUser: "RelatedPerson/mei-chen-kin-1"},
		seed.Person{Name: "alex", DisplayName: "Alex Begay", Role: "patient", FHIRUser: "Patient/alex-begay"},
		seed.Person{Name: "ruth", DisplayName: "Ruth Goldberg", Role: "patient", FHIRUser: "Patient/ruth-goldberg"},
	)
}
