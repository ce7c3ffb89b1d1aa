package seed

// Person is somebody in the built-in data who shall be able to log in to a sandbox.
type Person struct {
	Name        string // login name
	DisplayName string
	Role        string   // patient, related-person, practitioner or administrator
	FHIRUser    string   // the resource that the person is
	Links       []string // further ones that the person is
}

// Demonstration are people of the built-in data, one for each thing that an app is
// tried with.
func Demonstration() []Person {
	return []Person{
		{Name: "amara", DisplayName: "Amara Okafor", Role: "patient", FHIRUser: "Patient/amara-okafor"},
		{Name: "jun", DisplayName: "Jun Tanaka", Role: "patient", FHIRUser: "Patient/jun-tanaka"},
		{Name: "sofia", DisplayName: "Sofia Lindqvist", Role: "patient", FHIRUser: "Patient/sofia-lindqvist"},
		{Name: "nadia", DisplayName: "Nadia Haddad", Role: "patient", FHIRUser: "Patient/nadia-haddad"},
		// He died, and his account is for apps that must cope with that.
		{Name: "walter", DisplayName: "Walter Brandt", Role: "patient", FHIRUser: "Patient/walter-brandt"},
		// The mother of twins.
		{Name: "elena", DisplayName: "Elena Peña", Role: "related-person", FHIRUser: "RelatedPerson/elena-pena",
			Links: []string{"RelatedPerson/elena-pena-valentina"}},
		// The general practitioner of five of the patients.
		{Name: "helen", DisplayName: "Helen Park, MD", Role: "practitioner", FHIRUser: "Practitioner/helen-park"},
		// The cardiologist of one, by the role.
		{Name: "samuel", DisplayName: "Samuel Diallo, MD", Role: "practitioner", FHIRUser: "PractitionerRole/samuel-diallo-cardiology"},
		{Name: "ines", DisplayName: "Inès Moreau", Role: "administrator", FHIRUser: "Practitioner/ines-moreau"},
	}
}
