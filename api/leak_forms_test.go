package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// formOf is one way to ask for the same search.
type formOf struct {
	name string
	send func(w *world, token, path, query string) reply
}

// urlencoded is the body of a POST _search.
const urlencoded = "Content-Type: application/x-www-form-urlencoded"

// formsOfSearch are GET, POST with all parameters in the body or half of them, and
// an entry of a batch or transaction.
var formsOfSearch = []formOf{
	{"GET", func(w *world, token, path, query string) reply { return w.get(token, path+"?"+query) }},
	{"POST", func(w *world, token, path, query string) reply {
		return w.send(token, http.MethodPost, searchPath(path), query, urlencoded)
	}},
	{"POST, mixed", func(w *world, token, path, query string) reply {
		first, rest, _ := strings.Cut(query, "&")
		return w.send(token, http.MethodPost, searchPath(path)+"?"+first, rest, urlencoded)
	}},
	{"batch", func(w *world, token, path, query string) reply {
		return w.inBundle("batch", token, asks(http.MethodGet, path[1:]+"?"+query))
	}},
	{"transaction", func(w *world, token, path, query string) reply {
		return w.inBundle("transaction", token, asks(http.MethodGet, path[1:]+"?"+query))
	}},
	{"POST in a batch", func(w *world, token, path, query string) reply {
		return w.inBundle("batch", token, asks(http.MethodPost, searchPath(path)[1:]+"?"+query))
	}},
}

func searchPath(path string) string { return strings.TrimSuffix(path, "/") + "/_search" }

// inBundle is what one entry of a Bundle is answered: a transaction that fails is
// answered as its entry.
func (w *world) inBundle(typ, token, entry string) reply {
	w.Helper()
	got := w.send(token, http.MethodPost, "", sent(typ, entry))
	if got.status != http.StatusOK {
		return got
	}
	var answers struct {
		Entry []struct {
			Resource json.RawMessage
			Response struct {
				Status  string
				Outcome json.RawMessage
			}
		}
	}
	w.must(json.Unmarshal([]byte(got.body), &answers))
	answer := answers.Entry[0]
	status := 0
	for _, digit := range answer.Response.Status[:3] {
		status = 10*status + int(digit-'0')
	}
	return reply{status, http.Header{}, string(answer.Resource) + string(answer.Response.Outcome)}
}

// findsEverywhere compares what a search finds in every form of the request, how
// many it counts, and what its pages of one add up to. Included resources are
// written as "include Type/id".
func (w *world) findsEverywhere(token, path string, want ...string) {
	w.Helper()
	want = slices.Sorted(slices.Values(want))
	path, query, _ := strings.Cut(path, "?")
	for _, form := range formsOfSearch {
		got := form.send(w, token, path, query)
		if got.status != http.StatusOK {
			w.Errorf("%s %s?%s: %d %s", form.name, path, query, got.status, got.body)
			continue
		}
		if ids := w.bundle(got).ids(); !slices.Equal(ids, want) {
			w.Errorf("%s %s?%s finds %v, want %v", form.name, path, query, ids, want)
		}
	}
	whole := w.get(token, path+"?"+query)
	head := w.send(token, http.MethodHead, path+"?"+query, "")
	whole.body = ""
	w.same("HEAD "+path+"?"+query, head, whole)
	matches := len(slices.DeleteFunc(slices.Clone(want), func(id string) bool { return strings.HasPrefix(id, "include ") }))
	for _, form := range []formOf{formsOfSearch[0], formsOfSearch[1], formsOfSearch[3]} {
		if total := w.bundle(form.send(w, token, path, query+"&_summary=count")).Total; total == nil || *total != matches {
			w.Errorf("%s %s?%s&_summary=count: total %s, want %d", form.name, path, query, show(total), matches)
		}
	}
	for _, counted := range []string{"_count=0", "_total=accurate&_count=1"} {
		if total := w.bundle(w.get(token, path+"?"+query+"&"+counted)).Total; total == nil || *total != matches {
			w.Errorf("GET %s?%s&%s: total %s, want %d", path, query, counted, show(total), matches)
		}
	}
	w.pagesOfOne(token, path+"?"+query, matches, want)
}

// pagesOfOne wants a match on each page, and on all together what is wanted.
func (w *world) pagesOfOne(token, search string, matches int, want []string) {
	w.Helper()
	var ids []string
	pages := 0
	for next := search + "&_count=1"; next != ""; pages++ {
		page := w.bundle(w.get(token, next))
		next = page.link("next")
		found := page.ids()
		ids = append(ids, found...)
		if own := len(slices.DeleteFunc(found, func(id string) bool { return strings.HasPrefix(id, "include ") })); own != min(1, matches) {
			w.Errorf("%s: %d matches on page %d of one", search, own, pages)
		}
	}
	// What is included for several pages is on each, and what is a match of one may be included on another.
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool {
		key, included := strings.CutPrefix(id, "include ")
		return included && slices.Contains(want, key)
	})
	if !slices.Equal(ids, want) || pages != max(1, matches) {
		w.Errorf("%s: %d pages of one hold %v, want %v", search, pages, ids, want)
	}
}

// refusedEverywhere wants the same refusal in every form.
func (w *world) refusedEverywhere(token, path string, status int) {
	w.Helper()
	path, query, _ := strings.Cut(path, "?")
	for _, form := range formsOfSearch {
		if got := form.send(w, token, path, query); got.status != status || !strings.Contains(got.body, `"resourceType":"OperationOutcome"`) {
			w.Errorf("%s %s?%s: %d %s, want %d", form.name, path, query, got.status, got.body, status)
		}
	}
}
