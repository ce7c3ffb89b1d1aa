package api

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Each limit of a request is where docs/operations.md says: as much is taken, and
// one more is refused with an error that names the limit.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	const filterDepth = 32
	var revincludes []string
	for _, typ := range w.store.Registry().Types() {
		for _, param := range w.store.Registry().References(typ) {
			if slices.Contains(param.Targets, "Patient") {
				revincludes = append(revincludes, "_revinclude="+typ+":"+param.Code)
			}
		}
	}
	for _, c := range []struct {
		row   string // of the table in docs/operations.md
		limit int
		query func(n int) string
		want  string // in the OperationOutcome for one more
	}{
		{"parameters of a request", search.MaxParams, func(n int) string { return strings.Repeat("name=x&", n) },
			`"code":"too-costly","diagnostics":"there are more than 1000 parameters"`},
		{"values of a parameter", search.MaxValues, func(n int) string { return "name=x" + strings.Repeat(",x", n-1) },
			`"diagnostics":"search parameter name has 1001 values; one parameter may have up to 1000"`},
		{"hops of a chain or `_has`", search.MaxHops, func(n int) string { return strings.Repeat("link:Patient.", n) + "name=x" },
			`.name has more than 8 hops"`},
		{"hops of a chain or `_has`", search.MaxHops, func(n int) string { return strings.Repeat("_has:Patient:link:", n) + "name=x" },
			`:name has more than 8 hops"`},
		{"parentheses within each other in `_filter`, `_text` and `_content`", filterDepth, func(n int) string {
			return "_filter=" + strings.Repeat("(", n) + "name+eq+x" + strings.Repeat(")", n)
		}, `"diagnostics":"search parameter _filter has parentheses more than 32 deep"`},
		{"keys of `_sort`", search.MaxSortKeys, func(n int) string { return "_sort=name" + strings.Repeat(",name", n-1) },
			`"diagnostics":"search parameter _sort has 11 keys; there may be up to 10"`},
		{"includes of a request", search.MaxIncludes, func(n int) string { return strings.Join(revincludes[:n], "&") },
			`is one too many: a search may have up to 100 includes"`},
	} {
		ask := func(n int) reply {
			return w.send(all, http.MethodPost, "/Patient/_search", c.query(n), "Content-Type: application/x-www-form-urlencoded")
		}
		if got := ask(c.limit); got.status != http.StatusOK {
			t.Errorf("%s: %d are refused: %.300s", c.row, c.limit, got.body)
		}
		if got := ask(c.limit + 1); got.status != http.StatusBadRequest || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: one more gets %v, want %s", c.row, got, c.want)
		}
		documented(t, c.row, c.limit)
	}
	page := w.bundle(w.get(all, fmt.Sprintf("/Patient?_count=%d", maxCount+1)))
	if self := page.link("self"); self != fmt.Sprintf("/Patient?_count=%d", maxCount) {
		t.Errorf("a page that is too long: %s", self)
	}
	documented(t, "resources of a page, includes apart", maxCount)
	for row, limit := range map[string]int{
		"included resources of a page": store.MaxIncludes, "entries of a batch or transaction": maxEntries,
		"resources that `DELETE [type]?criteria` deletes": maxDeletes,
	} {
		documented(t, row, limit)
	}
}

// documented wants a row of the table of limits.
func documented(t *testing.T, row string, limit int) {
	t.Helper()
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	number := fmt.Sprint(limit)
	if n := len(number); n > 3 {
		number = number[:n-3] + "," + number[n-3:]
	}
	if want := "| " + row + " | " + number + " |"; !strings.Contains(string(text), want) {
		t.Errorf("docs/operations.md lacks %s", want)
	}
}

// A page brings along so many resources and no more.
func TestIncludedResourcesAreLimited(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	referring := make([]string, store.MaxIncludes)
	for i := range referring {
		referring[i] = fmt.Sprintf(`{"resourceType":"Basic","id":"b%d","subject":{"reference":"Patient/eve"}}`, i)
	}
	w.add(referring...)
	all := w.all()
	const query = "/Patient?_id=eve&_revinclude=Basic:subject&_elements=id"
	if n := len(w.bundle(w.get(all, query)).Entry); n != store.MaxIncludes+1 {
		t.Errorf("%d entries, want %d", n, store.MaxIncludes+1)
	}
	w.add(`{"resourceType":"Basic","id":"one-more","subject":{"reference":"Patient/eve"}}`)
	w.is("one more", w.get(all, query), http.StatusBadRequest,
		oops("too-costly", "", "the page would include more than 10000 resources; ask for a smaller page or fewer includes"))
}

// The answers to a batch have a size that memory can hold: what goes beyond it is
// refused entry by entry, and the others are done.
func TestAnswersOfABatchAreLimited(t *testing.T) {
	w := newWorld(t)
	const big = 8 << 20
	w.add(`{"resourceType":"Binary","id":"big","contentType":"text/plain","data":"` + strings.Repeat("A", big) + `"}`)
	reads := make([]string, maxAnswers/big+1)
	for i := range reads {
		reads[i] = asks("GET", "Binary/big")
	}
	b := w.bundle(w.send(w.all(), http.MethodPost, "", sent("batch", reads...)))
	for i, e := range b.Entry {
		want := "200"
		if i == len(reads)-1 {
			want = "413"
		}
		if !strings.HasPrefix(e.Response.Status, want) {
			t.Errorf("entry %d: %s, want %s", i, e.Response.Status, want)
		}
	}
}
