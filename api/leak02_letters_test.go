package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/patch"
)

// interaction is a request for a line of the table of routes, and what SMART's
// letters say of it (scopes-and-launch-context.html#fhir-resource-scope-syntax):
// each alternative is a set of letters that are enough.
type interaction struct {
	route  string // method and pattern, and what tells it from others of the same
	method string
	path   string // ID is that of an Observation
	body   string
	header string
	enough []string // nil: whoever asks
	status int      // where it is allowed
}

// anyone is enough for what needs no letters.
var anyone = []string{""}

// nobody: no letters on the type are enough.
var nobody []string

const (
	anObservation = `{"resourceType":"Observation","id":"ID","identifier":[{"value":"ID"}],"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}`
	unnamed       = `{"resourceType":"Observation","identifier":[{"value":"new"}],"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}`
	patchMedia    = "Content-Type: " + patch.JSONType
	statusTo      = `[{"op":"add","path":"/status","value":"amended"}]`
)

// classified has every line of the table of routes at least once. Row 2 asks for
// each under every set of letters, row 11 for those that name a resource by an id.
var classified = []interaction{
	{"GET /metadata", "GET", "/metadata", "", "", anyone, 200},

	{"GET /:type/:id", "GET", "/Observation/ID", "", "", []string{"r"}, 200},
	{"GET /:type/:id", "HEAD", "/Observation/ID", "", "", []string{"r"}, 200},
	{"GET /:type/:id", "GET", "/Observation/ID?_summary=true", "", "", []string{"r"}, 200},
	{"GET /:type/:id", "GET", "/Observation/ID", "", `If-None-Match: W/"99"`, []string{"r"}, 200},
	{"GET /:type/:id/_history/:version", "GET", "/Observation/ID/_history/1", "", "", []string{"r"}, 200},
	{"GET /:type/:id/_history/:version", "HEAD", "/Observation/ID/_history/1", "", "", []string{"r"}, 200},
	{"GET /:type/:id/_history", "GET", "/Observation/ID/_history", "", "", []string{"r"}, 200},
	{"GET /:type/:id/_history", "HEAD", "/Observation/ID/_history", "", "", []string{"r"}, 200},
	{"GET /:type/:id/_history", "GET", "/Observation/ID/_history?_count=0", "", "", []string{"r"}, 200},
	{"GET /:type/_history", "GET", "/Observation/_history", "", "", []string{"s"}, 200},
	{"GET /:type/_history", "GET", "/Observation/_history?_summary=count", "", "", []string{"s"}, 200},
	{"GET /_history", "GET", "/_history", "", "", []string{"s"}, 200},

	{"GET /:type", "GET", "/Observation", "", "", []string{"s"}, 200},
	{"GET /:type", "HEAD", "/Observation", "", "", []string{"s"}, 200},
	{"GET /:type", "GET", "/Observation?_id=ID", "", "", []string{"s"}, 200},
	{"GET /:type", "GET", "/Observation?_summary=count", "", "", []string{"s"}, 200},
	{"POST /:type/_search", "POST", "/Observation/_search", "_id=ID", urlencoded, []string{"s"}, 200},
	{"GET ", "GET", "/?_type=Observation", "", "", []string{"s"}, 200},
	{"POST /_search", "POST", "/_search", "_type=Observation", urlencoded, []string{"s"}, 200},
	{"GET /:type/:id/:member", "GET", "/Patient/a/Observation", "", "", []string{"s"}, 200},
	{"GET /:type/:id/:member", "GET", "/Patient/a/*", "", "", []string{"s"}, 200},
	{"POST /:type/:id/:member/_search", "POST", "/Patient/a/Observation/_search", "", urlencoded, []string{"s"}, 200},
	{"POST /:type/:id/_search", "POST", "/Patient/a/_search", "_type=Observation", urlencoded, []string{"s"}, 200},

	{"POST /:type", "POST", "/Observation", unnamed, "", []string{"c"}, 201},
	{"POST /:type if none", "POST", "/Observation", unnamed, "If-None-Exist: identifier=kept", []string{"cs"}, 200},
	{"PUT /:type/:id", "PUT", "/Observation/ID", anObservation, "", []string{"u"}, 200},
	{"PUT /:type", "PUT", "/Observation?identifier=ID", anObservation, "", []string{"us"}, 200},
	{"PATCH /:type/:id", "PATCH", "/Observation/ID", statusTo, patchMedia, []string{"ru"}, 200},
	{"PATCH /:type", "PATCH", "/Observation?identifier=ID", statusTo, patchMedia, []string{"rus"}, 200},
	{"DELETE /:type/:id", "DELETE", "/Observation/doomed", "", "", []string{"d"}, 204},
	{"DELETE /:type", "DELETE", "/Observation?identifier=none", "", "", []string{"ds"}, 204},

	{"POST ", "POST", "", sent("batch", asks("GET", "metadata")), "", anyone, 200},

	{"GET /$explanation/:member", "GET", "/$explanation/none", "", "", anyone, 404}, // whose it is decides

	{"GET /$explanation/:member", "GET", "/$explanation/unknown", "", "", anyone, 404}, // its owner's and an administrator's, whatever their letters

	{"POST /:type/$validate", "POST", "/Observation/$validate", unnamed, "", []string{"c", "r", "u"}, 200},
	{"POST /:type/$validate", "POST", "/Observation/$validate?mode=create", unnamed, "", []string{"c"}, 200},
	{"POST /:type/:id/$validate", "POST", "/Observation/ID/$validate", anObservation, "", []string{"r", "u"}, 200},
	{"POST /:type/:id/$validate", "POST", "/Observation/ID/$validate?mode=update", anObservation, "", []string{"u"}, 200},
	{"POST /:type/:id/$validate", "POST", "/Observation/ID/$validate?mode=delete", "", "", []string{"d"}, 200},
	{"GET /:type/:id/$validate", "GET", "/Observation/ID/$validate", "", "", []string{"r"}, 200},

	{"GET /:type/:id/$meta", "GET", "/Observation/ID/$meta", "", "", []string{"r"}, 200},
	{"POST /:type/:id/$meta", "POST", "/Observation/ID/$meta", "", "", []string{"r"}, 200},
	{"GET /:type/:id/_history/:version/$meta", "GET", "/Observation/ID/_history/1/$meta", "", "", []string{"r"}, 200},
	{"POST /:type/:id/_history/:version/$meta", "POST", "/Observation/ID/_history/1/$meta", "", "", []string{"r"}, 200},
	{"GET /Observation/$lastn", "GET", "/Observation/$lastn?patient=a&code=x", "", "", []string{"s"}, 200},
	{"POST /Observation/$lastn", "POST", "/Observation/$lastn?patient=a&code=x", "", "", []string{"s"}, 200},
	// Letters on Observations do not reach the operations on other types.
	{"GET /DocumentReference/$docref", "GET", "/DocumentReference/$docref?patient=a", "", "", nobody, 403},
	{"POST /DocumentReference/$docref", "POST", "/DocumentReference/$docref?patient=a", "", "", nobody, 403},
	{"GET /Patient/:id/$everything", "GET", "/Patient/a/$everything", "", "", nobody, 403},
	{"POST /Patient/:id/$everything", "POST", "/Patient/a/$everything", "", "", nobody, 403},
	{"GET /Patient/$everything", "GET", "/Patient/$everything", "", "", nobody, 403},
	{"POST /Patient/$everything", "POST", "/Patient/$everything", "", "", nobody, 403},
	{"GET /Encounter/:id/$everything", "GET", "/Encounter/e/$everything", "", "", nobody, 403},
	{"POST /Encounter/:id/$everything", "POST", "/Encounter/e/$everything", "", "", nobody, 403},
}

// Every line of the table of routes is classified: a new one fails here first.
func TestLeak02EveryRouteIsClassified(t *testing.T) {
	known := map[string]bool{}
	for _, c := range classified {
		known[c.route] = true
	}
	for _, rt := range new(server).routes() {
		if !known[rt.method+" "+rt.pattern] {
			t.Errorf("%s %s (%s) has no line in classified", rt.method, rt.pattern, rt.interaction)
		}
	}
}

// subsetsOfLetters are the 31 sets of letters.
func subsetsOfLetters() []string {
	var all []string
	for set := 1; set < 32; set++ {
		letters := ""
		for i, letter := range "cruds" {
			if set&(1<<i) != 0 {
				letters += string(letter)
			}
		}
		all = append(all, letters)
	}
	return all
}

// allows tells whether letters are enough.
func (c interaction) allows(letters string) bool {
	for _, set := range c.enough {
		has := true
		for _, letter := range set {
			has = has && strings.ContainsRune(letters, letter)
		}
		if has {
			return true
		}
	}
	return false
}

// about is the request for one Observation.
func (c interaction) about(id string) interaction {
	c.path, c.body = strings.ReplaceAll(c.path, "ID", id), strings.ReplaceAll(c.body, "ID", id)
	return c
}

func (c interaction) send(w *world, token string, more ...string) reply {
	if c.header != "" {
		more = append(more, c.header)
	}
	return w.send(token, c.method, c.path, c.body, more...)
}

// entry is it in a Bundle, if it can be in one.
func (c interaction) entry() (string, bool) {
	url := strings.TrimPrefix(c.path, "/")
	switch {
	case url == "" || c.method == "HEAD" || strings.Contains(url, "$validate"), c.method == "POST" && strings.Contains(url, "$"): // which is in no Bundle
		return "", false
	case c.header == urlencoded:
		return asks(c.method, url+"?"+c.body), true
	case c.header == patchMedia:
		return brings("", c.method, url, jsonPatch(c.body)), true
	case c.body == "":
		return asks(c.method, url), true
	case c.header != "":
		return brings("", c.method, url, c.body, `"ifNoneExist":"identifier=kept"`), true
	}
	return brings("", c.method, url, c.body), true
}

// All 31 sets of letters, all interactions: each is allowed or refused as SMART
// says, by itself and in a batch. In a transaction one that is refused undoes all.
func TestLeak02AllLetterSubsets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := 0
	for _, level := range []struct{ scope, context string }{{"system", ""}, {"patient", "Patient/a"}} {
		for _, letters := range subsetsOfLetters() {
			if level.scope != "system" && len(letters) > 2 { // the levels differ in whose, not in what
				continue
			}
			w.add(`{"resourceType":"Patient","id":"a"}`, strings.ReplaceAll(anObservation, "ID", "o"), strings.ReplaceAll(anObservation, "ID", "kept"))
			scopes := level.scope + "/Observation." + letters
			var context []string
			if level.context != "" {
				context = []string{level.context}
			}
			token := w.token(scopes, context...)
			var entries, names []string
			var want []bool
			for _, c := range classified {
				c = c.about("o")
				name := scopes + ": " + strings.Join([]string{c.method, c.path, c.header}, " ")
				status := http.StatusForbidden
				if c.allows(letters) {
					status = c.status
					seen++
				}
				if got := c.send(w, token); got.status != status {
					t.Errorf("%s: status %d, want %d: %s", name, got.status, status, got.body)
				}
				if entry, ok := c.entry(); ok && level.scope == "system" {
					entries, names, want = append(entries, entry), append(names, name), append(want, status != http.StatusForbidden)
				}
			}
			if level.scope != "system" {
				continue
			}
			for i, got := range w.entries(w.send(token, http.MethodPost, "", sent("batch", entries...))) {
				if allowed := !strings.Contains(got, `"status":"403 Forbidden"`); allowed != want[i] {
					t.Errorf("%s in a batch: %s", names[i], got)
				}
			}
		}
	}
	if want := 31 * len(classified) / 3; seen < want {
		t.Errorf("only %d were allowed, fewer than %d", seen, want)
	}
}

// A transaction with one entry that the letters do not allow is refused whole, with
// its refusal, and does nothing.
func TestLeak02Transactions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`, strings.ReplaceAll(anObservation, "ID", "o"), strings.ReplaceAll(anObservation, "ID", "kept"))
	before := w.everything()
	for _, c := range classified {
		entry, ok := c.about("o").entry()
		if !ok || len(c.enough) == 0 || len(c.enough[0]) == 0 {
			continue
		}
		for _, letters := range subsetsOfLetters() {
			if c.allows(letters) || len(letters) != 1 && len(letters) != 4 {
				continue
			}
			token := w.token("system/Observation."+letters+" system/Flag.c", "Patient/a")
			got := w.send(token, http.MethodPost, "", sent("transaction", brings("", "POST", "Flag", `{"resourceType":"Flag","status":"active"}`), entry))
			if got.status != http.StatusForbidden {
				t.Errorf("%s %s with %s in a transaction: %d %s", c.method, c.path, letters, got.status, got.body)
			}
		}
	}
	if after := w.everything(); after != before {
		t.Errorf("what is refused has changed\n%s\nto\n%s", before, after)
	}
	created := w.send(w.token("system/Observation.cs system/Flag.c"), http.MethodPost, "", sent("transaction",
		brings("", "POST", "Flag", `{"resourceType":"Flag","status":"active"}`), brings("", "POST", "Observation", unnamed), asks("GET", "Observation?_id=o")))
	if created.status != http.StatusOK || !strings.Contains(created.body, `"Observation/o"`) && !strings.Contains(created.body, `"id":"o"`) {
		t.Errorf("what is allowed: %d %s", created.status, created.body)
	}
}
