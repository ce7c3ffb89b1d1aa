package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// trial is one search as it was asked, and what the server answered.
type trial struct {
	query  naive.Query
	caller *naive.Caller
	count  int    // 0: the server's own
	total  string // `_total`
	path   string
	params url.Values
	answer answer

	expected map[string]*naive.Resource // the oracle's matches
}

func (tr *trial) String() string {
	text, err := url.QueryUnescape(tr.params.Encode())
	if err != nil {
		text = tr.params.Encode()
	}
	who := "anybody"
	if !tr.caller.Unrestricted {
		scopes, err := url.QueryUnescape(spelled(tr.caller))
		if err != nil {
			scopes = spelled(tr.caller)
		}
		who = fmt.Sprintf("%s (patient %s, user %s)", scopes, tr.caller.Patient, tr.caller.User)
	}
	return fmt.Sprintf("GET %s?%s\n\tby %s", tr.path, text, who)
}

// request turns a query into a request. One for everything in a compartment asks
// for the types that the oracle knows.
func request(q naive.Query, caller *naive.Caller) *trial {
	tr := &trial{query: q, caller: caller, params: url.Values{}}
	switch {
	case q.Compartment != "" && len(q.Types) == 1:
		tr.path = "/" + q.Compartment + "/" + q.Types[0]
	case q.Compartment != "":
		tr.path = "/" + q.Compartment + "/*"
		compartment, _, _ := strings.Cut(q.Compartment, "/")
		tr.params.Set("_type", strings.Join(naive.Members(compartment), ","))
	case len(q.Types) == 1:
		tr.path = "/" + q.Types[0]
	}
	if len(q.Types) > 1 {
		tr.params.Set("_type", strings.Join(q.Types, ","))
	}
	for _, c := range q.Criteria {
		tr.params.Add(c.Name, c.Value)
	}
	for _, i := range q.Includes {
		p := i.Pair()
		tr.params.Add(p.Name, p.Value)
	}
	if len(q.Sort) > 0 {
		tr.params.Set("_sort", strings.Join(q.Sort, ","))
	}
	return tr
}

// paged chooses a page size so that there are several pages, but not hundreds,
// and whether to count. Size is how many matches are expected.
func (tr *trial) paged(size int, rng *rand.Rand) *trial {
	if tr.count = pageSize(size, rng); tr.count > 0 {
		tr.params.Set("_count", strconv.Itoa(tr.count))
	}
	if tr.total = []string{"", "accurate", "accurate", "none", "estimate"}[rng.IntN(5)]; tr.total != "" {
		tr.params.Set("_total", tr.total)
	}
	return tr
}

func pageSize(size int, rng *rand.Rand) int {
	switch {
	case size < 12:
		return []int{0, 1, 2, 3, 5, 12}[rng.IntN(6)]
	case size < 200 && rng.IntN(4) == 0:
		return 0
	case rng.IntN(5) == 0:
		return 1000
	}
	return min(1000, 1+size/(1+rng.IntN(6)))
}

// split divides the parameters between URL and body at random.
func split(params url.Values, rng *rand.Rand) (query, body url.Values) {
	query, body = url.Values{}, url.Values{}
	for _, name := range slices.Sorted(keysOf(params)) {
		into := query
		if rng.IntN(2) == 0 {
			into = body
		}
		into[name] = params[name]
	}
	return query, body
}

func keysOf(values url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range values {
			if !yield(name) {
				return
			}
		}
	}
}

// difference says how the answer differs from the oracle's; "" if it does not.
func (tr *trial) difference(o *naive.Oracle, w *naive.World) (string, error) {
	want, err := o.Ask(tr.query)
	if err != nil {
		return "", err
	}
	switch {
	case want.Forbidden && tr.answer.status == http.StatusForbidden:
		return "", nil
	case want.Forbidden:
		return fmt.Sprintf("status %d, but no scope allows it", tr.answer.status), nil
	case tr.answer.status != http.StatusOK:
		return fmt.Sprintf("status %d: %s; expected %d matches", tr.answer.status, tr.answer.body, len(want.Matches)), nil
	}
	if text := tr.differentMatches(want.Matches); text != "" {
		return text, nil
	}
	if text := tr.wrongPages(len(want.Matches)); text != "" {
		return text, nil
	}
	return tr.differentOrder(o, w)
}

func (tr *trial) differentMatches(want map[string]*naive.Resource) string {
	got := map[string]bool{}
	var extra, twice, missing []string
	for _, key := range tr.answer.matches() {
		switch {
		case got[key]:
			twice = append(twice, key)
		case want[key] == nil:
			extra = append(extra, key)
		}
		got[key] = true
	}
	for key := range want {
		if !got[key] {
			missing = append(missing, key)
		}
	}
	if len(extra)+len(twice)+len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("%d matches, the oracle has %d: too many %s; missing %s; twice %s",
		len(got), len(want), some(extra), some(missing), some(twice))
}

// some are the first of a list, and how many there are.
func some(keys []string) string {
	slices.Sort(keys)
	return fmt.Sprintf("%d %v", len(keys), keys[:min(3, len(keys))])
}

// wrongPages says what is wrong with the sizes and totals of the pages.
func (tr *trial) wrongPages(size int) string {
	count := tr.count
	if count == 0 {
		count = 50
	}
	for i, p := range tr.answer.pages {
		n := len(p.keys("match"))
		if last := i == len(tr.answer.pages)-1; !last && n != count || last && (n > count || n == 0 && i > 0) {
			return fmt.Sprintf("page %d of %d has %d matches with _count=%d", i+1, len(tr.answer.pages), n, count)
		}
		switch {
		case p.Total == nil && tr.total == "accurate":
			return fmt.Sprintf("page %d has no total", i+1)
		case p.Total != nil && tr.total == "none":
			return fmt.Sprintf("page %d has a total", i+1)
		case p.Total != nil && *p.Total != size:
			return fmt.Sprintf("page %d says that there are %d matches, not %d", i+1, *p.Total, size)
		}
	}
	return ""
}

// differentOrder compares the order of the matches, and what each page brings
// along.
func (tr *trial) differentOrder(o *naive.Oracle, w *naive.World) (string, error) {
	var all []*naive.Resource
	for i, p := range tr.answer.pages {
		var matches []*naive.Resource
		for _, key := range p.keys("match") {
			matches = append(matches, w.Get(key))
		}
		all = append(all, matches...)
		included, err := o.Included(tr.query.Includes, matches)
		if err != nil {
			return "", err
		}
		if text := differentIncludes(p.keys("include"), included); text != "" {
			return fmt.Sprintf("page %d: %s", i+1, text), nil
		}
	}
	if len(tr.query.Types) != 1 {
		return "", nil
	}
	if err := o.CheckSorted(tr.query.Sort, all); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func differentIncludes(got []string, want map[string]*naive.Resource) string {
	seen := map[string]bool{}
	var extra, missing []string
	for _, key := range got {
		typ, _, _ := strings.Cut(key, "/")
		if want[key] == nil && naive.Knows(typ) || seen[key] {
			extra = append(extra, key)
		}
		seen[key] = true
	}
	for key := range want {
		if !seen[key] {
			missing = append(missing, key)
		}
	}
	if len(extra)+len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("%d included, the oracle has %d: too many %s; missing %s", len(got), len(want), some(extra), some(missing))
}
