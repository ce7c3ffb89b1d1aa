package search

import "testing"

func TestMainDates(t *testing.T) {
	r := realRegistry(t)
	for typ, code := range mainDates {
		if p := r.SortParam(typ); p == nil || p.Code != code || p.Kind != KindDate || p.Type != typ {
			t.Errorf("SortParam(%s) = %+v, want the date parameter %s", typ, p, code)
		}
	}
	for _, c := range []struct{ typ, want string }{
		{"Observation", "date"}, {"Condition", "onset-date"}, {"MedicationRequest", "authoredon"}, {"Patient", ""}, {"Binary", ""},
	} {
		got := ""
		if p := r.SortParam(c.typ); p != nil {
			got = p.Code
		}
		if got != c.want {
			t.Errorf("the main date of %s is %q, want %q", c.typ, got, c.want)
		}
	}
}

// Types that have a date and yet no main one are known by name, so that none is
// forgotten.
func TestTypesWithoutMainDate(t *testing.T) {
	r := realRegistry(t)
	without := map[string]bool{
		"Medication": true, "Substance": true, // when they expire
		"Patient": true, "Person": true, "RelatedPerson": true, // births and deaths
		"OrganizationAffiliation": true, "PractitionerRole": true, // how long they hold
	}
	for _, typ := range r.Types() {
		hasDate := false
		for _, p := range r.Params(typ) {
			hasDate = hasDate || p.Kind == KindDate && p.Code != "_lastUpdated"
		}
		if got := hasDate && r.SortParam(typ) == nil; got != without[typ] {
			t.Errorf("%s has dates and no main one: %v, want %v", typ, got, without[typ])
		}
	}
}
