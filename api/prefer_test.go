package api

import (
	"net/http"
	"testing"
)

func TestPrefer(t *testing.T) {
	for _, c := range []struct {
		headers []string
		returns string
		lenient bool
	}{
		{nil, "representation", false},
		{[]string{"return=minimal"}, "minimal", false},
		{[]string{"return=representation"}, "representation", false},
		{[]string{"return=OperationOutcome"}, "OperationOutcome", false},
		{[]string{"return=headers-only"}, "representation", false},
		{[]string{"handling=lenient"}, "representation", true},
		{[]string{"handling=strict"}, "representation", false},
		{[]string{"return=minimal, handling=lenient"}, "minimal", true},
		{[]string{"return=minimal", "handling=lenient"}, "minimal", true},
		{[]string{`Return = "minimal"; wait=5 , handling=lenient;x=y`}, "minimal", true},
		{[]string{"return=minimal, return=representation"}, "minimal", false}, // RFC 7240: the first
		{[]string{"respond-async"}, "representation", false},
	} {
		r := &request{header: http.Header{"Prefer": c.headers}}
		if r.returns() != c.returns || r.lenient() != c.lenient {
			t.Errorf("Prefer: %q is %s, lenient %v; want %s, %v", c.headers, r.returns(), r.lenient(), c.returns, c.lenient)
		}
	}
}
