package search

import "testing"

func TestOfItself(t *testing.T) {
	hop := Chain{Where: True}
	for _, e := range []Expr{True, ID{"a"}, Term{}, String{}, Date{}, Quantity{}, Missing{}, Composite{}, Chart{"p"}, Near{}, And{Term{}, Or{Not{Chart{"p"}}, False}}} {
		if !OfItself(e) {
			t.Errorf("%T depends on others", e)
		}
	}
	for _, e := range []Expr{hop, Has{}, All{}, Panel{Party: "Practitioner/1"}, Related{}, InValueSet{}, Subsumed{}, And{Term{}, hop}, Or{hop, True}, Not{Panel{}}, And{Or{Not{hop}}}} {
		if OfItself(e) {
			t.Errorf("%T depends on itself alone", e)
		}
	}
}
