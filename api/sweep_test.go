package api

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The sweep asks every route, for every type, under policies of nothing and of a single
// letter, for resources that have a canary in every string, and looks for canaries in
// what comes back and in the log.

// swept says what a line of the table of routes may show. A new line has to be put here
// before the build passes.
type swept struct {
	// shows are the letters of which one alone is enough to see what is stored.
	shows string
	// body is what is sent, with TYPE for the type and ID for the id; "" for nothing.
	body   string
	header string
}

// resourceOfIt is a resource of the type, with the id.
const resourceOfIt = `{"resourceType":"TYPE","id":"ID"}`

// sweeps are keyed by method, pattern and interaction.
var sweeps = map[string]swept{
	"GET /metadata capabilities":             {},
	"GET /$explanation/:member $explanation": {}, // another caller's is as absent

	"GET /:type/:id read":                                {shows: "r"},
	"GET /:type/:id/_history/:version vread":             {shows: "r"},
	"GET /:type/:id/_history history-instance":           {shows: "r"},
	"GET /:type/_history history-type":                   {shows: "s"},
	"GET /_history history-system":                       {shows: "s"},
	"GET /:type search-type":                             {shows: "s"},
	"POST /:type/_search search-type":                    {shows: "s", header: formType},
	"GET  search-system":                                 {shows: "s"},
	"POST /_search search-system":                        {shows: "s", header: formType},
	"GET /:type/:id/:member search-compartment":          {shows: "s"},
	"POST /:type/:id/:member/_search search-compartment": {shows: "s", header: formType},
	"POST /:type/:id/_search search-compartment":         {shows: "s", header: formType},

	"POST /:type create":                  {body: resourceOfIt},
	"PUT /:type/:id update":               {body: resourceOfIt},
	"DELETE /:type/:id delete":            {},
	"PATCH /:type/:id patch":              {body: `[{"op":"test","path":"/id","value":"x"}]`, header: "Content-Type: application/json-patch+json"},
	"PUT /:type conditional update":       {body: resourceOfIt},
	"PATCH /:type conditional patch":      {body: `[{"op":"test","path":"/id","value":"x"}]`, header: "Content-Type: application/json-patch+json"},
	"DELETE /:type conditional delete":    {},
	"POST  batch/transaction":             {shows: "rs", body: `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"TYPE/ID"}},{"request":{"method":"GET","url":"TYPE?_count=1000"}},{"request":{"method":"GET","url":"TYPE/ID/_history"}}]}`},
	"POST /:type/$validate $validate":     {body: resourceOfIt},
	"POST /:type/:id/$validate $validate": {body: resourceOfIt},
	"GET /:type/:id/$validate $validate":  {shows: "r"}, // what it finds wrong

	"GET /:type/:id/$meta $meta":                    {shows: "r"},
	"POST /:type/:id/$meta $meta":                   {shows: "r"},
	"GET /:type/:id/_history/:version/$meta $meta":  {shows: "r"},
	"POST /:type/:id/_history/:version/$meta $meta": {shows: "r"},
	"GET /Patient/:id/$everything $everything":      {}, // r to ask, and s for what comes
	"POST /Patient/:id/$everything $everything":     {},
	"GET /Patient/$everything $everything":          {shows: "s"},
	"POST /Patient/$everything $everything":         {shows: "s"},
	"GET /Encounter/:id/$everything $everything":    {}, // r to ask, and s for what comes
	"POST /Encounter/:id/$everything $everything":   {},
	"GET /DocumentReference/$docref $docref":        {}, // without a patient there is nothing to ask; leaks.md row 23
	"POST /DocumentReference/$docref $docref":       {},
	"GET /Observation/$lastn $lastn":                {}, // nor without a code; leaks.md row 24
	"POST /Observation/$lastn $lastn":               {},
}

func (rt route) sweptAs() string { return rt.method + " " + rt.pattern + " " + rt.interaction }

// Every route is classified, and no other is.
func TestSweepKnowsEveryRoute(t *testing.T) {
	known := map[string]bool{}
	for _, rt := range new(server).routes() {
		if _, ok := sweeps[rt.sweptAs()]; !ok && rt.served() {
			t.Errorf("%q is not in sweeps: say there what it may show, to whom", rt.sweptAs())
		}
		known[rt.sweptAs()] = true
	}
	for name := range sweeps {
		if !known[name] {
			t.Errorf("%q is in sweeps, and no route", name)
		}
	}
}

// canary is what stands in every string of what is hidden, with a number of its own.
var canary = regexp.MustCompile(`zqx[0-9]+x`)

// cage makes resources that are full of canaries.
type cage struct{ next int }

func (c *cage) bird() string {
	c.next++
	return "zqx" + strconv.Itoa(c.next) + "x"
}

// resource is one of the type, in which each element stands that a value can be made
// for, down to a depth. Its references are to the hidden patient.
func (c *cage) resource(typ string) string {
	structure, _ := definitions.LookupStructure(typ)
	return c.object(structure, 3, `"resourceType":"`+typ+`","id":"`+idOf(typ)+`","meta":{"tag":[{"code":"`+c.bird()+`"}]}`)
}

// idOf is the id of the one resource of a type; a request that names it may be told it.
func idOf(typ string) string {
	if typ == "Patient" {
		return hiddenPatient
	}
	return "zqx" + strconv.Itoa(900000+slices.Index(definitions.ResourceTypes(), typ)) + "x"
}

const hiddenPatient = "zqx999999x"

func (c *cage) object(s *definitions.Structure, depth int, members string) string {
	for _, e := range s.Elements {
		switch e.Name {
		case "id", "meta", "extension", "modifierExtension", "contained", "implicitRules", "language":
			continue
		}
		types := e.Types
		if !e.Choice {
			types = types[:1]
		}
		name := e.Name
		typ := types[0]
		if e.Choice { // the one that says most
			for _, code := range []string{"Reference", "CodeableConcept", "string", "Quantity"} {
				if i := slices.IndexFunc(types, func(t definitions.TypeRef) bool { return t.Code == code }); i >= 0 {
					typ = types[i]
					break
				}
			}
			name += strings.ToUpper(typ.Code[:1]) + typ.Code[1:]
		}
		if value := c.value(typ, depth); value != "" {
			if e.Array {
				value = "[" + value + "]"
			}
			members += `,"` + name + `":` + value
		}
	}
	return "{" + strings.TrimPrefix(members, ",") + "}"
}

// value is a value of a type, "" where there is none at this depth.
func (c *cage) value(typ definitions.TypeRef, depth int) string {
	switch typ.Code {
	case "boolean":
		return "true"
	case "integer", "positiveInt", "unsignedInt", "decimal":
		return "7"
	case "date":
		return `"2019-05-17"`
	case "dateTime", "instant":
		return `"2019-05-17T10:00:00Z"`
	case "time":
		return `"10:00:00"`
	case "base64Binary":
		return `"enF4"`
	case "uri", "url", "canonical", "oid", "uuid":
		return `"http://` + c.bird() + `.test/"`
	case "Reference":
		return `{"reference":"` + c.target(typ.Targets) + `","display":"` + c.bird() + `"}`
	case "xhtml":
		return `"<div xmlns=\"http://www.w3.org/1999/xhtml\">` + c.bird() + `</div>"`
	case "Resource", "Extension", "Narrative", "Meta":
		return ""
	case "Period":
		return `{"start":"2019-05-17","end":"2019-05-18"}`
	}
	structure, ok := definitions.LookupStructure(typ.Code)
	switch {
	case !ok || structure.Kind == "primitive":
		return `"` + c.bird() + `"`
	case depth == 0:
		return ""
	}
	return c.object(structure, depth-1, "")
}

// target is the hidden patient where the reference may lead there, else the resource of
// a type where it may.
func (c *cage) target(targets []string) string {
	if len(targets) == 0 || slices.Contains(targets, "Patient") || slices.Contains(targets, "Resource") {
		return "Patient/" + hiddenPatient
	}
	return targets[0] + "/" + idOf(targets[0])
}

// uncaged is the patient of those to whom the rest is hidden.
const uncaged = `{"resourceType":"Patient","id":"eve"}`

// caged is a world with one resource of each type, full of canaries, and Eve, who is not
// among them.
func caged(t *testing.T) (*world, map[string]string) {
	t.Helper()
	w := newWorld(t)
	c := &cage{}
	byType := map[string]string{}
	all := []string{uncaged}
	for _, typ := range w.store.Registry().Types() {
		byType[typ] = c.resource(typ)
		all = append(all, byType[typ])
	}
	w.add(all...)
	if c.next < 5000 {
		t.Errorf("there are only %d canaries", c.next)
	}
	return w, byType
}

// sweep sends a request and returns the canaries that it did not bring itself.
func (w *world) sweep(token string, rt route, typ string) (loud []string, got reply) {
	w.Helper()
	s := sweeps[rt.sweptAs()]
	typed := strings.NewReplacer("TYPE", typ, "ID", idOf(typ))
	path := strings.NewReplacer(":type", typ, ":id", idOf(typ), ":version", "1", ":member", typ).Replace(rt.pattern)
	query := ""
	switch {
	case rt.interaction == "search-compartment": // the chart of the hidden patient
		path = strings.NewReplacer(":type", "Patient", ":id", hiddenPatient, ":member", typ).Replace(rt.pattern)
		if !strings.Contains(rt.pattern, ":member") {
			query = "_type=" + typ
		}
	case rt.interaction == "search-system":
		query = "_type=" + typ
	case rt.conditional:
		query = "_id=" + idOf(typ)
	}
	method, body := rt.method, typed.Replace(s.body)
	if s.header == formType {
		body = query
	} else if query != "" {
		path += "?" + query
	}
	w.logs.Reset()
	got = w.send(token, method, path, body, s.header)
	return birds(got.body+fmt.Sprint(got.header), method+" "+path+" "+body), got
}

// birds are the canaries of a text, each once, but for those that were brought.
func birds(text, brought string) []string {
	if !strings.Contains(text, "zqx") {
		return nil
	}
	found := canary.FindAllString(text, -1)
	slices.Sort(found)
	return slices.DeleteFunc(slices.Compact(found), func(bird string) bool { return strings.Contains(brought, bird) })
}

// quietLog wants that nothing of a request is in the log, not even what it brought.
func (w *world) quietLog(name string) {
	w.Helper()
	if bytes.Contains(w.logs.Bytes(), []byte("zqx")) {
		w.Errorf("%s: the log has a canary: %s", name, w.logs.String())
	}
	w.logs.Reset()
}

// sweepable are the types: some, and with GRANARY_LONG in the environment all.
func (w *world) sweepable() []string {
	types := w.store.Registry().Types()
	if !long() {
		return slices.DeleteFunc(types, func(typ string) bool { return len(typ)%4 != 0 && typ != "Patient" && typ != "Observation" })
	}
	return types
}

// typed tells whether a route is another one for each type.
func (rt route) typed() bool {
	return strings.Contains(rt.pattern, ":") || strings.Contains(sweeps[rt.sweptAs()].body, "TYPE") || rt.interaction == "search-system"
}

// policy is one under which the sweep asks.
type policy struct {
	name, token string
	letter      string // the one that it has, "" for none
	all         bool   // it reaches all, and not only what is whole in the chart of another
}

func (w *world) policies() []policy {
	w.Helper()
	list := []policy{{name: "no token"}, {name: "nothing", token: w.token("system/Basic.r?_id=none-at-all")}, {name: "nothing but of the user", token: w.token("openid fhirUser launch/patient", "Patient/eve", "Practitioner/1")}}
	for _, letter := range strings.Split(store.Letters, "") {
		list = append(list, policy{"the chart of another by " + letter, w.token("patient/*."+letter, "Patient/eve"), letter, false},
			policy{"all by " + letter, w.token("system/*." + letter), letter, true})
	}
	return list
}

func TestSweepRoutes(t *testing.T) {
	t.Parallel()
	w, byType := caged(t)
	whole := map[string]bool{} // what is whole in every chart is not hidden
	for typ, text := range byType {
		if w.store.Compartments().Verdict(typ) == compartments.ReadOnly {
			for _, bird := range canary.FindAllString(text, -1) {
				whole[bird] = true
			}
		}
	}
	policies := w.policies()
	asked, heard, seen := 0, map[string]int{}, map[string]bool{}
	for _, typ := range w.sweepable() {
		for _, rt := range new(server).routes() {
			if seen[rt.sweptAs()] && !rt.typed() {
				continue
			}
			seen[rt.sweptAs()] = true
			for _, p := range policies {
				if p.token == "" && typ != "Patient" { // where no type is looked at
					continue
				}
				if p.all && !rt.reads() && p.letter != "r" && p.letter != "s" { // a write that is admitted, which other tests are about
					continue
				}
				asked++
				name := rt.sweptAs() + " of " + typ + " under " + p.name
				loud, got := w.sweep(p.token, rt, typ)
				may := p.letter != "" && strings.Contains(sweeps[rt.sweptAs()].shows, p.letter)
				for _, bird := range loud {
					if !may || !p.all && !whole[bird] {
						t.Errorf("%s tells %s: %d %.400s", name, bird, got.status, got.body)
						break
					}
					heard[rt.sweptAs()]++
				}
				w.quietLog(name)
			}
		}
	}
	for name, s := range sweeps { // or the sweep would not hear a canary
		if s.shows != "" && heard[name] == 0 {
			t.Errorf("%s shows nothing to those who may see it", name)
		}
	}
	t.Logf("%d requests", asked)
}

// Every search parameter of every type is asked for a value that is hidden. To whom it
// is hidden the answer is, to the byte, that of a world without it.
func TestSweepParameters(t *testing.T) {
	t.Parallel()
	with, byType := caged(t)
	without := newWorld(t)
	without.add(uncaged)
	asked, found := 0, 0
	type pair struct{ with, without string }
	tokens := map[string]pair{}
	for _, scopes := range []string{"patient/*.s", "patient/*.r", "system/Basic.r?_id=none"} {
		tokens[scopes] = pair{with.token(scopes, "Patient/eve"), without.token(scopes, "Patient/eve")}
	}
	all := with.all()
	for _, typ := range with.sweepable() {
		if with.store.Compartments().Verdict(typ) == compartments.ReadOnly {
			continue // of which they see all
		}
		values := with.valuesOf(typ, byType[typ])
		for _, param := range with.store.Registry().Params(typ) {
			value, ok := values[param.Code]
			if !ok {
				continue
			}
			path := "/" + typ + "?" + encoded(param.Code+"="+value)
			for scopes, pair := range tokens {
				asked++
				with.logs.Reset()
				a, b := with.get(pair.with, path), without.get(pair.without, path)
				with.same(scopes+" "+path, a, b)
				with.quietLog(path)
			}
			if got := with.get(all, path+"&_summary=count"); got.status == http.StatusOK && *with.bundle(got).Total == 1 {
				found++
			} else {
				t.Errorf("%s finds it not: %d %.300s", path, got.status, got.body)
			}
		}
	}
	t.Logf("%d requests, %d of the parameters find what is there", asked, found)
	if long() && found < 900 {
		t.Errorf("only %d parameters find what is there", found)
	}
}

// valuesOf are values of a resource, by the code of a parameter that finds it by them.
func (w *world) valuesOf(typ, text string) map[string]string {
	w.Helper()
	node, err := fhirjson.Parse([]byte(text))
	w.must(err)
	entries, err := w.store.Registry().Extract(typ, node, base+"/")
	w.must(err)
	values := map[string]string{"_id": idOf(typ)}
	escape := strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`, "$", `\$`)
	for _, e := range entries.Terms {
		switch e.Param.Kind {
		case search.KindToken:
			values[e.Param.Code] = escape.Replace(e.System) + "|" + escape.Replace(e.Code)
		default:
			values[e.Param.Code] = escape.Replace(e.Code)
		}
	}
	for _, e := range entries.Strings {
		values[e.Param.Code] = escape.Replace(e.Exact)
	}
	for _, e := range entries.Dates {
		values[e.Param.Code] = "2019-05-17,ge2019-05-17"
	}
	for _, e := range entries.Quantities {
		values[e.Param.Code] = "7"
	}
	return values
}
