package api_test

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/naive"
)

// compareNumbers asks for quantities exactly as they are written in the data,
// with up to 17 digits, and cut to the 10 that survive a conversion of units, by
// every prefix and with every spelling of the unit.
func compareNumbers(t *testing.T, b *bench) {
	asked := 0
	for i, r := range b.world.Of("Observation") {
		quantity, _ := r.JSON["valueQuantity"].(naive.Object)
		number := text(quantity["value"])
		if i%1500 != 0 && !strings.HasPrefix(r.ID, "sup-obs-11") || quantity == nil || strings.Contains(number, "e") {
			continue
		}
		for _, number := range shorter(number) {
			for _, prefix := range []string{"eq", "ne", "gt", "ge", "lt", "le", "sa", "eb"} {
				b.compareNumber(t, prefix+number)
				b.compareNumber(t, prefix+number+"||"+text(quantity["unit"]))
				b.compareNumber(t, prefix+number+"|"+text(quantity["system"])+"|"+text(quantity["code"]))
				asked += 3
			}
		}
	}
	if asked < 60 {
		t.Errorf("only %d searches for numbers", asked)
	}
}

// shorter is the number, and cut to 10 digits if it has more.
func shorter(number string) []string {
	if len(number) <= 11 {
		return []string{number}
	}
	return []string{number, number[:11]}
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case interface{ String() string }:
		return v.String()
	}
	return ""
}

func (b *bench) compareNumber(t *testing.T, value string) {
	t.Helper()
	if strings.HasSuffix(value, "|") {
		return
	}
	anybody := &naive.Caller{Unrestricted: true}
	tr := request(naive.Query{Types: []string{"Observation"}, Criteria: []naive.Pair{{Name: "value-quantity", Value: value}}}, anybody)
	oracle := naive.NewOracle(b.world, anybody, b.now, naive.NoBug)
	want, err := oracle.Ask(tr.query)
	if err != nil {
		t.Fatal(err)
	}
	tr.params.Set("_summary", "count")
	tr.answer = b.ask(b.anybody(), tr.path, tr.params, nil)
	if len(tr.answer.pages) != 1 || tr.answer.pages[0].Total == nil || *tr.answer.pages[0].Total != len(want.Matches) {
		t.Errorf("value-quantity=%s: total %v, want %d", value, totals(tr.answer), len(want.Matches))
	}
}

func totals(a answer) []int {
	var all []int
	for _, p := range a.pages {
		if p.Total != nil {
			all = append(all, *p.Total)
		}
	}
	return all
}
