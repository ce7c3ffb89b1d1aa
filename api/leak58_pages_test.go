package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// leaks row 58: what is hidden is left out before pages are made, so that each page but
// the last is full, and the last has no link to another. How long it takes is not
// asserted: that is accepted (docs/scopes.md).
func TestLeak58FullPages(t *testing.T) {
	w := newWorld(t)
	resources := []string{eve, adam}
	const own, hidden = 30, 170
	for i := range own + hidden {
		patient, code := "adam", "laboratory"
		if i%((own+hidden)/own+1) == 0 || i >= own+hidden-1 { // some Observations of Eve, far apart
			patient, code = "eve", "vital-signs"
		}
		resources = append(resources, with(measured(fmt.Sprintf("o%03d", i), code, patient), fmt.Sprintf(`"effectiveDateTime":"2024-01-01T%02d:%02d:00Z","valueInteger":%d`, i/60, i%60, i)))
	}
	w.add(resources...)
	all := w.bundle(w.get(w.all(), "/Observation?_count=1000")).ids()
	evens := w.bundle(w.get(w.all(), "/Observation?_count=1000&subject=Patient/eve")).ids()
	if len(evens) < 25 || len(all) != own+hidden {
		t.Fatalf("%d of %d", len(evens), len(all))
	}
	for name, token := range map[string]string{
		"chart": w.token("patient/Observation.rs", "Patient/eve"), "category": w.token("system/Observation.rs?category=vital-signs"), "chain": w.token("system/Observation.rs?subject:Patient.family=Everywoman"),
		"two scopes": w.token("patient/Observation.rs?category=vital-signs patient/Observation.rs?category=laboratory", "Patient/eve"),
	} {
		for _, path := range []string{"/Observation?", "/Observation?_sort=date&", "/Observation?_sort=-_id&", "/Observation?status=final&", "?_type=Observation&", "/Patient/eve/Observation?", "/Observation/_history?", "/_history?"} {
			for _, count := range []int{7, len(evens) - 1, len(evens), len(evens) + 1} {
				w.fullPages(token, name+" "+path, fmt.Sprintf("%s_count=%d", path, count), count, evens)
			}
		}
		w.fullPages(token, name, "/Observation?_count=1", 1, evens)
		// With includes, of which none counts.
		w.fullPages(token, name, "/Observation?_include=Observation:subject&_count=7", 7, evens)
	}
	w.fullPages(w.all(), "all", "/Observation?_count=64", 64, all)
	w.fullPages(w.token("patient/Observation.rs", "Patient/nobody"), "none", "/Observation?_count=5", 5, nil)
}

// fullPages walks over all pages.
func (w *world) fullPages(token, name, path string, count int, want []string) {
	w.Helper()
	var seen []string
	pages := 0
	for next := path; next != ""; pages++ {
		got := w.get(token, next)
		page := w.bundle(got)
		n := 0
		for _, e := range page.Entry {
			if e.Search.Mode != "include" {
				seen = append(seen, strings.TrimPrefix(e.FullURL, base+"/"))
				n++
			}
		}
		next = page.link("next")
		if next != "" && n != count || next == "" && len(want) > 0 && n == 0 {
			w.Errorf("%s, %s: a page of %d, and the next link is %q", name, path, n, next)
		}
		if page.Total != nil && *page.Total != len(want) {
			w.Errorf("%s, %s: the total is %d, want %d", name, path, *page.Total, len(want))
		}
		if pages > len(want) {
			w.Fatalf("%s: the pages do not end", path)
		}
	}
	if head := w.send(token, http.MethodHead, path, ""); head.status != 200 || head.body != "" {
		w.Errorf("HEAD %s: %d", path, head.status)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, slices.Sorted(slices.Values(want))) || pages != max(1, (len(want)+count-1)/count) {
		w.Errorf("%s, %s: %d pages show %v, want %v", name, path, pages, seen, want)
	}
}
