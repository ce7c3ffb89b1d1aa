package oracle

import (
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

func (g *Generator) write(c *naive.Caller) Request {
	r := g.writing(c)
	r.Prefer = pick(g.maker, "", "", "minimal", "representation", "OperationOutcome")
	return r
}

// writing is a write of a type of which a scope speaks.
func (g *Generator) writing(c *naive.Caller) Request {
	switch n := g.IntN(12); {
	case n < 3:
		if typ := g.typeFor(c, 'c'); len(g.state.World.Of(typ)) <= 2*len(ids[typ]) {
			return g.creation(c, typ)
		}
	case n < 7:
		return g.updating(c, g.typeFor(c, 'u'))
	case n < 10:
		return g.patching(c, g.typeFor(c, 'u'))
	}
	typ := g.typeFor(c, 'd')
	r := Request{Kind: Delete, Type: typ, ID: g.id(typ)}
	g.conditions(&r, 30)
	return r
}

// conditions makes the request one by criteria, now and then, or adds what it
// expects.
func (g *Generator) conditions(r *Request, percent int) {
	if g.chance(percent) {
		r.ID, r.Criteria = "", g.criteria(r.Type)
	}
	if r.Kind == Create || !g.chance(20) {
		return
	}
	version := pick(g.maker, "1", "2", "*")
	if current := g.state.Current(r.key()); current != nil && g.chance(60) {
		version = itoa(current.N)
	}
	if g.chance(50) {
		r.IfMatch = version
	} else {
		r.IfNoneMatch = version
	}
}

// criteria match none, one or several.
func (g *Generator) criteria(typ string) []naive.Pair {
	if g.chance(40) && typ != "Binary" {
		if c, ok := g.naive.Criterion(g.some(typ)); ok && !strings.Contains(c.Name, ":missing") && !strings.HasSuffix(c.Name, ":not") {
			return []naive.Pair{c}
		}
	}
	id := naive.Pair{Name: "_id", Value: g.id(typ)}
	if _, has := ids[typ]; !has || !slices.Contains(naive.Params(typ, "token"), "identifier") {
		return []naive.Pair{id}
	}
	number := escape(pick(g.maker, numbers...))
	all := []naive.Pair{{Name: "identifier", Value: pick(g.maker, "", `urn:mrn|`) + number}}
	if g.chance(20) {
		all = append(all, id)
	}
	return all
}

// content is new, or what there is with some change; often about the patient of the
// caller, and within a scope.
func (g *Generator) content(c *naive.Caller, typ string) Object {
	body := g.make(typ)
	if g.chance(45) {
		fresh := body
		body = maps.Clone(g.some(typ).JSON)
		if body["resourceType"] != typ {
			return fresh
		}
		for _, name := range slices.Sorted(maps.Keys(fresh)) {
			if g.chance(15) && (choice(name) == "" || has(body, name)) {
				body[name] = fresh[name]
			}
		}
	}
	delete(body, "id")
	for _, name := range []string{"subject", "patient", "for"} {
		if _, there := body[name]; there && c.Patient != "" && g.chance(50) {
			body[name] = Object{"reference": "Patient/" + c.Patient}
		}
	}
	return body
}

// choice is the name of the element of which a member is one type, "" for others: a
// resource has one of them at most.
func choice(name string) string {
	for _, of := range []string{"effective", "value", "onset", "medication", "created", "occurrence", "deceased"} {
		if strings.HasPrefix(name, of) {
			return of
		}
	}
	return ""
}

func has(body Object, name string) bool {
	_, there := body[name]
	return there
}

func (g *Generator) creation(c *naive.Caller, typ string) Request {
	r := Request{Kind: Create, Type: typ, Body: g.content(c, typ)}
	g.conditions(&r, 30)
	return r
}

func (g *Generator) updating(c *naive.Caller, typ string) Request {
	r := Request{Kind: Update, Type: typ, ID: g.id(typ), Body: g.content(c, typ)}
	if current := g.state.Current(r.key()); current != nil && current.Live != nil && g.chance(40) {
		body := maps.Clone(current.Live.JSON)
		if fresh := g.content(c, typ); g.chance(85) {
			if name := pick(g.maker, slices.Sorted(maps.Keys(fresh))...); choice(name) == "" || has(body, name) {
				body[name] = fresh[name]
			}
		}
		r.Body = body
	}
	id := r.ID
	g.conditions(&r, 30)
	switch {
	case !r.Conditional():
		r.Body["id"] = id
	case g.chance(30):
		r.Body["id"] = g.id(typ)
	default:
		delete(r.Body, "id")
	}
	return r
}

// patching is a patch in either format; most can be applied.
func (g *Generator) patching(c *naive.Caller, typ string) Request {
	r := Request{Kind: Patch, Type: typ, ID: g.id(typ), Format: pick(g.maker, "json", "json", "fhirpath")}
	g.conditions(&r, 25)
	content := Object{}
	if current := g.state.Current(r.key()); current != nil && current.Live != nil {
		content = current.Live.JSON
	}
	for len(r.Edits) == 0 || g.chance(25) {
		if r.Format == "json" {
			r.Edits = append(r.Edits, g.jsonEdit(c, typ, content))
		} else {
			r.Edits = append(r.Edits, g.pathEdit(typ, content))
			break // several could meet
		}
	}
	return r
}

func (g *Generator) jsonEdit(c *naive.Caller, typ string, content Object) Edit {
	fresh := g.content(c, typ)
	delete(fresh, "resourceType")
	maps.DeleteFunc(fresh, func(name string, _ any) bool { return choice(name) != "" && !has(content, name) })
	name := pick(g.maker, slices.Sorted(maps.Keys(fresh))...)
	switch g.IntN(8) {
	case 0:
		return Edit{Op: "replace", Path: name, Value: fresh[name]}
	case 1:
		return Edit{Op: "test", Path: name, Value: pick(g.maker, fresh[name], content[name], content[name])}
	case 2:
		return Edit{Op: "remove", Path: pick(g.maker, "language", "identifier", "category", "subject")}
	case 3:
		return Edit{Op: "replace", Path: "subject.reference", Value: "Patient/" + pick(g.maker, ids["Patient"]...)}
	}
	return Edit{Op: "add", Path: name, Value: fresh[name]}
}

var (
	withSubject = []string{"CareTeam", "Encounter", "Observation", "Condition", "MedicationRequest", "DiagnosticReport", "DocumentReference", "Media", "List", "RiskAssessment"}
	withStatus  = append([]string{"Medication", "Substance", "Device", "Task", "Location", "ValueSet"}, slices.DeleteFunc(slices.Clone(withSubject), func(typ string) bool { return typ == "Condition" })...)
)

// pathEdit is one that a FHIRPath Patch of the type may make: the path must be one
// that R4 has.
func (g *Generator) pathEdit(typ string, content Object) Edit {
	_, speaks := content["language"]
	replaceable := []string{"language"}
	if slices.Contains(withStatus, typ) {
		replaceable = append(replaceable, "status", "status")
	}
	switch n := g.IntN(6); {
	case n == 0 && slices.Contains(withSubject, typ):
		return Edit{Op: "replace", Path: "subject.reference", Datatype: "String", Value: "Patient/" + pick(g.maker, ids["Patient"]...)}
	case n < 3 && speaks:
		return Edit{Op: "remove", Path: "language"}
	case n < 4 && !speaks && len(content) > 0:
		return Edit{Op: "add", Path: "language", Datatype: "Code", Value: pick(g.maker, "en", "de")}
	}
	path, value := pick(g.maker, replaceable...), any(pick(g.maker, "en", "de"))
	if path == "status" {
		value = g.make(typ)["status"]
	}
	return Edit{Op: "replace", Path: path, Datatype: "Code", Value: value}
}

// bundle is a batch or a transaction of some requests, which may refer to each
// other.
func (g *Generator) bundle(c *naive.Caller) Request {
	r := Request{Kind: pick(g.maker, Batch, Transaction, Transaction), Prefer: pick(g.maker, "", "", "minimal", "OperationOutcome")}
	for n := range 1 + g.IntN(4) {
		var e Request
		switch k := g.IntN(10); {
		case k < 7:
			e = g.writing(c)
		case k < 8 && g.chance(30):
			e = g.operation(c)
			if e.Post = 0; e.Kind == Validate { // with a mode it needs a transaction of its own
				e = Request{Kind: Validate, Type: e.Type, ID: g.id(e.Type)}
			}
		case k < 8:
			e = g.read(c)
			e.Head, e.IfNoneMatch = false, ""
		case k < 9:
			e = g.search(c)
			if e.Post = 0; len(e.Query.Types) != 1 { // one over many types may be refused for its size
				e.Query = g.naive.QueryOf(pick(g.maker, g.state.World.Types()...))
			}
		default:
			e = g.story(c)
			e.Kind = pick(g.maker, InstanceStory, TypeStory)
		}
		if e.Kind == Patch && slices.ContainsFunc(r.Entries, func(before Request) bool { return before.Kind == Patch && before.Type == e.Type }) {
			continue // what the second one meets, and whether it changes it, hangs on the first
		}
		if e.Body != nil && r.Kind == Transaction && g.chance(60) {
			e.FullURL = urn(n)
		}
		r.Entries = append(r.Entries, e)
	}
	if r.Kind == Transaction {
		g.link(r.Entries)
	}
	return r
}

func urn(n int) string { return "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e" + itoa(n) }

// link makes some entries refer to others, or by criteria.
func (g *Generator) link(entries []Request) {
	for i := range entries {
		body := entries[i].Body
		if body == nil {
			continue
		}
		subject, _ := body["subject"].(Object)
		for j := range entries {
			if entries[j].FullURL != "" && entries[j].Type == "Patient" && subject != nil && g.chance(50) {
				body["subject"] = Object{"reference": entries[j].FullURL}
			}
			if entries[j].FullURL != "" && entries[j].Type == "Observation" && entries[i].Type == "Observation" && g.chance(40) {
				body["hasMember"] = []any{Object{"reference": entries[j].FullURL}}
			}
		}
		if subject != nil && g.chance(12) {
			body["subject"] = Object{"reference": "Patient?identifier=" + pick(g.maker, "1", "2", "3", "4", "%C3%A9")}
		}
	}
}
