package api

import "testing"

// The literal type of an operation's pattern hides no other path of the type.
func TestOperationsOfOneTypeHideNothing(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	for path, status := range map[string]int{
		"/Patient/eve": 200, "/Patient": 200, "/Patient/eve/Observation": 200, "/Patient/eve/_history": 200, "/Patient/_history": 200,
		"/Patient/eve/_history/1": 200, "/Patient/eve/$validate": 200, "/Encounter/eve": 404, "/Encounter": 200,
		"/Patient/eve/$everything": 200, "/Patient/$everything": 200, "/Encounter/$everything": 404, "/Observation/eve/$everything": 404, "/Patient/eve/$nothing": 404,
	} {
		if got := w.get(all, path); got.status != status {
			t.Errorf("%s: %d, want %d: %s", path, got.status, status, got.body)
		}
	}
	w.is("PUT", w.send(all, "PUT", "/Patient/eve/$everything", "{}"), 405, oops("not-supported", "", "PUT is not possible here; these are: GET, HEAD, OPTIONS, POST"), "Allow: GET, HEAD, OPTIONS, POST")
	w.is("OPTIONS", w.send("", "OPTIONS", "/Patient/eve/$everything", ""), 204, "", "Allow: GET, HEAD, OPTIONS, POST")
	w.is("PUT", w.send(all, "PUT", "/Patient/$everything", "{}"), 405, oops("not-supported", "", "PUT is not possible here; these are: GET, HEAD, OPTIONS, POST"), "Allow: GET, HEAD, OPTIONS, POST")
}
