package api

import (
	"strings"
	"testing"
)

// leaks row 30: what is contained is no resource. Its container decides who sees it,
// and it is found, chained to, included and read by nobody, not even by whoever sees
// everything (references.html#contained).

// categorized is the element of some categories.
func categorized(codes ...string) string {
	for i, code := range codes {
		codes[i] = `{"coding":[{"system":"` + category + `","code":"` + code + `"}]}`
	}
	return `"category":[` + strings.Join(codes, ",") + `]`
}

func TestLeak30ContainerDecides(t *testing.T) {
	w := newWorld(t)
	inner := func(code string) string {
		return `"contained":[{"resourceType":"Observation","id":"inner","status":"final",` + categorized(code) + `,"code":{"text":"secret"},"subject":{"reference":"Patient/eve"}}],"hasMember":[{"reference":"#inner"}]`
	}
	w.add(eve, adam,
		about("Observation", "vital-with-lab", "eve", categorized("vital-signs")+","+inner("laboratory")),
		about("Observation", "lab-with-vital", "eve", categorized("laboratory")+","+inner("vital-signs")),
		// Of Adam, with an Observation of Eve inside.
		about("Observation", "adams", "adam", categorized("laboratory")+","+inner("laboratory")),
		about("DiagnosticReport", "adams", "adam", strings.Replace(inner("laboratory"), "hasMember", "result", 1)),
	)
	for context, want := range map[string][2][]string{
		"Patient/eve":  {{"Observation/lab-with-vital"}, {"Observation/vital-with-lab"}},
		"Patient/adam": {{"Observation/adams"}, {}},
	} {
		for i, code := range []string{"laboratory", "vital-signs"} {
			token := w.token("patient/Observation.rs?category="+category+"|"+code+" patient/DiagnosticReport.rs", context)
			w.everyWay(token, "/Observation", want[i]...)
			w.reads(token, want[i]...)
			w.lacks(token, "Observation/inner")
		}
	}
	labs := w.token("patient/Observation.rs?category="+category+"|laboratory patient/DiagnosticReport.rs", "Patient/eve")
	w.lacks(labs, "Observation/vital-with-lab", "Observation/adams", "DiagnosticReport/adams")
	w.everyWay(labs, "/DiagnosticReport")
	w.everyWay(labs, "/Observation?_content=secret", "Observation/lab-with-vital")
	w.everyWay(w.all(), "/Observation?_content=secret", "Observation/adams", "Observation/lab-with-vital", "Observation/vital-with-lab")
}

func TestLeak30ContainedIsNoResource(t *testing.T) {
	w := newWorld(t)
	patient := `{"resourceType":"Patient","id":"p","name":[{"family":"Inside"}],"generalPractitioner":[{"reference":"Practitioner/gp"}]}`
	w.add(eve, adam, `{"resourceType":"Practitioner","id":"gp"}`,
		`{"resourceType":"Observation","id":"inside","status":"final","contained":[`+patient+`],"subject":{"reference":"#p"}}`,
		`{"resourceType":"Observation","id":"namesake","status":"final","contained":[`+strings.Replace(patient, `"p"`, `"eve"`, 1)+`],"subject":{"reference":"#eve"}}`,
		`{"resourceType":"Patient","id":"outside","name":[{"family":"Inside"}]}`, about("Observation", "outside", "outside", `"status":"final"`),
	)
	all := w.all()
	for path, want := range map[string]string{
		"/Patient?family=Inside":                                      "Patient/outside",
		"/Patient?_id=p":                                              "",
		"/Observation?subject:Patient.family=Inside":                  "Observation/outside",
		"/Observation?subject.general-practitioner=Practitioner/gp":   "",
		"/Observation?subject=Patient/eve":                            "",
		"/Observation?subject=Patient/p":                              "",
		"/Observation?subject=p,eve":                                  "",
		"/Patient?_has:Observation:subject:status=final":              "Patient/outside",
		"/Practitioner?_revinclude=Patient:general-practitioner":      "Practitioner/gp",
		"/Observation?_include=Observation:subject":                   "Observation/inside Observation/namesake Observation/outside include Patient/outside",
		"/Patient?_contained=false&_containedType=container&_id=p":    "",
		"/Patient?general-practitioner=Practitioner/gp":               "",
		"/Practitioner?_has:Patient:general-practitioner:family=Insi": "",
	} {
		w.everyWay(all, path, split(want)...)
	}
	w.lacks(all, "Patient/p")
	for _, path := range []string{"/Patient?_contained=true", "/Patient?_contained=both", "/Patient?family=Inside&_contained=true&_containedType=contained", "?_type=Patient&_contained=true"} {
		if got := w.get(all, path); got.status != 400 || strings.Contains(got.body, "Inside") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	// A contained Patient makes nobody's chart, whatever its id.
	own := w.token("patient/*.rs", "Patient/eve")
	w.everyWay(own, "/Observation")
	w.lacks(own, "Observation/namesake", "Observation/inside")
	w.everyWay(w.token("patient/*.rs", "Patient/outside"), "/Observation", "Observation/outside")
}

// split are the words, which "include" joins to the next.
func split(words string) []string {
	ids := []string{}
	for word := range strings.FieldsSeq(words) {
		if n := len(ids); n > 0 && ids[n-1] == "include" {
			ids[n-1] += " " + word
			continue
		}
		ids = append(ids, word)
	}
	return ids
}
