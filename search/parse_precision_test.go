package search

import "testing"

// A number as precise as a float64, or more, equals itself, in its own unit and
// converted.
func TestANumberOfManyDigitsEqualsItself(t *testing.T) {
	for _, text := range []string{"42.77816336099694", "152.41110144377078", "0.1000000000000000055", "-42.77816336099694", "5.4", "0"} {
		n, err := parseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		if !(n.low <= n.value && n.value < n.high) {
			t.Errorf("%s is not in [%v, %v)", text, n.low, n.high)
		}
		param := &Param{Type: "Observation", Code: "value-quantity", Kind: KindQuantity, Canonical: &Param{}}
		either, ok := withCanonical(Quantity{Param: param, Op: Ne, Low: n.low, High: n.high}, "cm").(Or)
		if !ok || len(either) != 2 {
			t.Fatalf("%s cm: %v", text, either)
		}
		canonical := either[1].(Quantity)
		if own, _, _ := CanonicalQuantity(n.value, "cm"); !(canonical.Low <= own && own < canonical.High) {
			t.Errorf("%s cm is %v, not in [%v, %v)", text, own, canonical.Low, canonical.High)
		}
	}
}
