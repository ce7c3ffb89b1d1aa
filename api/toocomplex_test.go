package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What the parser lets through and the store cannot answer is the client's to
// change, never a 500.
func TestTooComplex(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"p","name":[{"family":"x"}]}`)
	var nested, many []string
	for i := range 15 {
		nested = append(nested, fmt.Sprintf("not(family sw a%d and not(family sw b%d or ", i, i))
	}
	for year := range 412 { // below the limit of the parser, which does not count what joins them
		dates := make([]string, 48)
		for i := range dates {
			dates[i] = fmt.Sprintf("ge%d-%02d-%02d", 1900+year, i%12+1, i/12+1)
		}
		many = append(many, "_lastUpdated="+strings.Join(dates, ","))
	}
	filter := strings.Join(nested, "") + "family sw z" + strings.Repeat(")", 30)
	for name, c := range map[string]struct {
		form   string
		status int
		says   string
	}{
		"nested as deep as the parser goes": {"_filter=" + strings.ReplaceAll(filter, " ", "+"), http.StatusOK, `"total":1`},
		"more conditions than are answered": {strings.Join(many, "&"), http.StatusBadRequest, `"code":"too-costly","diagnostics":"the search is too complex: `},
	} {
		got := w.send(w.all(), http.MethodPost, "/Patient/_search", c.form, "Content-Type: application/x-www-form-urlencoded")
		if got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("%s: %d %.300s", name, got.status, got.body)
		}
	}
}
