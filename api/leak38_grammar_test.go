package api

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store/testbackend"
)

// leaks row 38: what can be asked can be granted. A scope of a parameter, with whatever
// modifier, prefix or chain, shows what the query of somebody who sees everything finds
// by it, and what cannot be asked is refused.

// grammar are queries of each type: with every modifier of every kind of parameter
// there is one that finds some of the type and not all.
var grammar = map[string]string{
	"Observation": `code=http://x.test/cs|leaf,b; code:not=leaf; code:text=glu; code:in=http://x.test/vs; code:not-in=http://x.test/vs; code:below=http://x.test/cs|root; code:above=http://x.test/cs|leaf;
		code:missing=true; identifier:of-type=http://x.test/types|MR|12; subject=Patient/eve; subject:Patient=eve; subject:identifier=http://x.test/mrn|1; subject:missing=true; patient=Patient/adam;
		date=2024-05; date=ne2024-05-01; date=gt2024-05-01; date=lt2024-05-02; date=ge2024-05-02; date=le2024-05-01; date=sa2024-05-01; date=eb2024-05-02; date=ap2024-05-01; date:missing=true; date=ge2024-05-01&date=lt2024-05-02;
		value-quantity=7; value-quantity=ne7; value-quantity=gt7||mg; value-quantity=lt8|http://unitsofmeasure.org|mg; value-quantity=ge0.008|http://unitsofmeasure.org|g; value-quantity=le7; value-quantity=sa7; value-quantity=eb8; value-quantity=ap7.1; value-quantity:missing=true;
		code-value-quantity=leaf$7; code-value-quantity=http://x.test/cs|leaf$gt6; _id=o1,o3; _id:not=o1; _id:missing=false&code=b; _tag=http://x.test/tags|t; _tag:not=t; _security=R; _security:not=R; _profile=http://x.test/profile; _profile:below=http://x.test; _source=http://x.test/feed; _lastUpdated=gt2026-03-01T12:00:00.5Z;
		_text=bright; _content=glow; _list=items; _filter=code eq b or subject re Patient/eve; _filter=not (date gt 2024-05-01);
		encounter.class=AMB; encounter:Encounter.class=AMB; patient.birthdate=lt1960; subject:Patient.birthdate=ge1960; patient.general-practitioner.family=Good; subject:Patient._has:Observation:subject:code=b; encounter.location.name=Ward; subject:Patient.name:exact=Eve;
		_has:DiagnosticReport:result:status=final; _has:Observation:has-member:code=b; _has:DiagnosticReport:result:subject:Patient.birthdate=lt1960; status=final&category=laboratory; category=laboratory,vital-signs&category=laboratory; code=b\,c`,
	"Patient":           `family=ev; family:exact=Everywoman; family:contains=man; family:missing=true; name=eve; birthdate=lt1960; gender=female; gender:not=female; _has:Observation:subject:code=b; general-practitioner=Practitioner/gp; general-practitioner:Practitioner.family=Good; identifier=http://x.test/mrn|1; identifier:missing=true; link:missing=false; active=true; telecom=1; deceased=true; _tag=t`,
	"Encounter":         `class=AMB; location=Location/ward; location:below=Location/house; location:above=Location/bed; location:Location=ward; location:missing=true; location.name=Ward; length=gt5; length:missing=true; _has:Observation:encounter:code=leaf`,
	"RiskAssessment":    `probability=0.5; probability=ne0.5; probability=gt0.5; probability=lt0.8; probability=ge0.8; probability=le0.5; probability=sa0.5; probability=eb0.8; probability=ap0.52; probability:missing=true`,
	"ValueSet":          `url=http://x.test/vs; url:below=http://x.test/vs/; url:above=http://x.test/vs/a/b; url:missing=true; _id=vs`,
	"Location":          `near=40|-70|5|km; near=40|-70; name=Ward; name:contains=ard; partof=Location/house; partof:below=Location/house; partof:missing=true`,
	"Media":             `type:missing=true; created:missing=true`,
	"DocumentReference": `contenttype:below=text; contenttype=text/plain; contenttype:missing=true`,
}

func grammarData() []string {
	coded := func(id, code string, more ...string) string {
		text := `{"resourceType":"Observation","id":"` + id + `","status":"final"`
		if code != "" {
			text += `,"code":{"coding":[{"system":"http://x.test/cs","code":"` + code + `","display":"Glucose"}]}`
		}
		for _, m := range more {
			text += "," + m
		}
		return text + "}"
	}
	const mg = `,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}`
	return []string{
		`{"resourceType":"CodeSystem","id":"cs","url":"http://x.test/cs","status":"active","content":"complete","concept":[{"code":"root","concept":[{"code":"leaf"}]},{"code":"b"},{"code":"b,c"}]}`,
		`{"resourceType":"ValueSet","id":"vs","url":"http://x.test/vs","status":"active","compose":{"include":[{"system":"http://x.test/cs","concept":[{"code":"leaf"}]}]}}`,
		`{"resourceType":"ValueSet","id":"vs-a","url":"http://x.test/vs/a","status":"active"}`, `{"resourceType":"ValueSet","id":"other","status":"draft"}`,
		`{"resourceType":"Practitioner","id":"gp","name":[{"family":"Good"}]}`, `{"resourceType":"Practitioner","id":"other","name":[{"family":"Other"}]}`,
		`{"resourceType":"Location","id":"house","name":"House","position":{"latitude":41,"longitude":-71}}`, `{"resourceType":"Location","id":"ward","name":"Ward","position":{"latitude":40,"longitude":-70},"partOf":{"reference":"Location/house"}}`,
		`{"resourceType":"Location","id":"bed","name":"Bed","partOf":{"reference":"Location/ward"}}`, `{"resourceType":"Location","id":"away","name":"Away"}`,
		`{"resourceType":"Patient","id":"eve","active":true,"meta":{"tag":[{"system":"http://x.test/tags","code":"t"}]},"identifier":[{"system":"http://x.test/mrn","value":"1"}],"gender":"female","birthDate":"1950-01-01","telecom":[{"system":"phone","value":"1"}],"name":[{"family":"Everywoman","given":["Eve"]}],"generalPractitioner":[{"reference":"Practitioner/gp"}]}`,
		`{"resourceType":"Patient","id":"adam","gender":"male","birthDate":"1970-01-01","name":[{"family":"Everyman"}],"link":[{"other":{"reference":"Patient/nobody"},"type":"seealso"}],"generalPractitioner":[{"reference":"Practitioner/other"}]}`,
		`{"resourceType":"Patient","id":"nobody","deceasedBoolean":true,"identifier":[{"value":"2"}]}`,
		`{"resourceType":"Encounter","id":"amb","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/eve"},"location":[{"location":{"reference":"Location/ward"}}],"length":{"value":7,"unit":"h"}}`,
		`{"resourceType":"Encounter","id":"imp","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/adam"},"length":{"value":2,"unit":"h"}}`,
		`{"resourceType":"Encounter","id":"away","status":"finished","class":{"code":"HH"},"subject":{"reference":"Patient/adam"},"location":[{"location":{"reference":"Location/away"}}]}`,
		coded("o1", "leaf", `"meta":{"tag":[{"system":"http://x.test/tags","code":"t"}],"profile":["http://x.test/profile"],"source":"http://x.test/feed"}`, categorized("laboratory"), `"subject":{"reference":"Patient/eve","identifier":{"system":"http://x.test/mrn","value":"1"}}`,
			`"encounter":{"reference":"Encounter/amb"},"effectiveDateTime":"2024-05-01","valueQuantity":{"value":7`+mg, `"identifier":[{"type":{"coding":[{"system":"http://x.test/types","code":"MR"}]},"value":"12"}]`,
			`"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">bright</div>"}`),
		coded("o2", "root", `"meta":{"security":[{"code":"R"}]}`, categorized("vital-signs"), `"subject":{"reference":"Patient/adam"},"encounter":{"reference":"Encounter/imp"},"effectiveDateTime":"2024-05-02","valueQuantity":{"value":8`+mg, `"note":[{"text":"glow"}]`),
		coded("o3", "b", `"subject":{"reference":"Patient/eve"},"effectivePeriod":{"start":"2024-04-01","end":"2024-06-01"},"hasMember":[{"reference":"Observation/o1"}]`),
		coded("o4", "", categorized("laboratory", "vital-signs"), `"subject":{"reference":"Patient/adam"}`), coded("o5", "b,c"),
		`{"resourceType":"DiagnosticReport","id":"r1","status":"final","subject":{"reference":"Patient/eve"},"result":[{"reference":"Observation/o1"}]}`,
		`{"resourceType":"DiagnosticReport","id":"r2","status":"partial","subject":{"reference":"Patient/adam"},"result":[{"reference":"Observation/o2"}]}`,
		`{"resourceType":"List","id":"items","status":"current","mode":"working","entry":[{"item":{"reference":"Observation/o2"}},{"item":{"reference":"Observation/o3"}}]}`,
		`{"resourceType":"RiskAssessment","id":"half","status":"final","subject":{"reference":"Patient/eve"},"prediction":[{"probabilityDecimal":0.5}]}`,
		`{"resourceType":"RiskAssessment","id":"most","status":"final","subject":{"reference":"Patient/adam"},"prediction":[{"probabilityDecimal":0.8}]}`,
		`{"resourceType":"RiskAssessment","id":"none","status":"final","subject":{"reference":"Patient/adam"}}`,
		`{"resourceType":"Media","id":"m","status":"completed","subject":{"reference":"Patient/eve"},"type":{"text":"x"},"createdDateTime":"2024"}`, `{"resourceType":"Media","id":"n","status":"completed","subject":{"reference":"Patient/adam"}}`,
		`{"resourceType":"DocumentReference","id":"t","status":"current","subject":{"reference":"Patient/eve"},"content":[{"attachment":{"contentType":"text/plain"}}]}`,
		`{"resourceType":"DocumentReference","id":"p","status":"current","subject":{"reference":"Patient/adam"},"content":[{"attachment":{"contentType":"application/pdf"}}]}`, `{"resourceType":"DocumentReference","id":"e","status":"current","subject":{"reference":"Patient/adam"}}`,
	}
}

func grammarWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.add(grammarData()...)
	w.Advance(1_000_000_000) // for _lastUpdated
	w.add(`{"resourceType":"Observation","id":"o6","status":"final","code":{"text":"glum"},"effectiveDateTime":"2024-05-01"}`)
	return w
}

func TestLeak38ScopeEqualsQuery(t *testing.T) {
	t.Parallel()
	w := grammarWorld(t)
	all := w.all()
	for typ, queries := range grammar {
		whole := w.bundle(w.get(all, "/"+typ+"?_count=100")).ids()
		chart := w.bundle(w.get(w.token("patient/"+typ+".rs", "Patient/eve"), "/"+typ+"?_count=100")).ids()
		for i, query := range strings.Split(queries, ";") {
			query = strings.TrimSpace(query)
			got := w.get(all, "/"+typ+"?_count=100&"+encoded(query))
			if got.status != http.StatusOK {
				t.Errorf("%s?%s: %d %s", typ, query, got.status, got.body)
				continue
			}
			want := w.bundle(got).ids()
			if len(want) == 0 || len(want) == len(whole) {
				t.Errorf("%s?%s finds %v, which tells little", typ, query, want)
			}
			scopes := scopesOf(typ, query)
			if !long() { // each level in turn, beside the first
				scopes = []levelled{scopes[0], scopes[1+i%3]}
			}
			for _, scope := range scopes {
				w.scopeShows(scope, typ, query, want, whole, chart)
			}
		}
	}
}

// levelled is a scope at a level, and the context that it needs.
type levelled struct {
	level, scope string
	context      []string
}

// scopesOf are scopes of a query, at each level.
func scopesOf(typ, query string) []levelled {
	return []levelled{
		{"system", scoped("system/"+typ+".rs", query), nil},
		{"user", scoped("user/"+typ+".rs", query), []string{"Practitioner/gp"}},
		{"patient", scoped("patient/"+typ+".rs", query), []string{"Patient/eve"}},
		{"any type", scoped("system/*.rs", query), nil},
	}
}

// scopeShows wants a scope of a query to show what it finds.
func (w *world) scopeShows(scope levelled, typ, query string, want, whole, chart []string) {
	w.Helper()
	token, shown := w.token(scope.scope, scope.context...), want
	if scope.level == "patient" { // and of those, what is in the chart
		shown = slices.DeleteFunc(slices.Clone(want), func(id string) bool { return !slices.Contains(chart, id) })
	}
	if got := w.bundle(w.get(token, "/"+typ+"?_count=100")); !slices.Equal(got.ids(), shown) || *got.Total != len(shown) {
		w.Errorf("%s/%s.rs?%s shows %v, want %v", scope.level, typ, query, got.ids(), shown)
	}
	if scope.level == "system" || scope.level == "user" { // the same predicate as that of any type
		return
	}
	for _, key := range whole {
		if got := w.get(token, "/"+key).status == http.StatusOK; got != slices.Contains(shown, key) {
			w.Errorf("%s/%s.rs?%s: %s is read: %v", scope.level, typ, query, key, got)
		}
	}
}

// The table has every modifier of every kind of parameter, and every prefix.
func TestLeak38GrammarIsWhole(t *testing.T) {
	registry, _ := testbackend.Definitions(t)
	has := map[string]bool{}
	for typ, queries := range grammar {
		for query := range strings.SplitSeq(queries, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(query), "=")
			code, modifier, _ := strings.Cut(name, ":")
			param, ok := registry.Param(typ, strings.SplitN(code, ".", 2)[0])
			if !ok || strings.Contains(name, ".") {
				continue
			}
			if registry.HasType(modifier) {
				modifier = "[type]"
			}
			has[string(param.Kind)+":"+modifier] = true
		}
	}
	wanted := map[string]bool{}
	for _, typ := range registry.Types() {
		for _, param := range registry.Params(typ) {
			wanted[string(param.Kind)+":"] = true
			for _, modifier := range registry.Modifiers(param) {
				wanted[string(param.Kind)+modifier] = true
			}
		}
	}
	for form := range wanted {
		if !has[form] {
			t.Errorf("no query has a %s", form)
		}
	}
	for _, prefix := range []string{"ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
		for typ, name := range map[string]string{"Observation": "date=" + prefix, "RiskAssessment": "probability=" + prefix} {
			if !strings.Contains(grammar[typ], name) || !strings.Contains(grammar["Observation"], "value-quantity="+prefix) {
				t.Errorf("no query has the prefix %s", prefix)
			}
		}
	}
}

// Hops inside a scope go over all data, whether or not the token sees what they meet.
func TestLeak38SealedHops(t *testing.T) {
	t.Parallel()
	w := grammarWorld(t)
	w.everyWay(w.token("patient/Observation.rs?encounter.class=AMB", "Patient/eve"), "/Observation", "Observation/o1")
	w.everyWay(w.token("user/Observation.rs?patient.birthdate=lt1960", "Practitioner/gp"), "/Observation", "Observation/o1", "Observation/o3")
	w.everyWay(w.token("user/Observation.rs?patient.birthdate=lt1960", "Practitioner/gp"), "/Observation?code=b", "Observation/o3")
	token := w.token("patient/Observation.rs?encounter.class=AMB", "Patient/eve")
	w.everyWay(token, "/Observation?_include=Observation:encounter", "Observation/o1")
	w.everyWay(token, "/Observation?encounter.class=AMB") // the caller's own hop is not
	w.everyWay(w.token("patient/Observation.rs?encounter.class=AMB patient/Encounter.s", "Patient/eve"), "/Observation?encounter.class=AMB", "Observation/o1")
	w.lacks(token, "Encounter/amb", "Observation/o3")
	w.everyWay(w.token("system/Observation.rs?_has:DiagnosticReport:result:status=partial"), "/Observation", "Observation/o2")
	w.everyWay(w.token("system/Observation.rs?_has:DiagnosticReport:result:status=partial"), "/Observation?_has:DiagnosticReport:result:status=partial")
}

// What is no filter is refused, and gives nothing where a grant has it.
func TestLeak38Refused(t *testing.T) {
	w := grammarWorld(t)
	for _, query := range strings.Fields(`_include=Observation:subject _include=* _revinclude=Provenance:target _include:iterate=* _sort=date _count=1 _total=accurate _summary=true _elements=id _format=json _pretty=true _type=Patient
		_contained=true _containedType=contained _query=x _cursor=x _score=1 _since=2020 _at=2020 code:exact=x code:nonsense=x subject:Nonsense=x subject:Observation=x date:exact=2020 value-quantity:missing=perhaps _id:in=x family:text=x
		encounter.nonsense=x encounter.=x .class=x _has:=x _has:Observation=x _has:Observation:subject=x _filter=nonsense _filter=(code _filter=code+xx+b _list=$current-problems near=1|2 contenttype:above=text/plain code-value-quantity:missing=true
		subject:Patient.subject:Patient.name=x date=zz2024 probability=x _lastUpdated=never code= code=a,,b code=\x`) {
		scope := "system/Observation.rs?" + query
		if !strings.Contains(scope, `\`) {
			w.refusesScopes(scope)
		}
		token := w.planted(auth.Grant{Scopes: scope})
		w.forbids(token, "Observation")
		if got := w.get(token, "/Observation/o1"); got.status != 403 {
			t.Errorf("%s: %d", scope, got.status)
		}
	}
}

// Queries made up of pieces of the grammar: what can be asked is granted and shows the
// same, and what cannot is refused.
func TestLeak38GrammarFuzz(t *testing.T) {
	t.Parallel()
	w := grammarWorld(t)
	all := w.all()
	random := rand.New(rand.NewPCG(38, 38))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	same, refused := 0, 0
	for range 350 {
		name := pick("code", "subject", "date", "value-quantity", "encounter", "category", "_tag", "_id", "_security", "patient.birthdate", "encounter.class", "subject:Patient.family", "_has:DiagnosticReport:result:status", "_has:Observation:has-member:code", "_list", "_filter", "_count", "code-value-quantity", "nonsense") +
			pick("", "", "", "", ":not", ":missing", ":text", ":below", ":Patient", ":identifier", ":exact", ":in")
		query := name + "=" + pick("leaf", "b", "http://x.test/cs|leaf", "Patient/eve", "eve", "2024-05", "gt2024-05-01", "lt1960", "7", "le7", "true", "false", "AMB", "final", "R", "t", "o1,o2", "Every", "items", "code eq b", "http://x.test/vs", "leaf$7", `b\,c`, "", ",")
		if random.IntN(3) == 0 {
			query += "&status=final"
		}
		answer := w.get(all, "/Observation?"+encoded(query))
		scope := scoped("system/Observation.rs", query)
		token, err := w.tokens.Issue(t.Context(), auth.Grant{Scopes: scope, Client: "test"}, 1e12)
		switch {
		case answer.status != http.StatusOK && err != nil:
			refused++
		case answer.status != http.StatusOK: // what is looked up at each request, and not found
			if got := w.get(token, "/Observation"); got.status == http.StatusOK && len(w.bundle(got).Entry) > 0 {
				t.Errorf("%s is refused as a query, and as a scope it shows %v", query, w.bundle(got).ids())
			}
		case strings.HasPrefix(query, "_count"):
			if err == nil {
				t.Errorf("%s is granted", scope)
			}
		case err != nil:
			t.Errorf("%s can be asked and not granted: %v", query, err)
		default:
			same++
			want := w.bundle(answer).ids()
			if got := w.bundle(w.get(token, "/Observation")).ids(); !slices.Equal(got, want) {
				t.Errorf("%s finds %v, and as a scope it shows %v", query, want, got)
			}
		}
	}
	if same < 50 || refused < 50 {
		t.Errorf("%d were the same and %d refused: that proves little", same, refused)
	}
}
