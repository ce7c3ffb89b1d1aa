package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
)

// A resource of patient a in which patient b has each other role that there is: b
// sees it if the role is one of the definition, and a always; neither sees more of
// the other for it.
func TestLeak27PatientInEachRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a","name":[{"family":"Anders"}]}`, `{"resourceType":"Patient","id":"b","name":[{"family":"Berg"}]}`,
		`{"resourceType":"Observation","id":"private","status":"final","subject":{"reference":"Patient/b"}}`)
	confers := conferring()
	as, bs, all := w.token("patient/*.rs", "Patient/a"), w.token("patient/*.rs", "Patient/b"), w.token("system/*.rs")
	registry := w.store.Registry()
	tried, shared := 0, 0
	for i, role := range ofPatients(w) {
		typ := role.Type
		if len(confers[typ]) == 0 {
			continue
		}
		id := fmt.Sprint("r", i)
		other, ok := referring(role, id, "Patient/b")
		if !ok {
			continue
		}
		var own string
		for _, code := range confers[typ] {
			param, _ := registry.Param(typ, code)
			if body, ok := referring(param, id, "Patient/a"); ok {
				if own = mergedRoles(body, other, id); own != "" {
					break
				}
			}
		}
		if own == "" {
			continue // the only role
		}
		w.add(own)
		tried++
		byRole := func(patient string) bool {
			return slices.ContainsFunc(confers[typ], func(code string) bool {
				return len(w.bundle(w.get(all, "/"+typ+"?_id="+id+"&"+code+"=Patient/"+patient+"&_total=none")).Entry) == 1
			})
		}
		if !byRole("a") {
			t.Errorf("%s: %s is not a's", role.Name(), own)
		}
		want := byRole("b")
		if want {
			shared++
		}
		path := "/" + typ + "/" + id
		if got := w.get(as, path); got.status != http.StatusOK || got.body == "" {
			t.Errorf("%s: a reads %s: %d", role.Name(), own, got.status)
		}
		if got := w.get(bs, path); got.status == http.StatusOK != want {
			t.Errorf("%s: b reads %s: %d, want it: %v", role.Name(), own, got.status, want)
		}
		if total := *w.bundle(w.get(bs, "/"+typ+"?_id="+id+"&_summary=count")).Total; total == 1 != want {
			t.Errorf("%s: b counts %d", role.Name(), total)
		}
		// The other patient is not brought along, nor found through it.
		for token, other := range map[string]string{as: "Berg", bs: "Anders"} {
			got := w.get(token, "/"+typ+"?_id="+id+"&_include="+typ+":*&_include:iterate=Patient:link")
			if got.status != http.StatusOK || strings.Contains(got.body, other) || strings.Contains(got.body, `"include"`) != (token == as || want) {
				t.Errorf("%s: with what it refers to: %s", role.Name(), got.body)
			}
		}
		if chain := chained(role, "Berg"); chain != "" {
			if got := w.bundle(w.get(as, "/"+typ+"?_id="+id+"&"+chain)); len(got.Entry) != 0 {
				t.Errorf("%s: %s finds it", role.Name(), chain)
			}
			if got := w.bundle(w.get(all, "/"+typ+"?_id="+id+"&"+chain)); len(got.Entry) != 1 {
				t.Errorf("%s: %s finds nothing for who sees all", role.Name(), chain)
			}
		}
	}
	if tried < 90 || shared < 30 || tried-shared < 15 {
		t.Errorf("%d roles, %d of which confer membership", tried, shared)
	}
	w.findsEverywhere(as, "/Patient?_lastUpdated=gt2020", "Patient/a")
	w.findsEverywhere(as, "/Observation?_id=private")
	w.findsEverywhere(bs, "/Observation?_id=private", "Observation/private")
}

// chained asks for the family name of the Patient in a role.
func chained(role *search.Param, family string) string {
	if len(role.Targets) == 0 {
		return ""
	}
	return role.Code + ":Patient.family=" + family
}

// mergedRoles is one resource with the elements of two, or "" where they have the same.
func mergedRoles(a, b, id string) string {
	prefix := func(body string) (head, rest string) {
		head, rest, _ = strings.Cut(body, `"id":"`+id+`",`)
		return head, strings.TrimSuffix(rest, "}")
	}
	head, first := prefix(a)
	_, second := prefix(b)
	field := func(text string) string { name, _, _ := strings.Cut(text, ":"); return name }
	if field(first) == field(second) {
		return ""
	}
	return head + `"id":"` + id + `",` + first + `,` + second + `}`
}
