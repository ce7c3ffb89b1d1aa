package api

import (
	"fmt"
	"net/url"
	"testing"
)

// A page link is as long whatever is hidden: it is sealed, but its length would tell how
// large the numbers in it are, and so how much there is.
func TestLeak10LengthOfPageLinks(t *testing.T) {
	t.Parallel()
	lengths := map[string]int{}
	for _, hidden := range []int{0, 100} {
		w := newWorld(t)
		var all []string
		for i := range hidden {
			all = append(all, measured(fmt.Sprint("h", i), "laboratory", "a"))
		}
		for i := range 3 {
			all = append(all, measured(fmt.Sprint("v", i), "vital-signs", "a"))
		}
		w.add(all...)
		token := w.token("patient/Observation.rs"+vitalSigns, "Patient/a")
		for _, path := range []string{"/Observation?_count=1", "/Observation?_count=1&_sort=_id", "/Observation?_count=1&_sort=date", "/?_type=Observation&_count=1", "/Observation/_history?_count=1",
			"/_history?_count=1", "/Patient/a/Observation?_count=1"} {
			next, err := url.Parse(w.bundle(w.get(token, path)).link("next"))
			w.must(err)
			length := len(next.Query().Get(cursorParam))
			if hidden == 0 {
				lengths[path] = length
			}
			if length == 0 || length != lengths[path] {
				t.Errorf("%s: with %d hidden the cursor is %d long, without %d", path, hidden, length, lengths[path])
			}
		}
	}
}
