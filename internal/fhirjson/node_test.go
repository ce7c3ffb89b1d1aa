package fhirjson

import (
	"errors"
	"strings"
	"testing"
)

func TestParseKeepsLiterals(t *testing.T) {
	src := `{ "a" : 1.00, "b":[ "x\"y\\", null , true ], "c":{"d":-1E-05,"é":"\u00e9\ud83d\ude00"} }`
	n, err := Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":1.00,"b":["x\"y\\",null,true],"c":{"d":-1E-05,"é":"\u00e9\ud83d\ude00"}}`
	if got := string(n.Raw()); got != want {
		t.Errorf("Raw() = %s\nwant    %s", got, want)
	}
	for _, c := range []struct {
		node      *Node
		kind      Kind
		raw, text string
	}{
		{n.Get("a"), Number, "1.00", "1.00"},
		{n.Get("b").Items()[0], String, `"x\"y\\"`, `x"y\`},
		{n.Get("b").Items()[1], Null, "null", ""},
		{n.Get("b").Items()[2], Bool, "true", "true"},
		{n.At("c", "d"), Number, "-1E-05", "-1E-05"},
		{n.At("c", "é"), String, `"\u00e9\ud83d\ude00"`, "é😀"},
		{n.At("c", "none", "deeper"), Null, "", ""},
	} {
		if c.node.Kind() != c.kind || string(c.node.Raw()) != c.raw || c.node.Text() != c.text {
			t.Errorf("got %v %s %q, want %v %s %q", c.node.Kind(), c.node.Raw(), c.node.Text(), c.kind, c.raw, c.text)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"duplicate name": {`{"a":{"b":1,"b":2}}`, `duplicate object member name at /a/b`},
		"invalid UTF-8":  {"{\"a\":\"\xff\"}", "invalid UTF-8 at /a"},
		"truncated":      {`{"a":`, "unexpected EOF at /a"},
		"two values":     {`{} {}`, `invalid character '{' after top-level value`},
		"nothing":        {``, "unexpected EOF"},
		"not JSON":       {`<xml/>`, `invalid character '<' at start of value`},
		"too deep":       {strings.Repeat("[", 300) + strings.Repeat("]", 300), "nested more than 200 levels deep"},
	} {
		_, err := Parse([]byte(c.src))
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %q, want %q", name, err, c.want)
		}
	}
}

// A pointer that is very long is that of a value around the fault.
func TestParseNamesFaultsShortly(t *testing.T) {
	name := strings.Repeat("x", 300)
	for src, want := range map[string]string{
		`{"a":{"` + name + `":?}}`:                    "/a/" + name,
		`{"` + name + `":{"` + name + `":?}}`:         "/" + name,
		`{"` + name + name + `":?}`:                   "",
		`{"a":{"b":{"` + name + name + `":{"c":?}}}}`: "/a/b",
	} {
		_, err := Parse([]byte(src))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Pointer != want {
			t.Errorf("%.30s: %v, want %q", src, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"resourceType":"Patient","id":"1"}`)
	f.Add(`{"a":["\\\"",-0.0e+1,{}]}`)
	f.Fuzz(func(t *testing.T, src string) {
		n, err := Parse([]byte(src))
		if err != nil {
			return
		}
		again, err := Parse(n.Raw())
		if err != nil || string(again.Raw()) != string(n.Raw()) {
			t.Fatalf("Raw of %q does not parse to itself: %v", src, err)
		}
	})
}

func TestList(t *testing.T) {
	for want, values := range map[string][][]byte{
		`[]`:           nil,
		`[1.50]`:       {[]byte("1.50")},
		`[1.50,{},""]`: {[]byte("1.50"), []byte("{}"), []byte(`""`)},
	} {
		if got := string(List(values...)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
