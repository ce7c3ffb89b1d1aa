package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// everythingGrants are grants of several kinds over everythingData.
func (w *world) everythingGrants() map[string]string {
	w.Helper()
	return map[string]string{
		"all":                  w.all(),
		"a patient's":          w.token("patient/*.rs", "Patient/a"),
		"of v1":                w.token("patient/*.read", "Patient/a"),
		"category":             w.token("patient/Patient.rs patient/Observation.rs?category=vital-signs patient/Practitioner.rs", "Patient/a"),
		"letters apart":        w.token("patient/Patient.rs patient/Observation.s patient/Practitioner.s patient/Organization.r patient/Medication.r patient/MedicationRequest.rs", "Patient/a"),
		"chain":                w.token("system/Patient.rs system/Observation.rs?patient.birthdate=1960 system/Observation.rs?encounter.class=AMB system/Device.r"),
		"a user":               w.token("user/*.rs", "Practitioner/dr-a"),
		"few of a user":        w.token("user/Patient.rs user/Provenance.rs user/Observation.rs user/Encounter.rs?class=AMB", "Practitioner/dr-a"),
		"no matches but one's": w.token("system/Patient.rs?_id=a system/Task.rs system/*.r"),
	}
}

// bySearches is what the caller's own searches say that a $everything holds: each type
// of the compartment, Device.patient and Task.for, and what these refer to.
func (w *world) bySearches(token, patient string) []string {
	w.Helper()
	seen := map[string]bool{}
	for _, path := range []string{"/Patient?_id=" + patient, "/Device?patient=" + patient, "/Task?patient=" + patient, "/Patient/" + patient + "/*?"} {
		for _, beside := range []string{"", "&_include=*", "&_revinclude=Provenance:target"} {
			if beside != "" && strings.HasSuffix(path, "*?") {
				continue // by type, below
			}
			w.foundBy(token, path+beside, seen)
		}
	}
	for _, typ := range words("Coverage DocumentReference Encounter MedicationRequest Observation") { // not of List
		for _, beside := range words("_include=" + typ + ":* _revinclude=Provenance:target") {
			w.foundBy(token, "/Patient/"+patient+"/"+typ+"?"+beside, seen)
		}
	}
	w.foundBy(token, "/Binary?_id=scan-"+patient, seen) // refused: no search finds it
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// outside are types of which a $everything of a patient brings along what a match
// refers to; of other types it has matches only.
var outside = words("Location Medication Organization Practitioner Provenance")

// foundBy adds what a search finds and a $everything may hold.
func (w *world) foundBy(token, path string, seen map[string]bool) {
	w.Helper()
	got := w.get(token, path)
	if got.status == 403 || strings.HasPrefix(path, "/Binary") {
		return
	}
	for _, e := range w.bundle(got).Entry {
		id := strings.TrimPrefix(e.FullURL, base+"/")
		typ, _, _ := strings.Cut(id, "/")
		never := slices.Contains(words("Group Person AuditEvent"), typ) || id == "Patient/a" && strings.Contains(path, "/b") || id == "Patient/b" && strings.Contains(path, "/a")
		if !never && (e.Search.Mode == "match" && typ != "Provenance" || slices.Contains(outside, typ) || id == "Device/scale") {
			seen[id] = true
		}
	}
}

// What a $everything holds is the union of the caller's own searches, for every kind
// of grant. It follows no Group, no List and no link to another Patient.
func TestLeak22EverythingIsItsSearches(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	sizes := map[int]bool{}
	for name, token := range w.everythingGrants() {
		for _, patient := range []string{"a", "b"} {
			path := "/Patient/" + patient + "/$everything"
			got := w.get(token, path)
			if read := w.get(token, "/Patient/"+patient); got.status != 200 {
				if got.status != read.status || got.body != read.body {
					t.Errorf("%s: %d %s where a read says %d %s", name, got.status, got.body, read.status, read.body)
				}
				continue
			}
			var ids []string
			for _, e := range w.bundle(got).Entry {
				if id := strings.TrimPrefix(e.FullURL, base+"/"); !strings.HasPrefix(id, "Binary/") {
					ids = append(ids, id)
				}
			}
			slices.Sort(ids)
			want := w.bySearches(token, patient)
			if !slices.Equal(ids, want) {
				t.Errorf("%s of %s:\n got %v\nwant %v", name, patient, ids, want)
			}
			sizes[len(ids)] = true
			for _, never := range words("Group/both Person/person AuditEvent/audit Practitioner/unseen") {
				if slices.Contains(ids, never) {
					t.Errorf("%s: %s has %s", name, path, never)
				}
			}
			if other := map[string]string{"a": "b", "b": "a"}[patient]; slices.Contains(ids, "Patient/"+other) || slices.Contains(ids, "Observation/old-"+other) || slices.Contains(ids, "Device/pump-"+other) {
				t.Errorf("%s: %s has what is of %s: %v", name, path, other, ids)
			}
		}
	}
	if len(sizes) < 6 {
		t.Errorf("the grants show %v: too much the same", sizes)
	}
}

// Pages put one behind the other are the whole, in its order; what is included is on
// each page where something refers to it.
func TestEverythingPages(t *testing.T) {
	w, whole := newWorld(t, chunksOf(2)), 0
	w.add(everythingData()...)
	for name, token := range w.everythingGrants() {
		for _, path := range []string{"/Patient/a/$everything", "/Patient/$everything", "/Encounter/visit-a/$everything"} {
			first := w.get(token, path+"?_count=2")
			if first.status != 200 {
				continue
			}
			want := inOrder(w.bundle(w.get(token, path)))
			var matches, included []string
			for next := path + "?_count=2"; next != ""; {
				b := w.bundle(w.get(token, next))
				page := inOrder(b)
				n := len(slices.DeleteFunc(slices.Clone(page), func(id string) bool { return strings.HasPrefix(id, "include ") }))
				if next = b.link("next"); n > 2 || next != "" && n < 2 {
					t.Errorf("%s %s: a page of %v", name, path, page)
				}
				matches, included = append(matches, page[:n]...), append(included, page[n:]...)
			}
			slices.Sort(included)
			if got := slices.Concat(matches, slices.Compact(included)); !slices.Equal(got, want) {
				t.Errorf("%s %s:\n got %v\nwant %v", name, path, got, want)
			}
			whole++
		}
	}
	if whole < 12 {
		t.Errorf("only %d records", whole)
	}
}

// A page link is worth nothing to another token, nor to the same one once it is
// revoked or for another record.
func TestLeak10EverythingPages(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	token := w.token("patient/*.rs", "Patient/a")
	next := w.bundle(w.get(token, "/Patient/a/$everything?_count=3")).link("next")
	again := w.bundle(w.get(token, next))
	if got := inOrder(again); got[0] != "DocumentReference/doc-a" {
		t.Fatalf("the next page: %v", got)
	}
	worthless := oops("invalid", "", "the page link is not valid for this search and access token; begin again with the first page")
	at, err := url.Parse(next)
	w.must(err)
	query := "?" + at.RawQuery
	for name, c := range map[string]struct{ token, path string }{
		"narrowed":       {w.token("patient/*.rs?_tag=x patient/Patient.rs", "Patient/a"), next},
		"another user's": {w.token("system/*.rs"), next},
		"all patients'":  {token, "/Patient/$everything" + query},
		"a compartment":  {token, "/Patient/a/*" + query},
		"an encounter":   {token, "/Encounter/visit-a/$everything" + query},
	} {
		w.is(name, w.get(c.token, c.path), 400, worthless)
	}
	w.is("another patient's", w.get(w.token("patient/*.rs", "Patient/b"), next), 404, oops("not-found", "", noSee))
	w.is("a count that it was not made for", w.get(token, strings.Replace(next, "_count=3", "_count=4", 1)), 400, worthless)
	caller, err := w.tokens.Authenticate(t.Context(), token)
	w.must(err)
	w.must(w.tokens.Revoke(t.Context(), caller.Grant.ID))
	if got := w.get(token, next); got.status != 401 {
		t.Errorf("revoked: %d %s", got.status, got.body)
	}
}
