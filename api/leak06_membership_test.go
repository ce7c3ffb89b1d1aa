package api

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/search"
)

var (
	pathOfParam = regexp.MustCompile(`^\(*([A-Z][A-Za-z]*)((?:\.[a-z][A-Za-z]*)+?)(\.where\(resolve\(\) is [A-Za-z]+\)|\.as\(Reference\).*| as Reference\).*|\))?$`)
	plainField  = regexp.MustCompile(`^[a-z][A-Za-z]*$`)
)

// referring is a resource that refers to something by a search parameter: the JSON
// of its expression's first path. False if that has no element to write.
func referring(p *search.Param, id, target string) (string, bool) {
	for _, part := range strings.Split(p.Expression, "|") {
		found := pathOfParam.FindStringSubmatch(strings.TrimSpace(part))
		if found == nil || found[1] != p.Type {
			continue
		}
		fields := strings.Split(found[2][1:], ".")
		if slices.ContainsFunc(fields, func(f string) bool { return !plainField.MatchString(f) }) {
			continue
		}
		if strings.Contains(found[3], "Reference)") {
			fields[len(fields)-1] += "Reference"
		}
		value := `{"reference":"` + target + `"}`
		for _, field := range slices.Backward(fields) {
			value = `{"` + field + `":` + value + `}`
		}
		return `{"resourceType":"` + p.Type + `","id":"` + id + `",` + value[1:], true
	}
	return "", false
}

// ofPatients are the parameters that can refer to a Patient, of types that are not
// whole under every scope.
func ofPatients(w *world) []*search.Param {
	var all []*search.Param
	for _, typ := range w.store.Registry().Types() {
		if w.store.Compartments().Verdict(typ) == compartments.ReadOnly { // of nobody, see row 29
			continue
		}
		for _, p := range w.store.Registry().References(typ) {
			if slices.Contains(p.Targets, "Patient") && p.URL != "" {
				all = append(all, p)
			}
		}
	}
	return all
}

// conferring are the parameters that make a resource one of the chart: R4's
// definition but for what the table of verdicts takes out, and what it adds.
func conferring() map[string][]string {
	confers := map[string][]string{}
	for _, d := range definitions.Compartments() {
		for _, m := range d.Members {
			if d.Code == "Patient" {
				confers[m.Type] = m.Params
			}
		}
	}
	for _, typ := range []string{"Patient", "Group", "Person", "AuditEvent", "Provenance"} {
		delete(confers, typ)
	}
	confers["Device"], confers["Task"] = []string{"patient"}, []string{"patient"}
	return confers
}

// One resource for each parameter that can refer to a Patient: it is in the chart,
// for search, read and history alike, if the definition names the parameter or
// another of the same element, and else as if it were not there.
func TestLeak06OneResourceForEachParameter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	confers := conferring()
	type one struct {
		param *search.Param
		id    string
	}
	var all []one
	bodies := []string{`{"resourceType":"Patient","id":"a"}`, `{"resourceType":"Patient","id":"b"}`}
	skipped := 0
	for i, p := range ofPatients(w) {
		id := fmt.Sprint("r", i)
		body, ok := referring(p, id, "Patient/a")
		if !ok {
			skipped++
			continue
		}
		all, bodies = append(all, one{p, id}), append(bodies, body)
	}
	w.add(bodies...)
	everything := w.all()
	own, other := w.token("patient/*.rs", "Patient/a"), w.token("patient/*.rs", "Patient/b")
	indexed := func(typ, code, id string) bool {
		return len(w.bundle(w.get(everything, "/"+typ+"?_id="+id+"&"+code+"=Patient/a&_total=none")).Entry) == 1
	}
	members := 0
	for _, r := range all {
		typ := r.param.Type
		if !indexed(typ, r.param.Code, r.id) {
			t.Errorf("%s: the resource that was made for it is not found by it", r.param.Name())
		}
		member := slices.ContainsFunc(confers[typ], func(code string) bool { return indexed(typ, code, r.id) })
		want := 404
		if member {
			want = 200
			members++
		}
		path := "/" + typ + "/" + r.id
		if confers[typ] == nil && typ != "Patient" { // never
			want = 403
		}
		if typ == "Provenance" { // whose targets are the patient's own record
			continue
		}
		for _, at := range []string{path, path + "/_history", path + "/_history/1"} {
			if got := w.get(own, at); got.status != want {
				t.Errorf("%s (%s): status %d, want %d", at, r.param.Name(), got.status, want)
			}
			if got := w.get(other, at); got.status == 200 {
				t.Errorf("%s (%s): another patient reads it", at, r.param.Name())
			}
		}
		if want == 403 {
			continue
		}
		query := "/" + typ + "?_id=" + r.id + "&_summary=count"
		if got := *w.bundle(w.get(own, query)).Total; got == 1 != member {
			t.Errorf("%s (%s) finds %d", query, r.param.Name(), got)
		}
		if got := *w.bundle(w.get(other, query)).Total; got != 0 {
			t.Errorf("%s (%s): another patient finds %d", query, r.param.Name(), got)
		}
	}
	if len(all) < 180 || members < 90 || skipped > 15 {
		t.Errorf("%d parameters, of which %d confer membership, and %d for which no resource was made", len(all), members, skipped)
	}
}
