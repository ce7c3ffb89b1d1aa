package search

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

// onceRegistry is shared by all tests, since it cannot be changed.
var onceRegistry = sync.OnceValues(NewRegistry)

func realRegistry(t testing.TB) *Registry {
	t.Helper()
	r, err := onceRegistry()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegistryHasEveryParameter(t *testing.T) {
	r := realRegistry(t)
	for _, d := range definitions.SearchParameters() {
		if d.Code == "_query" {
			continue
		}
		for _, typ := range baseTypes(d.Base) {
			p, ok := r.Param(typ, d.Code)
			if !ok || p.URL != d.URL || p.Kind != Kind(d.Type) || p.Type != typ || p.Derived {
				t.Errorf("Param(%s, %s) = %+v, %v, want that of %s", typ, d.Code, p, ok, d.URL)
			}
		}
	}
	if got := len(r.Types()); got != 146 {
		t.Errorf("%d types, want 146", got)
	}
}

func TestRegistryParam(t *testing.T) {
	r := realRegistry(t)
	for _, c := range []struct {
		typ, code string
		kind      Kind
		ok        bool
	}{
		{"Observation", "code", KindToken, true},
		{"Observation", "_id", KindToken, true},
		{"Observation", "_lastUpdated", KindDate, true},
		{"Observation", "_profile", KindURI, true},
		{"Observation", "_text", KindString, true},
		{"Binary", "_text", "", false}, // no DomainResource
		{"Binary", "_content", KindString, true},
		{"Location", "near", KindSpecial, true},
		{"Patient", "race", KindToken, true}, // US Core's
		{"Observation", "_query", "", false},
		{"Observation", "code:text", "", false},
		{"Observation", "code-value-quantity$0", "", false},
		{"DocumentReference", "_attachment", "", false},
		{"observation", "code", "", false},
		{"DomainResource", "_id", "", false},
		{"", "", "", false},
	} {
		p, ok := r.Param(c.typ, c.code)
		if ok != c.ok || ok && (p.Kind != c.kind || p.Name() != c.typ+"."+c.code) {
			t.Errorf("Param(%q, %q) = %+v, %v", c.typ, c.code, p, ok)
		}
	}
}

func TestRegistryDerived(t *testing.T) {
	r := realRegistry(t)
	for _, c := range []struct {
		typ, code string
		kind      Kind
	}{
		{"Observation", "code:text", KindString},
		{"Observation", "subject:text", KindString},
		{"Observation", "subject:identifier", KindToken},
		{"Observation", "identifier:of-type", KindToken},
		{"Observation", "_tag:text", KindString},
		{"Observation", "value-quantity:canonical", KindQuantity},
		{"Observation", "code-value-quantity$0", KindToken},
		{"Observation", "code-value-quantity$1", KindQuantity},
		{"Observation", "code-value-quantity$1:canonical", KindQuantity},
		{"Observation", "code-value-date$1", KindDate},
		{"DocumentReference", "relationship$0", KindToken},
		{"DocumentReference", "relationship$1", KindReference},
		{"Location", "near$lat", KindNumber},
		{"Location", "near$lon", KindNumber},
		{"DocumentReference", "_attachment", KindReference},
		{"DiagnosticReport", "_attachment", KindReference},
		{"Media", "_attachment", KindReference},
		{"Patient", "_attachment", KindReference},
		{"Binary", "_securityContext", KindReference},
	} {
		p, ok := r.Derived(c.typ, c.code)
		if !ok || p.Kind != c.kind || !p.Derived || p.Name() != c.typ+"."+c.code {
			t.Errorf("Derived(%q, %q) = %+v, %v", c.typ, c.code, p, ok)
		}
	}
	for _, none := range [][2]string{
		{"Observation", "code"}, {"Observation", "status:text"}, {"Observation", "code:of-type"},
		{"Observation", "date:text"}, {"Observation", "_attachment"}, {"Patient", "_securityContext"}, {"Nothing", "code:text"},
	} {
		if p, ok := r.Derived(none[0], none[1]); ok {
			t.Errorf("Derived(%q, %q) = %+v, want none", none[0], none[1], p)
		}
	}
}

func TestRegistryComponents(t *testing.T) {
	r := realRegistry(t)
	p, _ := r.Param("Observation", "code-value-quantity")
	var names []string
	for _, c := range p.Components {
		names = append(names, c.Code)
		if same, _ := r.Derived(c.Type, c.Code); same != c {
			t.Errorf("%s is not the Param that Derived gives", c.Name())
		}
	}
	if got := strings.Join(names, " "); got != "code-value-quantity$0 code-value-quantity$1" {
		t.Errorf("components are %s", got)
	}
	q := p.Components[1]
	if same, _ := r.Derived("Observation", "code-value-quantity$1:canonical"); same == nil || q.Canonical != same {
		t.Errorf("Canonical of %s is %+v", q.Name(), q.Canonical)
	}
}

// What the index knows is what a client may name and what is derived, each once,
// apart from the few that have no entries of their own.
func TestRegistryLists(t *testing.T) {
	r := realRegistry(t)
	byCode := func(a, b *Param) int { return strings.Compare(a.Code, b.Code) }
	for _, typ := range r.Types() {
		indexed := map[string]*Param{}
		for _, p := range r.Indexed(typ) {
			if indexed[p.Code] != nil {
				t.Errorf("%s is indexed twice", p.Name())
			}
			indexed[p.Code] = p
			same, ok := r.Param(typ, p.Code)
			if p.Derived {
				same, ok = r.Derived(typ, p.Code)
			}
			if !ok || same != p {
				t.Errorf("%s is indexed and not known", p.Name())
			}
		}
		for _, p := range r.Params(typ) {
			bare := p.Code == "_id" || p.Kind == KindComposite || p.Kind == KindSpecial
			if (indexed[p.Code] == nil) != bare {
				t.Errorf("%s: indexed %v, want %v", p.Name(), !bare, bare)
			}
			if p.Kind == KindReference != slices.Contains(r.References(typ), p) {
				t.Errorf("%s: wrong in References", p.Name())
			}
		}
		for name, list := range map[string][]*Param{
			"Params": r.Params(typ), "Indexed": r.Indexed(typ), "References": r.References(typ),
		} {
			if !slices.IsSortedFunc(list, byCode) {
				t.Errorf("%s(%s) is not sorted", name, typ)
			}
		}
	}
}

func TestRegistryListsAreCopies(t *testing.T) {
	r := realRegistry(t)
	r.Types()[0], r.Params("Patient")[0] = "", nil
	if r.Types()[0] != "Account" || r.Params("Patient")[0] == nil {
		t.Error("a caller can change the registry")
	}
	if r.Params("Nothing") != nil || r.Indexed("Nothing") != nil || r.References("Nothing") != nil || r.SortParam("Nothing") != nil {
		t.Error("an unknown type has parameters")
	}
}

func TestRegistryTargets(t *testing.T) {
	r := realRegistry(t)
	p, _ := r.Param("Observation", "patient")
	if got := strings.Join(p.Targets, " "); got != "Patient" && got != "Group Patient" && got != "Patient Group" {
		t.Errorf("targets of Observation.patient are %s", got)
	}
}

// Two registries of the same definitions have one digest, of which each parameter is a
// part.
func TestDigest(t *testing.T) {
	a := realRegistry(t)
	b, err := NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	if a.Digest() != b.Digest() {
		t.Error("it is another for the same definitions")
	}
	without, other := *a, *a
	without.byType, other.byType = maps.Clone(a.byType), maps.Clone(a.byType)
	fewer, changed := *a.byType["Patient"], *a.byType["Patient"]
	fewer.indexed = fewer.indexed[1:]
	param := *changed.indexed[0]
	param.Expression += ".x"
	changed.indexed = slices.Concat([]*Param{&param}, changed.indexed[1:])
	without.byType["Patient"], other.byType["Patient"] = &fewer, &changed
	if without.makeDigest() == a.Digest() || other.makeDigest() == a.Digest() {
		t.Error("a parameter or its expression is no part of it")
	}
}
