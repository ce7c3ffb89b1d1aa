package profile

import "testing"

func TestSlicesByPattern(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.component","slicing":{"rules":"open","discriminator":[{"type":"pattern","path":"code"}]}}`,
		`{"id":"Observation.component:a","min":1,"max":"1"}`,
		`{"id":"Observation.component:a.code","min":1,"max":"1","patternCodeableConcept":{"coding":[{"code":"a"}]}}`,
		`{"id":"Observation.component:a.value[x]","min":1,"max":"1","type":[{"code":"string"}]}`,
		`{"id":"Observation.component:b","max":"1"}`,
		`{"id":"Observation.component:b.code","min":1,"max":"1","patternCodeableConcept":{"coding":[{"code":"b"}]}}`,
		`{"id":"Observation.component:b.referenceRange","max":"0"}`,
	))
	const a, b, c = `{"code":{"coding":[{"code":"a"}]},"valueString":"x"}`, `{"code":{"coding":[{"code":"b"}]}}`, `{"code":{"coding":[{"code":"c"}]}}`
	of := func(components string) string {
		return `{"resourceType":"Observation","component":[` + components + `]}`
	}
	checkAll(t, s, "p",
		check{of(c + "," + b + "," + a), ``},
		check{of(b), `error required Observation.component: needs at least 1 with code {"coding":[{"code":"a"}]}, and has 0 (p|1, slice component:a)`},
		check{`{"resourceType":"Observation"}`, `error required Observation.component: needs at least 1 with code {"coding":[{"code":"a"}]}, and has 0 (p|1, slice component:a)`},
		check{of(a + "," + a + "," + c + "," + c), `error structure Observation.component: has 2 with code {"coding":[{"code":"a"}]}, and may have at most 1 (p|1, slice component:a)`},
		check{of(c + `,{"code":{"coding":[{"code":"b"}]},"referenceRange":[{"text":"x"}]},{"code":{"coding":[{"code":"a"}]},"valueBoolean":true}`), `
			error structure Observation.component[2].value: is of type boolean, and must be string (p|1, slice component:a)
			error structure Observation.component[1].referenceRange: must not be there (p|1, slice component:b)`},
	)
}

func TestSlicesByValue(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.category","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"coding.code"},{"type":"value","path":"coding.system"}]}}`,
		`{"id":"Observation.category:fixed","min":1}`,
		`{"id":"Observation.category:fixed.coding","min":1}`,
		`{"id":"Observation.category:fixed.coding.system","fixedUri":"s"}`,
		`{"id":"Observation.category:fixed.coding.code","fixedCode":"a"}`,
		`{"id":"Observation.category:pattern","patternCodeableConcept":{"coding":[{"system":"s","code":"b"}]}}`,
		`{"id":"Observation.category:pattern.text","min":1,"max":"1"}`,
	))
	const a = `{"coding":[{"system":"s","code":"a"}]}`
	of := func(categories string) string {
		return `{"resourceType":"Observation","category":[` + categories + `]}`
	}
	checkAll(t, s, "p",
		check{of(a + `,{"coding":[{"system":"s","code":"b"}],"text":"x"}`), ``},
		check{of(`{"coding":[{"system":"r","code":"x"},{"system":"s","code":"a"}]}`), `
			error value Observation.category[0].coding[0].system: must be "s", not "r" (p|1, slice category:fixed)
			error value Observation.category[0].coding[0].code: must be "a", not "x" (p|1, slice category:fixed)`},
		check{of(a + `,{"coding":[{"system":"s","code":"b"}]}`), `error required Observation.category[1].text: is required (p|1, slice category:pattern)`},
		check{of(a + `,{"coding":[{"system":"s","code":"c"}]}`),
			`error structure Observation.category[1]: is in none of the slices, and no others are allowed: fixed with coding.code "a" and coding.system "s" or pattern with coding.code "b" and coding.system "s" (p|1)`},
		check{of(`{"coding":[{"system":"s","code":"b"}],"text":"x"}`), `error required Observation.category: needs at least 1 with coding.code "a" and coding.system "s", and has 0 (p|1, slice category:fixed)`},
	)
}

func TestSlicesByThis(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.identifier","slicing":{"rules":"open","discriminator":[{"type":"value","path":"$this"}]}}`,
		`{"id":"Patient.identifier:mrn","min":1,"patternIdentifier":{"system":"mrn"}}`,
		`{"id":"Patient.identifier:typed"}`,
		`{"id":"Patient.identifier:typed.type.coding.code","min":1,"fixedCode":"T"}`, `{"id":"Patient.identifier:typed.type"}`, `{"id":"Patient.identifier:typed.type.coding"}`,
		`{"id":"Patient.identifier:typed.value","min":1,"max":"1"}`,
	))
	checkAll(t, s, "p",
		check{`{"resourceType":"Patient","identifier":[{"system":"mrn"},{"value":"x","type":{"coding":[{"code":"T"}]}},{"system":"x"}]}`, ``},
		check{`{"resourceType":"Patient","identifier":[{"system":"x","type":{"coding":[{"code":"T"}]}}]}`, `
			error required Patient.identifier: needs at least 1 with {"system":"mrn"}, and has 0 (p|1, slice identifier:mrn)
			error required Patient.identifier[0].value: is required (p|1, slice identifier:typed)`},
	)
}

func TestSlicesByBinding(t *testing.T) {
	s := setOf(t,
		resource(t, `{"resourceType":"ValueSet","url":"http://example.org/known","compose":{"include":[{"system":"s","concept":[{"code":"a"}]}]}}`),
		resource(t, `{"resourceType":"ValueSet","url":"http://example.org/part","compose":{"include":[{"system":"p","filter":[{}]}]}}`),
		definition(t, "p", "Observation",
			`{"id":"Observation.category","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"$this"}]}}`,
			`{"id":"Observation.category:known","max":"1","binding":{"strength":"required","valueSet":"http://example.org/known"}}`,
			`{"id":"Observation.category:part","min":1,"max":"1","binding":{"strength":"required","valueSet":"http://example.org/part"}}`,
		))
	const a, b, c = `{"coding":[{"system":"s","code":"a"}]}`, `{"coding":[{"system":"p","code":"x"}]}`, `{"coding":[{"system":"c","code":"x"}]}`
	of := func(categories string) string {
		return `{"resourceType":"Observation","category":[` + categories + `]}`
	}
	checkAll(t, s, "p",
		check{of(a + "," + b), `information informational Observation.category[1]: whether a value is in the slice part cannot be told (p|1)`},
		check{of(a + "," + a), `
			error structure Observation.category: has 2 with a code of http://example.org/known, and may have at most 1 (p|1, slice category:known)
			error required Observation.category: needs at least 1 with a code of http://example.org/part, and has 0 (p|1, slice category:part)`},
		check{of(c + "," + b), `
			error structure Observation.category[0]: is in none of the slices, and no others are allowed: known with a code of http://example.org/known or part with a code of http://example.org/part (p|1)
			information informational Observation.category[1]: whether a value is in the slice part cannot be told (p|1)`},
	)
}

func TestSlicesByType(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.value[x]","max":"1","slicing":{"rules":"open","discriminator":[{"type":"type","path":"$this"}]}}`,
		`{"id":"Observation.value[x]:valueQuantity","max":"1","type":[{"code":"Quantity"}]}`,
		`{"id":"Observation.value[x]:valueQuantity.code","min":1,"max":"1"}`,
		`{"id":"Observation.effective[x]:effectivePeriod","min":1,"max":"1","type":[{"code":"Period"}]}`, `{"id":"Observation.effective[x]"}`,
		`{"id":"Observation.performer","slicing":{"rules":"open","discriminator":[{"type":"type","path":"resolve()"}]}}`,
		`{"id":"Observation.performer:doctor","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]}`,
	))
	of := func(rest string) string { return `{"resourceType":"Observation"` + rest + `}` }
	const fine = `,"effectivePeriod":{},"performer":[{"reference":"Patient/1"},{"reference":"Practitioner/1"}]`
	checkAll(t, s, "p",
		check{of(fine + `,"valueQuantity":{"code":"x"}`), ``},
		check{of(fine + `,"valueString":"x"`), ``},
		check{of(fine + `,"valueQuantity":{"unit":"x"}`), `error required Observation.value.code: is required (p|1, slice value[x]:valueQuantity)`},
		check{of(`,"effectiveDateTime":"2020","performer":[{"reference":"Practitioner/1"},{"reference":"http://x/Practitioner/2"}]`), `
			error required Observation.effective: needs at least 1 with $this of type Period, and has 0 (p|1, slice effective[x]:effectivePeriod)
			error structure Observation.performer: has 2 with resolve() of type Practitioner, and may have at most 1 (p|1, slice performer:doctor)`},
		check{of(`,"effectivePeriod":{},"performer":[{"display":"x"}]`), `information informational Observation.performer[0]: whether a value is in the slice doctor cannot be told (p|1)`},
	)
}

func TestSlicesByExistence(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.telecom","slicing":{"rules":"open","ordered":true,"discriminator":[{"type":"exists","path":"period"}]}}`,
		`{"id":"Patient.telecom:now"}`, `{"id":"Patient.telecom:now.period","max":"0"}`, `{"id":"Patient.telecom:now.value","min":1,"max":"1"}`,
		`{"id":"Patient.telecom:then","max":"1"}`, `{"id":"Patient.telecom:then.period","min":1,"max":"1"}`,
	))
	of := func(telecom string) string { return `{"resourceType":"Patient","telecom":[` + telecom + `]}` }
	const now, then = `{"value":"x"}`, `{"period":{"start":"2020"}}`
	checkAll(t, s, "p",
		check{of(now + "," + now + "," + then), ``},
		check{of(then + "," + now), `error structure Patient.telecom[1]: is of the slice now, and must stand before those of then (p|1)`},
		check{of(`{"use":"home"},` + then + "," + then), `
			error required Patient.telecom[0].value: is required (p|1, slice telecom:now)
			error structure Patient.telecom: has 2 with period, and may have at most 1 (p|1, slice telecom:then)`},
	)
}

func TestSlicesByProfile(t *testing.T) {
	s := setOf(t,
		definition(t, "named", "Patient", `{"id":"Patient.name","min":1}`),
		definition(t, "p", "Observation",
			`{"id":"Observation.focus","slicing":{"rules":"openAtEnd","discriminator":[{"type":"profile","path":"resolve()"}]}}`,
			`{"id":"Observation.focus:named","min":1,"type":[{"code":"Reference","targetProfile":["http://example.org/named"]}]}`,
		))
	of := func(focus string) string {
		return `{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"n","name":[{"text":"x"}]},{"resourceType":"Patient","id":"u"}],"focus":[` + focus + `]}`
	}
	checkAll(t, s, "p",
		check{of(`{"reference":"#n"},{"reference":"#u"}`), ``},
		check{of(`{"reference":"#u"},{"reference":"#n"}`), `error structure Observation.focus[1]: is of the slice named, and must stand before what is in none (p|1)`},
		check{of(`{"reference":"Group/1"}`), `error required Observation.focus: needs at least 1 with resolve() that conforms to a profile, and has 0 (p|1, slice focus:named)`},
		check{of(`{"reference":"Patient/1"}`), `information informational Observation.focus[0]: whether a value is in the slice named cannot be told (p|1)`},
	)
}

func TestExtensions(t *testing.T) {
	s := setOf(t,
		definition(t, "colour", "Extension",
			`{"id":"Extension.extension","max":"0"}`, `{"id":"Extension.url","min":1,"max":"1","fixedUri":"http://example.org/colour"}`,
			`{"id":"Extension.value[x]","min":1,"max":"1","type":[{"code":"code"}]}`),
		definition(t, "p", "Patient",
			`{"id":"Patient.extension","slicing":{"rules":"open","discriminator":[{"type":"value","path":"url"}]}}`,
			`{"id":"Patient.extension:colour","min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/colour"]}]}`,
			`{"id":"Patient.extension:unknown","max":"1","type":[{"code":"Extension","profile":["http://example.org/unknown|2"]}]}`,
			`{"id":"Patient.birthDate.extension","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"url"}]}}`, `{"id":"Patient.birthDate","max":"1"}`,
			`{"id":"Patient.birthDate.extension:colour","type":[{"code":"Extension","profile":["http://example.org/colour"]}]}`,
		))
	of := func(extensions, rest string) string {
		return `{"resourceType":"Patient","extension":[` + extensions + `]` + rest + `}`
	}
	const colour, unknown = `{"url":"http://example.org/colour","valueCode":"red"}`, `{"url":"http://example.org/unknown","valueCode":"x"}`
	checkAll(t, s, "p",
		check{of(`{"url":"http://example.org/other","valueCode":"x"},`+colour, `,"_birthDate":{"extension":[`+colour+`]}`), ``},
		check{of(unknown, ``), `
			error required Patient.extension: needs at least 1 with url "http://example.org/colour", and has 0 (p|1, slice extension:colour)
			information informational Patient.extension[0]: what http://example.org/unknown|2 demands is not checked, since it is not known here (p|1)`},
		check{of(colour+","+unknown+","+unknown, ``), `
			error structure Patient.extension: has 2 with url "http://example.org/unknown", and may have at most 1 (p|1, slice extension:unknown)
			information informational Patient.extension[1]: what http://example.org/unknown|2 demands is not checked, since it is not known here (p|1)`},
		check{of(`{"url":"http://example.org/colour","valueString":"red"}`, ``), `error structure Patient.extension[0].value: is of type string, and must be code (colour|1)`},
		check{of(`{"url":"http://example.org/colour","extension":[`+unknown+`]}`, ``), `
			error structure Patient.extension[0].extension: must not be there (colour|1)
			error required Patient.extension[0].value: is required, as code (colour|1)`},
		check{of(colour, `,"birthDate":"2000","_birthDate":{"extension":[{"url":"http://example.org/colour","valueBoolean":true},`+unknown+`]}`), `
			error structure Patient.birthDate.extension[1]: is in none of the slices, and no others are allowed: colour with url "http://example.org/colour" (p|1)
			error structure Patient.birthDate.extension[0].value: is of type boolean, and must be code (colour|1)`},
	)
}

// TestReslicing: a slice is sliced in turn.
func TestReslicing(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.identifier","slicing":{"rules":"open","discriminator":[{"type":"value","path":"system"}]}}`,
		`{"id":"Patient.identifier:mrn","max":"2","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"use"}]}}`,
		`{"id":"Patient.identifier:mrn.system","min":1,"fixedUri":"mrn"}`,
		`{"id":"Patient.identifier:mrn/old","max":"1"}`, `{"id":"Patient.identifier:mrn/old.use","fixedCode":"old"}`,
		`{"id":"Patient.identifier:mrn/usual","min":1,"max":"1"}`, `{"id":"Patient.identifier:mrn/usual.use","fixedCode":"usual"}`,
	))
	of := func(identifiers string) string {
		return `{"resourceType":"Patient","identifier":[` + identifiers + `]}`
	}
	checkAll(t, s, "p",
		check{of(`{"system":"mrn","use":"old"},{"system":"x"},{"system":"mrn","use":"usual"}`), ``},
		check{of(`{"system":"mrn","use":"old"},{"system":"mrn","use":"temp"}`), `
			error structure Patient.identifier[1]: is in none of the slices, and no others are allowed: mrn/old with use "old" or mrn/usual with use "usual" (p|1, slice identifier:mrn)
			error required Patient.identifier: needs at least 1 with use "usual", and has 0 (p|1, slice identifier:mrn in identifier:mrn/usual)`},
	)
}

func TestSlicesThatAreNotUnderstood(t *testing.T) {
	for _, discriminator := range []string{`{"type":"value","path":"value"}`, `{"type":"position","path":"$this"}`, `{"type":"value","path":"value.first()"}`} {
		s := setOf(t, definition(t, "p", "Patient",
			`{"id":"Patient.identifier","slicing":{"rules":"closed","discriminator":[`+discriminator+`]}}`,
			`{"id":"Patient.identifier:a","min":1}`))
		checkAll(t, s, "p", check{`{"resourceType":"Patient","identifier":[{"value":"x"}]}`,
			`information informational Patient.identifier[0]: the slice a is not checked: how it differs from others is not understood (p|1)`})
	}
}

func TestParsePath(t *testing.T) {
	tests := map[string][]step{
		"$this":          nil,
		"coding.code":    {{toElement, "coding"}, {toElement, "code"}},
		"$this.url":      {{toElement, "url"}},
		"resolve().code": {{toResolved, ""}, {toElement, "code"}},
		"extension('http://x.org/a.b').value.ofType(CodeableConcept)": {{toExtension, "http://x.org/a.b"}, {toElement, "value"}, {toType, "CodeableConcept"}},
	}
	for path, want := range tests {
		got, err := parsePath(path)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %v, %v", path, got, err)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
	}
	for _, path := range []string{"first()", "extension('x'", "where(x=1).y"} {
		if steps, err := parsePath(path); err == nil {
			t.Errorf("%s is read as %v", path, steps)
		}
	}
}

// TestSlicesByExtension: values are told apart by an extension of theirs, or by
// the type of a choice inside.
func TestSlicesByExtension(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.identifier","slicing":{"rules":"open","discriminator":[{"type":"value","path":"extension('http://x/kind').value.ofType(code)"}]}}`,
		`{"id":"Patient.identifier:a","min":1,"max":"1"}`, `{"id":"Patient.identifier:a.extension"}`, `{"id":"Patient.identifier:a.extension:kind","min":1}`,
		`{"id":"Patient.identifier:a.extension:kind.url","fixedUri":"http://x/kind"}`, `{"id":"Patient.identifier:a.extension:kind.value[x]","min":1,"fixedCode":"a"}`,
		`{"id":"Patient.telecom","slicing":{"rules":"open","discriminator":[{"type":"profile","path":"$this"}]}}`,
		`{"id":"Patient.telecom:email","min":1,"type":[{"code":"ContactPoint","profile":["http://example.org/email"]}]}`,
	), definition(t, "email", "ContactPoint", `{"id":"ContactPoint.system","min":1,"max":"1","fixedCode":"email"}`))
	const email = `,"telecom":[{"system":"phone"},{"system":"email"}]`
	of := func(kind, rest string) string {
		return `{"resourceType":"Patient","identifier":[{"value":"x"},{"extension":[{"url":"http://x/other","valueCode":"a"},{"url":"http://x/kind",` + kind + `}]}]` + rest + `}`
	}
	const missing = `error required Patient.identifier: needs at least 1 with extension('http://x/kind').value.ofType(code) "a", and has 0 (p|1, slice identifier:a)`
	checkAll(t, s, "p",
		check{of(`"valueCode":"a"`, email), ``},
		check{of(`"valueCode":"b"`, email), missing},
		check{of(`"valueString":"a"`, email), missing},
		check{of(`"valueCode":"a"`, `,"telecom":[{"system":"phone"}]`),
			`error required Patient.telecom: needs at least 1 with $this that conforms to a profile, and has 0 (p|1, slice telecom:email)`},
	)
}
