package search

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

var (
	simpleParam = &Param{Type: "T", Code: "p", Kind: KindToken}
	chainParam  = &Param{Type: "T", Code: "r", Kind: KindReference}
)

func leaf(name string) Expr { return Term{Param: simpleParam, Code: Is(name)} }

func TestSimplify(t *testing.T) {
	a, b, c, d := leaf("a"), leaf("b"), leaf("c"), leaf("d")
	for _, x := range []struct {
		in   Expr
		want string
	}{
		{nil, "false"},
		{And{}, "true"},
		{Or{}, "false"},
		{And{True, And{a, True}}, "p=a"},
		{And{a, False}, "false"},
		{Or{a, True}, "true"},
		{Or{False, Or{a, False}}, "p=a"},
		{And{a, And{b, And{a}}}, "(p=a & p=b)"},
		{Or{a, b, a}, "(p=a | p=b)"},
		{Not{True}, "false"},
		{Not{Not{a}}, "p=a"},
		{Not{And{}}, "false"},
		{And{a, Not{a}}, "false"},
		{Or{a, Not{a}}, "true"},
		{And{Or{a, b}, Not{Or{a, b}}}, "false"},
		{Or{And{a, b}, And{a, c}}, "(p=a & (p=b | p=c))"},
		{Or{And{a, b}, a}, "p=a"},
		{Or{And{a, b}, And{b, c}, b}, "p=b"},
		{Or{And{a, b}, c, a}, "(p=c | p=a)"},
		{And{a, Or{a, b}}, "p=a"},
		{Or{And{a, b}, And{a, c}, d}, "((p=a & (p=b | p=c)) | p=d)"},
		{Or{And{b, d}, And{a, b}, And{a, c}, And{a, d}}, "((p=b & p=d) | (p=a & (p=b | p=c | p=d)))"},
		{Or{And{a, b, c}, And{a, b, d}, And{c, d}}, "((p=a & p=b & (p=c | p=d)) | (p=c & p=d))"},
		{Or{And{a, b}, And{c, d}}, "((p=a & p=b) | (p=c & p=d))"},
		{Or{And{a, b}, And{a, Not{b}}, And{c, d}}, "(p=a | (p=c & p=d))"},
		{Or{Chain{chainParam, "U", a}, Chain{chainParam, "U", b}}, "r:U.(p=a | p=b)"},
		{Or{Chain{chainParam, "U", a}, c, Chain{chainParam, "V", b}, Chain{chainParam, "U", And{a, b}}}, "(r:U.p=a | p=c | r:V.p=b)"},
		{Or{Has{chainParam, a}, Chain{chainParam, "U", b}, Has{chainParam, Not{a}}}, "(has T.r{true} | r:U.p=b)"},
		{And{Has{chainParam, a}, Has{chainParam, b}}, "(has T.r{p=a} & has T.r{p=b})"},
		{ID{}, "false"},
		{ID{"1", "1"}, "id:1"},
		{And{ID{"1", "2"}, a, ID{"2", "3"}}, "(id:2 & p=a)"},
		{And{ID{"1"}, ID{"2"}}, "false"},
		{Or{ID{"1", "2"}, a, ID{"2", "3"}}, "(id:1,2,3 | p=a)"},
		{Chain{chainParam, "U", And{a, False}}, "false"},
		{Chain{chainParam, "U", And{True}}, "r:U.true"},
		{Has{chainParam, Or{}}, "false"},
		{Has{chainParam, Or{a}}, "has T.r{p=a}"},
		{Not{Has{chainParam, Or{}}}, "true"},
		{Composite{simpleParam, []Expr{a, False}}, "false"},
		{All{chainParam, map[string]Expr{"U": False, "V": And{a, False}}}, "false"},
	} {
		if got := show(Simplify(x.in)); got != x.want {
			t.Errorf("%s: got %s, want %s", show(x.in), got, x.want)
		}
	}
	all := Simplify(All{chainParam, map[string]Expr{"U": False, "V": And{a}}})
	if !Equal(all, All{chainParam, map[string]Expr{"V": a}}) {
		t.Errorf("All: got %v", all)
	}
}

func TestSimplifyLeavesItsArgumentAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := exprs(4).Draw(t, "e")
		before := fmt.Sprintf("%#v", e)
		Simplify(e)
		if after := fmt.Sprintf("%#v", e); before != after {
			t.Fatalf("was %s, is %s", before, after)
		}
	})
}

// world is a truth assignment: which leaves hold, for the resource itself (its id
// is `self`) and for the one at the end of every hop.
type world struct {
	holds    map[string]bool
	self     string
	neighbor *world // nil: no hop leads anywhere
}

func (w *world) eval(e Expr) bool {
	switch e := e.(type) {
	case Const:
		return bool(e)
	case And:
		for _, part := range e {
			if !w.eval(part) {
				return false
			}
		}
		return true
	case Or:
		for _, part := range e {
			if w.eval(part) {
				return true
			}
		}
		return false
	case Not:
		return !w.eval(e.Of)
	case ID:
		for _, id := range e {
			if id == w.self {
				return true
			}
		}
		return false
	case Term:
		text, _ := e.Code.Exact()
		return w.holds[text]
	case Chain:
		return w.neighbor != nil && w.neighbor.eval(e.Where)
	case Has:
		return w.neighbor != nil && w.neighbor.eval(e.Where)
	case All:
		where, ok := e.Where["U"] // the neighbor's type
		return ok && w.neighbor != nil && w.neighbor.eval(where)
	case Composite:
		return w.holds["a"] && !IsConst(e.Parts[0], False)
	}
	panic(fmt.Sprintf("no meaning for %T", e))
}

func exprs(depth int) *rapid.Generator[Expr] {
	leaves := rapid.Custom(func(t *rapid.T) Expr {
		switch rapid.IntRange(0, 8).Draw(t, "leaf") {
		case 0:
			return Const(rapid.Bool().Draw(t, "const"))
		case 1:
			return ID(rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "3"}), 0, 3).Draw(t, "ids"))
		case 2:
			return Composite{simpleParam, []Expr{rapid.SampledFrom([]Expr{leaf("a"), False}).Draw(t, "part")}}
		}
		return leaf(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"))
	})
	if depth == 0 {
		return leaves
	}
	inner := exprs(depth - 1)
	return rapid.Custom(func(t *rapid.T) Expr {
		switch rapid.IntRange(0, 8).Draw(t, "node") {
		case 0, 1:
			return And(rapid.SliceOfN(inner, 0, 4).Draw(t, "and"))
		case 2, 3:
			return Or(rapid.SliceOfN(inner, 0, 4).Draw(t, "or"))
		case 4:
			return Not{inner.Draw(t, "not")}
		case 5:
			return Chain{chainParam, "U", inner.Draw(t, "chain")}
		case 6:
			return Has{chainParam, inner.Draw(t, "has")}
		case 7:
			return All{chainParam, rapid.MapOfN(rapid.SampledFrom([]string{"U", "V"}), inner, 0, 2).Draw(t, "all")}
		}
		return leaves.Draw(t, "leaf")
	})
}

func worlds(depth int) *rapid.Generator[*world] {
	return rapid.Custom(func(t *rapid.T) *world {
		w := &world{holds: map[string]bool{}, self: rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(t, "self")}
		for _, name := range []string{"a", "b", "c"} {
			w.holds[name] = rapid.Bool().Draw(t, name)
		}
		if depth > 0 && rapid.Bool().Draw(t, "neighbor") {
			w.neighbor = worlds(depth-1).Draw(t, "world")
		}
		return w
	})
}

func TestSimplifyKeepsTheMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := exprs(4).Draw(t, "e")
		simple := Simplify(e)
		for range 8 {
			w := worlds(4).Draw(t, "world")
			if w.eval(e) != w.eval(simple) {
				t.Fatalf("%s\nbecame %s\nin %+v", show(e), show(simple), w)
			}
		}
	})
}

func TestSimplifyIsDoneInOneGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Simplify(exprs(4).Draw(t, "e"))
		if twice := Simplify(once); !Equal(once, twice) {
			t.Fatalf("%s\nbecame %s", show(once), show(twice))
		}
	})
}

func TestBothIsSimplifyOfWhatIsSimple(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := exprs(4).Draw(t, "a"), exprs(4).Draw(t, "b")
		if got, want := Both(Simplify(a), Simplify(b)), Simplify(And{a, b}); !Equal(got, want) {
			t.Fatalf("%s\nwant %s", show(got), show(want))
		}
	})
}

func TestSimplifyLeavesNoConstantsInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Simplify(exprs(4).Draw(t, "e"))
		if _, ok := e.(Const); !ok && Any(e, func(leaf Expr) bool { return IsConst(leaf, False) }) {
			t.Fatalf("%s", show(e))
		}
	})
}

func TestEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := exprs(3).Draw(t, "a"), exprs(3).Draw(t, "b")
		if !Equal(a, a) || Equal(a, b) != Equal(b, a) {
			t.Fatal("not an equivalence")
		}
		if Equal(a, b) != (fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b)) {
			t.Fatalf("%s and %s: %v", show(a), show(b), Equal(a, b))
		}
	})
	if Equal(Chain{chainParam, "U", True}, Chain{chainParam, "V", True}) {
		t.Error("chains to other types are equal")
	}
	if Equal(nil, And{}) || !Equal(nil, nil) || Equal(And{}, Or{}) || Equal(leaf("a"), And{leaf("a")}) {
		t.Error("unlike predicates are equal")
	}
}

func TestIsConst(t *testing.T) {
	if !IsConst(True, True) || IsConst(True, False) || IsConst(And{}, True) || IsConst(nil, False) {
		t.Error("IsConst")
	}
}

// Five hundred branches, and what they make superfluous, are no more than their parts.
func TestSimplifyOfManyBranches(t *testing.T) {
	a, b := leaf("a"), leaf("b")
	var scopes, codes Or
	for i := range 500 {
		code := leaf(fmt.Sprint(i))
		codes = append(codes, code)
		scopes = append(scopes, And{a, code}, And{a, code, leaf("x")}, And{b, leaf("y")})
	}
	want := Or{And{a, codes}, And{b, leaf("y")}}
	if got := Simplify(scopes); !Equal(got, want) {
		t.Errorf("%s", show(got))
	}
	if got := Simplify(append(scopes, a)); !Equal(got, Or{And{b, leaf("y")}, a}) {
		t.Errorf("beside what covers all but one: %s", show(got))
	}
}

func BenchmarkSimplifyThousandValues(b *testing.B) {
	var or Or
	for i := range 1000 {
		or = append(or, leaf(fmt.Sprint(i)))
	}
	for b.Loop() {
		Simplify(And{or, leaf("x")})
	}
}
