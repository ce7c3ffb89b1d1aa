package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// A page of one term, or of several, newest first, is walked in its order and ends
// when it is full: SQLite sorts nothing.
func TestPagesAreWalked(t *testing.T) {
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	code := &search.Param{Type: "Observation", Code: "code", Kind: search.KindToken}
	status := &search.Param{Type: "Observation", Code: "status", Kind: search.KindToken}
	term := func(p *search.Param, code string) search.Expr {
		return search.Term{Param: p, System: search.Is(""), Code: search.Is(code)}
	}
	err = b.Write(t.Context(), func(w store.Writer) error {
		for i := range 2000 {
			err := w.Put(t.Context(), store.NewVersion{
				Resource: store.Resource{Key: keyOf("Observation", fmt.Sprint(i)), Version: 1, Updated: b.Now(), Body: []byte("{}")},
				Charts:   []string{"p"},
				Entries: search.Entries{Sort: int64(i * 7 % 100), Terms: []search.TermEntry{
					{Param: code, Code: fmt.Sprint(i % 3)}, {Param: code, Code: fmt.Sprint(i % 2)}, {Param: status, Code: "final"}}},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		where search.Expr
		want  []string // in SQLite's plan
	}{
		"a term":         {term(code, "2"), []string{"SEARCH p USING PRIMARY KEY (chart=? AND term=? AND (sort,rid)<(?,?))"}},
		"terms":          {search.Or{term(code, "1"), term(code, "2")}, []string{"MERGE (UNION)", "(chart=? AND term=? AND (sort,rid)<(?,?))"}},
		"in a chart":     {search.And{term(code, "2"), search.Chart{Patient: "p"}}, []string{"SEARCH p USING PRIMARY KEY (chart=? AND term=? AND (sort,rid)<(?,?))"}},
		"terms, in both": {search.And{search.Or{term(code, "1"), term(code, "2")}, term(status, "final"), search.Chart{Patient: "p"}}, []string{"MERGE (UNION)"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := b.read(t.Context(), func(conn *conn) error {
				s := b.snapshot(conn, ids{})
				plan, err := s.searching(t.Context(), "Observation").plan("Observation", c.where)
				if err != nil {
					return err
				}
				from := &position{sort: 50, rid: 1000}
				q := pageOf{snapshot: s, typ: "Observation", how: fetched}.walking(plan, from, 10)
				var steps []string
				err = conn.query("EXPLAIN QUERY PLAN "+q.text, q.args, func(r row) error {
					steps = append(steps, r.text(3))
					return nil
				})
				all := strings.Join(steps, "\n")
				for _, want := range c.want {
					if !strings.Contains(all, want) {
						t.Errorf("%q is missing in\n%s", want, all)
					}
				}
				if strings.Contains(all, "TEMP B-TREE") {
					t.Errorf("it sorts:\n%s\n%s", all, q.text)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
