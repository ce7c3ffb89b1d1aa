package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// maker makes resources with hostile values: what separates the parts of a search
// value, of a scope or of a URL, letters of several runes, ids of 64 characters,
// ids that begin with each other and are the same in several types.
type maker struct {
	*rand.Rand
	base  string
	start time.Time
}

func pick[T any](m *maker, from ...T) T { return from[m.IntN(len(from))] }

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

var long = strings.Repeat("x", 64)

// ids of each type: few, so that references meet, and the same in many types.
var ids = map[string][]string{
	"Patient":      {"a", "a1", "A", "a-1", long},
	"Practitioner": {"a", "b", "a1", "a.1"}, "PractitionerRole": {"a", "a1"}, "Organization": {"a", "b"}, "Location": {"a", "a1", "b"},
	"RelatedPerson": {"a", "a1", "r"}, "CareTeam": {"a", "a1", "t", "A"}, "Device": {"a", "d", "a-1"}, "Task": {"a", "t", "1"},
	"Group": {"a", "g"}, "AuditEvent": {"a", "e", "1"}, "Medication": {"a", "m", "m1", "M"}, "Substance": {"a", "s", "s1"},
	"Binary": {"a", "b", "b1", "c", "d"}, "Provenance": {"a", "p", "1", "2", "3"}, "List": {"a", "l", "1"},
	"DocumentReference": {"a", "d", "1", "2", "3", "4", "5", "6"}, "Media": {"a", "m"}, "DiagnosticReport": {"a", "d", "1"},
	"Encounter": {"a", "a1", "e", "1", "2", "A"}, "MedicationRequest": {"a", "m", "1", "2", "3"}, "ValueSet": {"a", "v"},
	"Observation": {"a", "a1", "A", "o", "1", "10", "100", "1.0", "1-0", long, long[1:] + "y", "v1", "v2"},
	"Condition":   {"a", "a1", "c", "1", "2", "C"}, "RiskAssessment": {"a", "r", "1"},
}

// Types are the types of the data, sorted.
var types = slices.Sorted(func(yield func(string) bool) {
	for typ := range ids {
		if !yield(typ) {
			return
		}
	}
})

var texts = []string{"plain", "a,b", "a|b", "50%", "%41", `back\slash`, "$5", "A&B=C", "plus+sign", `"quoted"`, "Ångström", "Ångström Åse", "e\u0301te\u0301", "été",
	"𝕏-ray 😀", "ﬁne  line", "O'Brien; <b>", "Plainly", "zwölf?#", "-10", "東京"}

var codes = []string{"a", "b", "A", "a,b", "a|b", "x$y", `\`, "%7C", "a&b", "a+b", "é", "😀", "1"}

var systems = []string{"http://example.org/s", "http://example.org/s|1", "urn:s,1", "", "http://example.org/S"}

func (m *maker) text() string { return pick(m, texts...) }

func (m *maker) coding() Object {
	c := Object{"code": pick(m, codes...)}
	if system := pick(m, systems...); system != "" {
		c["system"] = system
	}
	if m.chance(30) {
		c["display"] = m.text()
	}
	return c
}

func (m *maker) concept() Object {
	c := Object{}
	if m.chance(85) {
		c["coding"] = []any{m.coding()}
		if m.chance(25) {
			c["coding"] = []any{m.coding(), m.coding()}
		}
	}
	if len(c) == 0 || m.chance(25) {
		c["text"] = m.text()
	}
	return c
}

// ccd is the type of a Continuity of Care Document.
func ccd() Object { return Object{"system": "http://loinc.org", "code": "34133-9"} }

const categories = "http://terminology.hl7.org/CodeSystem/observation-category"

func (m *maker) category() []any {
	of := func() any {
		return Object{"coding": []any{Object{"system": categories, "code": pick(m, "vital-signs", "laboratory", "exam")}}}
	}
	if m.chance(20) {
		return []any{of(), of()}
	}
	return []any{of()}
}

var numbers = []string{"1", "1|2", "a,b", "%41", `\`, "x$y", "é", "2", "3", "4"}

func (m *maker) identifiers() []any {
	i := Object{"value": pick(m, numbers...)}
	if m.chance(60) {
		i["system"] = pick(m, "urn:mrn", "urn:mrn|2")
	}
	if m.chance(20) {
		i["type"] = Object{"coding": []any{Object{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": pick(m, "MR", "PI")}}}
	}
	return []any{i}
}

// date is near the beginning of the test, so that now passes it, or far from it.
func (m *maker) date() string {
	at := m.start.Add(time.Duration(m.IntN(200)-100) * time.Hour)
	if m.chance(40) {
		at = m.start.AddDate(-m.IntN(40), -m.IntN(12), 0)
	}
	switch m.IntN(6) {
	case 0:
		return at.Format("2006")
	case 1:
		return at.Format("2006-01")
	case 2:
		return at.Format("2006-01-02")
	case 3:
		return at.Format("2006-01-02T15:04:05.000Z")
	case 4:
		return at.In(time.FixedZone("", 5*3600+1800)).Format("2006-01-02T15:04:05-07:00")
	}
	return at.Format("2006-01-02T15:04:05Z")
}

func (m *maker) day() string {
	return m.start.AddDate(-m.IntN(60), 0, -m.IntN(300)).Format("2006-01-02")
}

// period begins or ends within the hours of the test, most times.
func (m *maker) period() Object {
	at := func(from, to int) string {
		return m.start.Add(time.Duration(from+m.IntN(to-from)) * time.Hour).Format("2006-01-02T15:04:05Z")
	}
	p := Object{}
	if m.chance(70) {
		p["start"] = at(-100, 60)
	}
	if m.chance(60) || len(p) == 0 {
		p["end"] = at(60, 200)
	}
	if m.chance(10) {
		p["end"] = at(-90, 0)
		delete(p, "start")
	}
	return p
}

func (m *maker) quantity() Object {
	q := Object{"value": number(pick(m, "1", "1.0", "1.50", "70", "-5", "0.1", "1000", "100"))}
	switch m.IntN(5) {
	case 0:
		q["unit"] = pick(m, "cm", "b|g", "a,b")
	case 1:
		q["unit"], q["system"], q["code"] = "big", "http://example.org/u", pick(m, "cm", "b|g", "x$y")
	default:
		unit := pick(m, "m", "cm", "kg", "g", "mg/dL")
		q["unit"], q["system"], q["code"] = unit, "http://unitsofmeasure.org", unit
	}
	if m.chance(15) {
		q["comparator"] = pick(m, "<", ">=")
	}
	return q
}

func (m *maker) names() []any {
	return []any{Object{"family": m.text(), "given": []any{m.text(), "Zoe"}}}
}

// ref refers to a resource in one of the ways in which one is referred to; most
// lead there.
func (m *maker) ref(typ string) Object {
	key := typ + "/" + pick(m, ids[typ]...)
	switch m.IntN(16) {
	case 0:
		return Object{"reference": m.base + "/" + key}
	case 1:
		return Object{"reference": key + "/_history/1"}
	case 2:
		return Object{"reference": "https://elsewhere.example/fhir/" + key}
	case 3:
		return Object{"type": typ, "identifier": Object{"system": "urn:mrn", "value": pick(m, numbers...)}}
	case 4:
		return Object{"reference": key, "identifier": Object{"value": pick(m, numbers...)}, "display": m.text()}
	case 5:
		return Object{"display": "somebody"}
	case 6:
		return Object{"reference": typ + "/nobody"}
	}
	return Object{"reference": key}
}

func (m *maker) refs(typs ...string) []any {
	list := []any{m.ref(pick(m, typs...))}
	for m.chance(30) {
		list = append(list, m.ref(pick(m, typs...)))
	}
	return list
}

func (m *maker) subject() Object {
	if m.chance(60) {
		return Object{"reference": "Patient/" + pick(m, ids["Patient"]...)}
	}
	return m.ref("Patient")
}

func (m *maker) binary() string {
	key := "Binary/" + pick(m, ids["Binary"]...)
	return pick(m, key, key, m.base+"/"+key, "https://elsewhere.example/fhir/"+key)
}

// Make is the content of a resource of a type, without an id.
func (m *maker) make(typ string) Object {
	body := makers[typ](m)
	body["resourceType"] = typ
	m.maybe(body, 50, "meta", m.meta)
	if typ != "Binary" {
		m.maybe(body, 20, "language", func() any { return pick(m, "en", "de") })
	}
	return normal(body)
}

func (m *maker) maybe(body Object, percent int, name string, value func() any) {
	if m.chance(percent) {
		body[name] = value()
	}
}

func (m *maker) meta() any {
	meta := Object{}
	m.maybe(meta, 60, "tag", func() any {
		return []any{Object{"system": "http://example.org/tags", "code": pick(m, "red", "green", "a,b", "a|b")}}
	})
	m.maybe(meta, 40, "security", func() any {
		return []any{Object{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": pick(m, "R", "N", "V")}}
	})
	m.maybe(meta, 30, "profile", func() any {
		return []any{pick(m, "http://example.org/p/a", "http://example.org/p/a/b", "http://example.org/p/a,b")}
	})
	m.maybe(meta, 20, "source", func() any { return pick(m, "http://example.org/f/1", "urn:x:1") })
	return meta
}

// normal has the types that decoding gives.
func normal(body Object) Object {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	var decoded Object
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		panic(fmt.Sprint(err))
	}
	return decoded
}

func number(text string) json.Number { return json.Number(text) }
