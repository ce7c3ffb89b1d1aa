package api

import (
	"net/http"
	"strconv"
	"strings"
)

func (r tracer) request(s setup) single {
	if s.request != nil && r.IntN(5) < 2 {
		return s.request(r)
	}
	switch r.IntN(12) {
	case 0:
		return single{method: http.MethodGet, url: r.read()}
	case 1, 2:
		return single{method: http.MethodGet, url: r.list()}
	case 3, 4:
		return r.creation(s)
	case 5, 6, 7:
		return r.preconditioned(r.update(s))
	case 8:
		return r.preconditioned(single{method: http.MethodDelete, url: r.named()})
	}
	return r.preconditioned(single{method: http.MethodPatch, url: r.named(), resource: r.patch()})
}

// either is the first of some requests, or another.
func (r tracer) either(first single, others ...single) single {
	if r.IntN(2) == 0 {
		return first
	}
	return others[r.IntN(len(others))]
}

// id is one of those that both worlds have (v1, v2, v3, and d1, which is deleted), that
// are hidden, or that are nowhere.
func (r tracer) id() string {
	return r.of("v1", "v2", "v3", "v1", "v2", "v3", "v1", "v2", "v3", "h1", "h2", "h3", "d1", "free")
}

// named names an Observation by its id or by criteria.
func (r tracer) named() string {
	return r.of("Observation/"+r.id(), "Observation/"+r.id(), "Observation?"+r.criteria())
}

func (r tracer) criteria() string {
	identifier := "identifier=" + r.of("x", "y", "z")
	return r.of(identifier, identifier, identifier+"&subject:Patient.family=Everyman", "subject:Patient.family=Everywoman&"+identifier,
		"_has:Observation:has-member:"+identifier, "status=final", "_id="+r.id(), "category:not=laboratory&"+identifier)
}

func (r tracer) read() string {
	observation := "Observation/" + r.id()
	return r.of(observation, observation+"/_history", observation+"/_history/"+r.of("1", "2"), "Patient/adam", "Patient/eve", "Patient/adam/Observation",
		observation+"/$meta", observation+"/_history/"+r.of("1", "2")+"/$meta", "Patient/adam/$everything", "Patient/eve/$everything?_count=2")
}

func (r tracer) list() string {
	return r.of("Observation?"+r.criteria(), "Observation?"+r.criteria()+"&_total=accurate&_count=1", "Observation?_summary=count",
		"Patient?_revinclude=Observation:subject", "Patient?_has:Observation:subject:identifier="+r.of("x", "y", "z"),
		"Observation?_include=Observation:subject&_include=Observation:has-member", "_history", "_history?_count=2",
		"Observation/_history?_count="+r.of("0", "3", "20"), "Observation/_history?_at=2026-03-01T12:00:30Z", "Observation/_history?_since=2026-03-01T12:01:00Z",
		"Patient/adam/$everything?_type=Observation&_since=2026-03-01T12:00:30Z", "Patient/$everything?_count="+r.of("1", "20"),
		"Observation/$lastn?patient="+r.of("adam", "eve")+"&category=vital-signs,laboratory", "DocumentReference/$docref?patient=adam&start=2020")
}

// creation makes an Observation, or an Encounter with a conditional reference.
func (r tracer) creation(s setup) single {
	if r.IntN(3) == 0 {
		return single{method: http.MethodPost, url: "Encounter", resource: `{"resourceType":"Encounter","status":"finished","subject":{"reference":"Patient/` + r.of(s.patients...) +
			`"},"reasonReference":[{"reference":"Observation?` + r.criteria() + `"}]}`}
	}
	made := single{method: http.MethodPost, url: "Observation", resource: r.observation(s, "")}
	if r.IntN(2) == 0 {
		made.condition, made.value = "ifNoneExist", r.criteria()
	}
	return made
}

func (r tracer) update(s setup) single {
	if r.IntN(2) == 0 {
		return single{method: http.MethodPut, url: "Observation?" + r.criteria(), resource: r.observation(s, r.of("", "", r.id()))}
	}
	id := r.id()
	return single{method: http.MethodPut, url: "Observation/" + id, resource: r.observation(s, id)}
}

func (r tracer) preconditioned(s single) single {
	switch r.IntN(9) {
	case 0:
		s.condition, s.value = "ifMatch", r.of(`W/"1"`, `W/"2"`, "*")
	case 1:
		s.condition, s.value = "ifNoneMatch", r.of(`W/"1"`, "*")
	}
	return s
}

func (r tracer) observation(s setup, id string) string {
	return valued(id, r.of("vital-signs", "vital-signs", "laboratory"), r.of(s.patients...), r.of("x", "y", "z"), s.content+r.IntN(2))
}

// valued is an Observation of a category about a patient; without an id it has none.
func valued(id, category, patient, identifier string, value int) string {
	return anonymous(strings.TrimSuffix(measured(id, category, patient), "}") + `,"identifier":[{"value":"` + identifier + `"}],"valueInteger":` + strconv.Itoa(value) + `}`)
}

// patch is one in either format: most can be applied.
func (r tracer) patch() string {
	replace := formatsOfPatch[r.IntN(2)].replace
	status := replace("Observation", "status", "Code", r.of(`"amended"`, `"corrected"`))
	return r.of(status, status, status, replace("Observation", "subject.reference", "String", `"Patient/adam"`),
		`[{"op":"replace","path":"/valueInteger","value":1}]`, `[{"op":"test","path":"/valueInteger","value":1}]`, `[{"op":"remove","path":"/nothing"}]`,
		formatsOfPatch[1].replace("Observation", "value", "Integer", "1"), formatsOfPatch[1].replace("Observation", "identifier.where(value = 'x').value", "String", `"y"`))
}
