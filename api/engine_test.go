package api

import "testing"

// An escaped slash is part of a segment, alone and in a Bundle; other escapes
// are what they stand for.
func TestEscapedPaths(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	noType := reply{status: 404, body: oops("not-supported", "", "the path names a resource type that R4 does not have; types are written as in Patient")}
	absent := reply{status: 404, body: oops("not-found", "", noSee)}
	found := reply{status: 200, body: eve}
	for path, want := range map[string]reply{
		"Patient%2Feve":            noType,
		"Patient%2feve":            noType,
		"Patient%2Feve/":           noType,
		"Patient/%2Feve":           absent,
		"Patient/eve%2F":           absent,
		"Patient/eve%2F_history":   absent,
		"Patient/eve%252F":         absent,
		"Patient/eve/_history%2F":  {status: 404, body: oops("not-supported", "", "the path names a type that is not in the compartment of a Patient")},
		"Patient/e%76e":            found,
		"%50atient/eve/":           found,
		"Patient/eve/%5Fhistory/1": found,
	} {
		w.is(path, w.get(all, "/"+path), want.status, want.body)
		entry := w.entries(w.post(all, sent("batch", asks("GET", path))))[0]
		alone := w.alone(all, single{method: "GET", url: path})
		if entry != alone {
			t.Errorf("%s:\n in a batch %s\n alone      %s", path, entry, alone)
		}
	}
}
