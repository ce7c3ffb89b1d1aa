package fhirpath

import (
	"sync"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

type (
	where   struct{ criterion node }
	exists  struct{}
	resolve struct{}
	isType  struct {
		of   node
		name string
	}
	compare struct {
		left    node
		literal *fhirjson.Node
		negate  bool
	}
	and struct {
		left, right node
	}
)

func (s *Scratch) pushBoolean(truth bool) {
	yes, no := booleans()
	if truth {
		no = yes
	}
	s.stack = append(s.stack, Value{Node: no, Type: "boolean"})
}

// booleans are the nodes of true and false.
var booleans = sync.OnceValues(func() (yes, no *fhirjson.Node) {
	yes, _ = fhirjson.Parse([]byte("true")) // which is JSON
	no, _ = fhirjson.Parse([]byte("false"))
	return yes, no
})

func (w where) eval(s *Scratch, lo, hi int) {
	for i := lo; i < hi; i++ {
		if truth, known := test(s, w.criterion, i, i+1); truth && known {
			s.stack = append(s.stack, s.stack[i])
		}
	}
}

// test evaluates a boolean and leaves the stack as it was. An empty result is
// not known.
func test(s *Scratch, n node, lo, hi int) (truth, known bool) {
	mark := len(s.stack)
	n.eval(s, lo, hi)
	known = len(s.stack) == mark+1 && s.stack[mark].Node.Kind() == fhirjson.Bool
	truth = known && s.stack[mark].Node.Text() == "true"
	s.stack = s.stack[:mark]
	return truth, known
}

func (exists) eval(s *Scratch, lo, hi int) { s.pushBoolean(hi > lo) }

func (resolve) eval(s *Scratch, lo, hi int) {
	for i := lo; i < hi; i++ {
		if typ := targetType(s.stack[i]); typ != "" {
			s.stack = append(s.stack, Value{Type: typ})
		}
	}
}

func (t isType) eval(s *Scratch, lo, hi int) {
	mark := len(s.stack)
	t.of.eval(s, lo, hi)
	single := len(s.stack) == mark+1
	is := single && IsA(s.stack[mark].Type, t.name)
	s.stack = s.stack[:mark]
	if single {
		s.pushBoolean(is)
	}
}

func (c compare) eval(s *Scratch, lo, hi int) {
	mark := len(s.stack)
	c.left.eval(s, lo, hi)
	count := len(s.stack) - mark
	equal := false
	if count == 1 {
		n := s.stack[mark].Node
		equal = n.Kind() == c.literal.Kind() && n.Text() == c.literal.Text()
	}
	s.stack = s.stack[:mark]
	if count > 0 {
		s.pushBoolean(equal != c.negate)
	}
}

// eval is three-valued: false wins over the empty collection.
func (a and) eval(s *Scratch, lo, hi int) {
	left, leftKnown := test(s, a.left, lo, hi)
	right, rightKnown := test(s, a.right, lo, hi)
	switch {
	case leftKnown && !left || rightKnown && !right:
		s.pushBoolean(false)
	case leftKnown && rightKnown:
		s.pushBoolean(true)
	}
}
