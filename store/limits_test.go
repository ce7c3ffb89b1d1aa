package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func TestLimitsAdmitWhatIsWithinThem(t *testing.T) {
	limits := store.Limits{Hops: 2, Depth: 4, Leaves: 6}
	param := &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}
	chains := func(n int) (e search.Expr) {
		for e = search.True; n > 0; n-- {
			e = search.Chain{Param: param, Type: "Patient", Where: e}
		}
		return e
	}
	nots := func(n int) (e search.Expr) {
		for e = search.True; n > 0; n-- {
			e = search.Not{Of: e}
		}
		return e
	}
	ors := func(n int) (e search.Or) {
		for range n {
			e = append(e, search.True)
		}
		return e
	}
	for name, c := range map[string]struct {
		within, beyond search.Expr
		text           string
	}{
		"hops":            {chains(2), chains(3), "more than 2 chains within each other"},
		"hops backwards":  {search.Has{Param: param, Where: chains(1)}, search.Has{Param: param, Where: chains(2)}, "more than 2 chains within each other"},
		"hops to all":     {search.All{Param: param, Where: map[string]search.Expr{"Patient": chains(1)}}, search.All{Param: param, Where: map[string]search.Expr{"Patient": chains(2)}}, "more than 2 chains within each other"},
		"depth":           {nots(4), nots(5), "nested more than 4 deep"},
		"conditions":      {ors(5), ors(6), "more than 6 conditions"},
		"parts of values": {search.Composite{Param: param, Parts: ors(5)}, search.Composite{Param: param, Parts: ors(6)}, "more than 6 conditions"},
	} {
		if err := limits.Admit(c.within); err != nil {
			t.Errorf("%s within the limit: %v", name, err)
		}
		if err := limits.Admit(c.beyond); !errors.Is(err, store.ErrTooComplex) || !strings.Contains(fmt.Sprint(err), c.text) {
			t.Errorf("%s beyond the limit: %v", name, err)
		}
	}
}
