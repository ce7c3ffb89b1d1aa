package sqlite

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// termWorld is a compiler for a store in which terms of three parameters are known: of
// each the codes 0 to 3. Nothing has the code 4.
func termWorld(t *testing.T, fn func(c *compiler, params []*search.Param) error) {
	t.Helper()
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	var params []*search.Param
	version := store.NewVersion{Resource: store.Resource{Key: keyOf("Observation", "a"), Version: 1, Updated: b.Now(), Body: []byte("{}")}}
	for _, code := range []string{"code", "status", "category"} {
		p := &search.Param{Type: "Observation", Code: code, Kind: search.KindToken}
		params = append(params, p)
		for i := range 4 {
			version.Entries.Terms = append(version.Entries.Terms, search.TermEntry{Param: p, System: "s", Code: fmt.Sprint(i)})
		}
	}
	if err := b.Write(t.Context(), func(w store.Writer) error { return w.Put(t.Context(), version) }); err != nil {
		t.Fatal(err)
	}
	err = b.read(t.Context(), func(conn *conn) error { return fn(b.snapshot(conn, ids{}).compiler(t.Context()), params) })
	if err != nil {
		t.Fatal(err)
	}
}

func termOf(p *search.Param, code int) search.Expr {
	return search.Term{Param: p, System: search.Is("s"), Code: search.Is(fmt.Sprint(code))}
}

// A disjunction holds where one of its parts does, whatever is made of the parts
// together.
func TestDisjunctionIsThatOfItsParts(t *testing.T) {
	termWorld(t, func(c *compiler, params []*search.Param) error {
		rapid.Check(t, func(t *rapid.T) {
			one := rapid.Custom(func(t *rapid.T) search.Expr {
				return termOf(rapid.SampledFrom(params).Draw(t, "param"), rapid.IntRange(0, 4).Draw(t, "code"))
			})
			leaf := rapid.Custom(func(t *rapid.T) search.Expr {
				switch rapid.IntRange(0, 4).Draw(t, "leaf") {
				case 0:
					return search.Not{Of: one.Draw(t, "not")}
				case 1:
					return search.Or(rapid.SliceOfN(one, 2, 3).Draw(t, "or"))
				}
				return one.Draw(t, "term")
			})
			part := rapid.Custom(func(t *rapid.T) search.Expr {
				if rapid.Bool().Draw(t, "alone") {
					return leaf.Draw(t, "leaf")
				}
				return search.And(rapid.SliceOfN(leaf, 2, 3).Draw(t, "and"))
			})
			parts := search.Or(rapid.SliceOfN(part, 2, 6).Draw(t, "parts"))
			e := packedTerms(t, c, params)
			want := false
			for _, part := range parts {
				want = want || holdsFor(t, c, part, e)
			}
			if got := holdsFor(t, c, parts, e); got != want {
				t.Fatalf("%v: %v, its parts %v", parts, got, want)
			}
		})
		return nil
	})
}

// packedTerms are the entries of a row with some of the terms.
func packedTerms(t *rapid.T, c *compiler, params []*search.Param) packed {
	var r resolved
	for _, p := range params {
		for _, code := range rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 0, 2, rapid.ID).Draw(t, p.Code) {
			list, _, err := c.termsOf(termOf(p, code))
			if err != nil || list == nil {
				t.Fatalf("%s %d is not known: %v", p.Code, code, err)
			}
			r.terms = append(r.terms, termRow{param: list.param, term: list.terms[0]})
		}
	}
	r.sort()
	return r.pack()
}

func holdsFor(t *rapid.T, c *compiler, e search.Expr, of packed) bool {
	compiled, err := c.local(e)
	if err != nil {
		t.Fatal(err)
	}
	holds, err := compiled.of(of)
	if err != nil {
		t.Fatal(err)
	}
	return holds
}

// Conjunctions that share a parameter with other parts are one test with them: a row
// finds what is left to be tested by its own terms.
func TestPartsThatShareAParameterAreOneChoice(t *testing.T) {
	termWorld(t, func(c *compiler, params []*search.Param) error {
		code, status, category := params[0], params[1], params[2]
		made, err := c.local(search.Or{
			termOf(code, 0), search.And{termOf(status, 1), termOf(code, 1)}, termOf(code, 4),
			search.And{search.Or{termOf(code, 1), termOf(code, 2)}, termOf(category, 0)}, search.And{termOf(code, 4), termOf(status, 0)},
		})
		if err != nil {
			return err
		}
		choice, ok := made.(*choice)
		if !ok || len(choice.terms) != 3 {
			t.Fatalf("%#v, want one choice of the three codes that there are", made)
		}
		if _, either := choice.beside[1].(someOf); choice.beside[0] != constant(true) || !either {
			t.Errorf("beside the codes: %#v, want nothing, either of two tests, one test", choice.beside)
		}
		made, err = c.local(search.Or{termOf(code, 0), termOf(code, 1), search.And{termOf(status, 1), termOf(category, 1)}})
		if _, ok := made.(someOf); !ok || err != nil {
			t.Errorf("parts that share nothing: %#v, %v; want a disjunction", made, err)
		}
		return nil
	})
}
