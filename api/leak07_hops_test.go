package api

import (
	"net/http"
	"strings"
	"testing"
)

// questions ask of what is behind a hop. In the second column is what they find
// where it is visible.
var questions = []struct{ path, visible string }{
	{"/Patient?_id=a,b&_has:Observation:patient:code:text=secret", "Patient/a"},
	{"/Patient?_id=a,b&_has:Observation:patient:_id=hidden", "Patient/a"},
	{"/Patient?_id=a,b&_has:Observation:patient:value-quantity=gt5", "Patient/a"},
	{"/Patient?_id=a,b&_has:Observation:patient:_has:Provenance:target:recorded=gt2020", "Patient/a"},
	{"/Patient?_id=a,b&_has:Condition:patient:code:text=secret", "Patient/a"},
	{"/Encounter?_has:Observation:encounter:status=amended", "Encounter/visit"},
	{"/Encounter?subject:Patient._has:Observation:patient:code:text=secret", "Encounter/visit"},
	{"/Observation?encounter.reason-reference:Condition.code:text=secret&_id=shown", "Observation/shown"},
	{"/Observation?_id=shown&has-member.code:text=secret", "Observation/shown"},
	{"/Observation?_id=shown&has-member.has-member.code:text=secret", ""},
	{"/Observation?_id=shown&patient._has:Condition:patient:code:text=secret", "Observation/shown"},
	{"/Observation?_id=shown&_filter=has-member.status eq amended", "Observation/shown"},
	{"/Observation?_id=shown&performer:Practitioner.name=doctor", "Observation/shown"},
	{"/Practitioner?_has:Observation:performer:code:text=secret", "Practitioner/doc"},
	{"/Observation?_list=private", "Observation/shown"},
}

// hopWorld has of patient a an Observation "shown", and what the scopes below hide.
func hopWorld(t *testing.T, text string) *world {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`, `{"resourceType":"Patient","id":"b"}`, `{"resourceType":"Practitioner","id":"doc","name":[{"family":"Doctor"}]}`,
		`{"resourceType":"Encounter","id":"visit","status":"finished","subject":{"reference":"Patient/a"},"reasonReference":[{"reference":"Condition/hidden"}]}`,
		`{"resourceType":"Observation","id":"shown","status":"final","code":{"text":"public"},"subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/visit"},"hasMember":[{"reference":"Observation/hidden"}],"performer":[{"reference":"Practitioner/doc"}]}`)
	if text != "" {
		w.add(`{"resourceType":"Observation","id":"hidden","status":"amended","code":{"text":"`+text+`"},"subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/visit"},"performer":[{"reference":"Practitioner/doc"}],"valueQuantity":{"value":7}}`,
			`{"resourceType":"Condition","id":"hidden","code":{"text":"`+text+`"},"subject":{"reference":"Patient/a"}}`,
			`{"resourceType":"Provenance","id":"hidden","recorded":"2026-01-01T00:00:00Z","target":[{"reference":"Observation/hidden"}]}`,
			`{"resourceType":"List","id":"private","status":"retired","mode":"working","subject":{"reference":"Patient/a"},"entry":[{"item":{"reference":"Observation/shown"}}]}`)
	}
	return w
}

// Chains, _has and _filter see of each hop what s shows of its type. Three worlds that
// differ in what is hidden answer alike, in every form; and who sees it finds it.
func TestLeak07Hops(t *testing.T) {
	t.Parallel()
	worlds := []*world{hopWorld(t, "secret"), hopWorld(t, "another"), hopWorld(t, "")}
	for _, scopes := range []string{
		"patient/Patient.rs patient/Encounter.rs patient/Practitioner.rs patient/Observation.rs?status=final patient/List.rs?status=current",
		"system/Patient.rs system/Encounter.rs system/Practitioner.rs system/Observation.rs?status=final system/Observation.r system/Condition.cud system/Condition.r system/Provenance.r system/List.r",
	} {
		var tokens []string
		for _, w := range worlds {
			tokens = append(tokens, w.token(scopes, "Patient/a"))
		}
		for _, q := range questions {
			path, query, _ := strings.Cut(q.path, "?")
			query = strings.ReplaceAll(query, " ", "%20")
			for _, form := range formsOfSearch {
				for _, more := range []string{"", "&_summary=count"} {
					var got []reply
					for i, w := range worlds {
						got = append(got, form.send(w, tokens[i], path, query+more))
					}
					worlds[0].same(form.name+" "+q.path+more, got[0], got[1])
					worlds[0].same(form.name+" "+q.path+more, got[0], got[2])
					if q.visible != "" && got[0].status == http.StatusOK && strings.Contains(got[0].body, `"match"`) && !strings.Contains(q.path, "name=doctor") {
						t.Errorf("%s with %s finds something: %s", q.path, scopes, got[0].body)
					}
				}
			}
		}
	}
	for _, q := range questions {
		var want []string
		if q.visible != "" {
			want = []string{q.visible}
		}
		path := strings.ReplaceAll(q.path, " ", "%20")
		worlds[0].findsEverywhere(worlds[0].token("patient/*.rs", "Patient/a"), path, want...)
		if strings.Contains(q.path, "secret") {
			worlds[1].finds(worlds[1].token("patient/*.rs", "Patient/a"), path)
		}
	}
}

// Criteria of writes go through the same hops (leaks row 13 with a chain).
func TestLeak07HopsOfCriteria(t *testing.T) {
	t.Parallel()
	worlds := []*world{hopWorld(t, "secret"), hopWorld(t, "another"), hopWorld(t, "")}
	const scopes = "patient/Patient.rsu patient/Encounter.cruds patient/Observation.cruds?status=final"
	const visit = `{"resourceType":"Encounter","status":"finished","subject":{"reference":"Patient/a"}}`
	for _, criteria := range []string{"_has:Observation:encounter:code:text=secret", "_has:Observation:encounter:_id=hidden", "reason-reference:Condition.code:text=secret"} {
		for _, c := range []struct{ method, path, body, header string }{
			{"POST", "/Encounter", visit, "If-None-Exist: " + criteria},
			{"PUT", "/Encounter?" + criteria, visit, ""},
			{"PATCH", "/Encounter?" + criteria, `[{"op":"replace","path":"/status","value":"cancelled"}]`, patchMedia},
			{"DELETE", "/Encounter?" + criteria, "", ""},
			{"POST", "", sent("transaction", brings("", "POST", "Observation", strings.Replace(`{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter?CRITERIA"}}`, "CRITERIA", criteria, 1))), ""},
		} {
			var got []reply
			for _, w := range worlds {
				answer := w.send(w.token(scopes, "Patient/a"), c.method, c.path, c.body, c.header)
				got = append(got, unnumbered(answer))
			}
			worlds[0].same(c.method+" "+c.path, got[0], got[1])
			worlds[0].same(c.method+" "+c.path, got[0], got[2])
		}
	}
}
