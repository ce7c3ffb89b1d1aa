package oracle

import (
	"net/http"
	"slices"
	"time"

	"github.com/granary-fhir/granary/internal/naive"
)

// operationScopes adds scopes on operations, now and then in the place of all others.
func (g *Generator) operationScopes(c *naive.Caller) {
	if g.chance(25) {
		c.Scopes = nil
	}
	for len(c.Scopes) == 0 || g.chance(60) {
		level := pick(g.maker, g.level(c), "patient")
		s := pick(g.maker, naive.OperationScopes(level, pick(g.maker, "*", "Observation", pick(g.maker, types...)))...)
		c.Scopes = append(c.Scopes, s)
	}
}

// operation is a request of one, most times of one that the caller may ask for.
func (g *Generator) operation(c *naive.Caller) Request {
	var r Request
	for range 4 {
		switch n := g.IntN(16); {
		case n < 5:
			r = g.everything(c)
		case n < 8:
			r = g.meta(c)
		case n < 10:
			r = g.lastn(c)
		case n < 13:
			r = g.docref(c)
		default:
			r = g.validation(c)
		}
		asked := tx{state: g.state, before: g.state.World, caller: c}
		if asked.forbidden(r) != http.StatusForbidden {
			break
		}
	}
	return r
}

// everything is about a patient, all of them, or an encounter.
func (g *Generator) everything(c *naive.Caller) Request {
	r := Request{Kind: Everything, Type: pick(g.maker, "Patient", "Patient", "Encounter"), Post: pick(g.maker, 0, 0, 1, 2)}
	if r.Type == "Encounter" || g.chance(70) {
		r.ID = g.id(r.Type)
	}
	if r.Type == "Patient" && r.ID != "" && c.Patient != "" && g.chance(50) {
		r.ID = c.Patient
	}
	r.Count = pick(g.maker, 0, 0, 0, 1, 5, 20, 1000)
	for g.chance(40) {
		typ := pick(g.maker, g.typeFor(c, 's'), g.typeFor(c, 'r'), "Encounter", "Observation", r.Type)
		if !slices.Contains(r.Only, typ) {
			r.Only = append(r.Only, typ)
		}
	}
	if g.chance(20) {
		r.Since = g.state.Now.Add(-time.Duration(g.IntN(3*3600)) * time.Second).Format(time.RFC3339)
	}
	if r.Type == "Patient" && g.chance(25) {
		r.Care = g.time()
	}
	return r
}

// time has a start, an end or both.
func (g *Generator) time() [2]string {
	day := func(from, to int) string {
		return g.start.AddDate(0, 0, pick(g.maker, 1, 1, 365)*(from+g.IntN(to-from))).Format(time.DateOnly)
	}
	return pick(g.maker, [2]string{day(-8, 3), ""}, [2]string{"", day(-3, 4)}, [2]string{day(-8, 0), day(0, 5)})
}

// patient is the caller's, often.
func (g *Generator) patient(c *naive.Caller) string {
	if c.Patient != "" && g.chance(50) {
		return c.Patient
	}
	return pick(g.maker, ids["Patient"]...)
}

// lastn is of a patient's Observations of some categories.
func (g *Generator) lastn(c *naive.Caller) Request {
	patient := g.patient(c)
	criteria := []naive.Pair{
		{Name: pick(g.maker, "patient", "subject"), Value: pick(g.maker, "Patient/"+patient, "Patient/"+patient, patient)},
		{Name: "category", Value: pick(g.maker, "vital-signs,laboratory,exam", "vital-signs", categories+"|laboratory,exam")},
	}
	if g.chance(30) {
		criteria = append(criteria, naive.Pair{Name: "date:missing", Value: pick(g.maker, "false", "false", "true")})
	}
	return Request{Kind: Lastn, Type: "Observation", Query: naive.Query{Types: []string{"Observation"}, Criteria: criteria}, Most: g.IntN(4), Post: pick(g.maker, 0, 0, 1, 2)}
}

// meta is of a resource or version.
func (g *Generator) meta(c *naive.Caller) Request {
	r := g.read(c)
	if typ := g.named(c, Meta); typ != "" && g.chance(60) {
		r.Type, r.ID = typ, g.id(typ)
	}
	return Request{Kind: Meta, Type: r.Type, ID: r.ID, Version: r.Version, Post: pick(g.maker, 0, 0, 1, 2)}
}

// named is a type for which a scope on an operation is, "" without one.
func (g *Generator) named(c *naive.Caller, of Kind) string {
	about := slices.DeleteFunc(slices.Clone(c.Scopes), func(s naive.Scope) bool { return s.Operation != string(of) || s.Type == "*" })
	if len(about) == 0 {
		return ""
	}
	return pick(g.maker, about...).Type
}

// docref is about a patient's documents; some of its parameters are wrong, now and then.
func (g *Generator) docref(c *naive.Caller) Request {
	patient := pick(g.maker, g.patient(c), g.patient(c), "a")
	r := Request{Kind: Docref, Type: "DocumentReference", Post: pick(g.maker, 0, 0, 1, 2)}
	ask := func(name, value string) {
		if value != "" {
			r.Asks = append(r.Asks, naive.Pair{Name: name, Value: value})
		}
	}
	ask("patient", pick(g.maker, patient, "Patient/"+patient, g.base+"/Patient/"+patient))
	if g.chance(50) {
		care := g.time()
		ask("start", care[0])
		ask("end", care[1])
	}
	for g.chance(40) {
		ask("type", token(pick(g.maker, g.coding(), ccd(), ccd())))
	}
	ask("on-demand", pick(g.maker, "", "", "", "", "", "", "false", "true"))
	if g.chance(10) {
		wrong := pick(g.maker, naive.Pair{Name: "patient", Value: "nobody"}, naive.Pair{Name: "profile", Value: "http://example.org/p/a"},
			naive.Pair{Name: "start", Value: "soon"}, naive.Pair{Name: "on-demand", Value: "perhaps"}, naive.Pair{Name: "_count", Value: "1"})
		r.Asks = append(r.Asks, wrong)
	}
	if g.chance(4) {
		r.Asks[0].Value = "Practitioner/" + patient
	}
	return r
}

// token is a coding as a search has it.
func token(coding Object) string {
	system, _ := coding["system"].(string)
	code, _ := coding["code"].(string)
	if system == "" {
		return escape(code)
	}
	return escape(system) + "|" + escape(code)
}

// validation is a $validate of what could be written, or of what there is.
func (g *Generator) validation(c *naive.Caller) Request {
	if typ := g.named(c, Validate); typ != "" && g.chance(60) {
		r := Request{Kind: Validate, Type: typ, ID: g.id(typ), Post: pick(g.maker, 0, 1)}
		if r.Post == 1 && g.chance(50) {
			r.Body = g.make(typ)
		}
		return r
	}
	write := g.writing(c)
	r := Request{Kind: Validate, Type: write.Type, ID: write.ID, Body: write.Body, IfMatch: write.IfMatch, Post: pick(g.maker, 1, 1, 2)}
	if r.ID == "" || write.Kind == Patch || write.Kind == Create {
		r.ID, r.IfMatch = g.id(r.Type), ""
	}
	switch {
	case write.Kind == Create && g.chance(75):
		r.ID, r.Mode = "", pick(g.maker, "create", "create", "")
	case write.Kind == Update && g.chance(60):
		r.Mode = "update"
	case write.Kind == Delete && g.chance(60):
		r.Mode = "delete"
	case r.Body == nil:
		r.Post = pick(g.maker, 0, 1)
	}
	if r.Mode == "" {
		r.IfMatch = ""
	}
	return r
}
