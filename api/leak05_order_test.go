package api

import "testing"

// What a search brings along stands in an order that does not depend on what is
// hidden: on which parameters or references somebody else's resources have used
// before, or on which of the types that a reference leads to have hidden resources.
func TestLeak05OrderOfIncludes(t *testing.T) {
	const (
		tag     = `"meta":{"tag":[{"system":"urn:t","code":"shown"}]}`
		shown   = "?_tag=urn:t|shown"
		refers  = `"subject":{"reference":"Patient/p"},"performer":[{"reference":"Practitioner/hidden"},{"reference":"Organization/o"},{"reference":"Practitioner/shown"}]`
		partOf  = `{"resourceType":"Observation","id":"part","hasMember":[{"reference":"Observation/o"}],` + tag + `}`
		derived = `{"resourceType":"Observation","id":"derived","derivedFrom":[{"reference":"Observation/o/_history/1"}],` + tag + `}`
	)
	visible := []string{
		`{"resourceType":"Patient","id":"p"}`, `{"resourceType":"Organization","id":"o"}`, `{"resourceType":"Practitioner","id":"shown",` + tag + `}`,
		`{"resourceType":"Observation","id":"o",` + tag + `,` + refers + `}`, partOf, derived,
	}
	for name, hidden := range map[string][]string{
		"a parameter that was used before": {`{"resourceType":"Observation","id":"h","performer":[{"display":"me"},{"reference":"Organization/o"}]}`},
		"a reference that was there before": {
			`{"resourceType":"Observation","id":"h","performer":[{"reference":"Organization/o"}],"derivedFrom":[{"reference":"Observation/o/_history/1"}]}`},
		"a resource that is referred to": {`{"resourceType":"Practitioner","id":"hidden"}`},
	} {
		t.Run(name, func(t *testing.T) {
			with, without := newWorld(t), newWorld(t)
			with.add(hidden...)
			for _, w := range []*world{with, without} {
				w.add(visible...)
			}
			const scopes = "system/Observation.rs" + shown + " system/Practitioner.rs" + shown + " system/Organization.rs system/Patient.rs"
			for _, path := range []string{
				"/Observation?_id=o&_include=Observation:*", "/Observation?_id=o&_include=Observation:performer",
				"/Observation?_id=o&_revinclude=Observation:*", "/Patient?_revinclude=Observation:subject&_include:iterate=Observation:*",
			} {
				a, b := with.get(with.token(scopes), path), without.get(without.token(scopes), path)
				with.same(path, a, b)
			}
		})
	}
}
