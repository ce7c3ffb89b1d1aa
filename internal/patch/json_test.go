package patch

import (
	"strings"
	"testing"
)

func applyJSON(t testing.TB, document, patch string) (string, error) {
	t.Helper()
	doc := parse(t, document)
	p, err := ParseJSON(parse(t, patch), "")
	if err != nil {
		return "", err
	}
	changed, err := p.Apply(doc)
	if err != nil {
		return "", err
	}
	again, err := p.Apply(doc)
	if err != nil || string(again.Raw()) != string(changed.Raw()) {
		t.Errorf("a patch is not the same twice: %v\n%s\n%s", err, changed.Raw(), again.Raw())
	}
	return string(changed.Raw()), nil
}

// The first cases are those of RFC 6902, appendix A.
func TestJSON(t *testing.T) {
	for _, c := range []struct{ name, document, patch, want string }{
		{"A.1", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux"}]`, `{"foo":"bar","baz":"qux"}`},
		{"A.2", `{"foo":["bar","baz"]}`, `[{"op":"add","path":"/foo/1","value":"qux"}]`, `{"foo":["bar","qux","baz"]}`},
		{"A.3", `{"baz":"qux","foo":"bar"}`, `[{"op":"remove","path":"/baz"}]`, `{"foo":"bar"}`},
		{"A.4", `{"foo":["bar","qux","baz"]}`, `[{"op":"remove","path":"/foo/1"}]`, `{"foo":["bar","baz"]}`},
		{"A.5", `{"baz":"qux","foo":"bar"}`, `[{"op":"replace","path":"/baz","value":"boo"}]`, `{"baz":"boo","foo":"bar"}`},
		{"A.6", `{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}`, `[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]`, `{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}`},
		{"A.7", `{"foo":["all","grass","cows","eat"]}`, `[{"op":"move","from":"/foo/1","path":"/foo/3"}]`, `{"foo":["all","cows","eat","grass"]}`},
		{"A.8", `{"baz":"qux","foo":["a",2,"c"]}`, `[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]`, `{"baz":"qux","foo":["a",2,"c"]}`},
		{"A.10", `{"foo":"bar"}`, `[{"op":"add","path":"/child","value":{"grandchild":{}}}]`, `{"foo":"bar","child":{"grandchild":{}}}`},
		{"A.11", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux","xyz":123}]`, `{"foo":"bar","baz":"qux"}`},
		{"A.14", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":10},{"op":"replace","path":"/~1","value":8}]`, `{"/":8,"~1":10}`},
		{"A.16", `{"foo":["bar"]}`, `[{"op":"add","path":"/foo/-","value":["abc","def"]}]`, `{"foo":["bar",["abc","def"]]}`},

		{"literals stay", `{"a":1.00,"b":"\u00e9\/<","c":[1e5,{"y":0.10,"x":-0}]}`, `[{"op":"add","path":"/c/1/z","value":2.50},{"op":"remove","path":"/c/0"}]`, `{"a":1.00,"b":"\u00e9\/<","c":[{"y":0.10,"x":-0,"z":2.50}]}`},
		{"null is a value", `{"a":null,"b":[null]}`, `[{"op":"test","path":"/a","value":null},{"op":"test","path":"/b/0","value":null},{"op":"replace","path":"/b/0","value":1},{"op":"add","path":"/c","value":null}]`, `{"a":null,"b":[1],"c":null}`},
		{"add replaces in place", `{"a":1,"b":2}`, `[{"op":"add","path":"/a","value":3}]`, `{"a":3,"b":2}`},
		{"empty and odd names", `{"":1,"a b":{"0":2}}`, `[{"op":"replace","path":"/","value":3},{"op":"remove","path":"/a b/0"}]`, `{"":3,"a b":{}}`},
		{"a minus in an object", `{}`, `[{"op":"add","path":"/-","value":1}]`, `{"-":1}`},
		{"the whole", `{"a":1}`, `[{"op":"test","path":"","value":{"a":1}},{"op":"replace","path":"","value":{"b":2}},{"op":"add","path":"/c","value":3}]`, `{"b":2,"c":3}`},
		{"copy into itself", `{"a":{"b":1}}`, `[{"op":"copy","from":"","path":"/a/c"},{"op":"replace","path":"/a/b","value":2}]`, `{"a":{"b":2,"c":{"a":{"b":1}}}}`},
		{"copy is no alias", `{"a":{"b":1}}`, `[{"op":"add","path":"/a/x","value":0},{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]`, `{"a":{"b":1,"x":0},"c":{"b":2,"x":0}}`},
		{"a value twice is no alias", `{}`, `[{"op":"add","path":"/a","value":{"x":1}},{"op":"add","path":"/a/y","value":2}]`, `{"a":{"x":1,"y":2}}`},
		{"move nowhere", `{"a":1,"b":2}`, `[{"op":"move","from":"/a","path":"/a"}]`, `{"a":1,"b":2}`},
		{"move over", `{"a":1,"b":2}`, `[{"op":"move","from":"/a","path":"/b"}]`, `{"b":1}`},
		{"move to the end", `{"a":[1,2]}`, `[{"op":"move","from":"/a/0","path":"/a/-"}]`, `{"a":[2,1]}`},
		{"move to a sibling's name", `{"a":{},"ab":1}`, `[{"op":"move","from":"/a","path":"/abc"}]`, `{"ab":1,"abc":{}}`},
		{"equal in value", `{"a":{"x":1.0,"y":[10,-0.0,1.5e-3,"\u00e9"]}}`, `[{"op":"test","path":"/a","value":{"y":[1.0E+1,0,0.00150,"é"],"x":1}}]`, `{"a":{"x":1.0,"y":[10,-0.0,1.5e-3,"\u00e9"]}}`},
		{"no operations", `{"a":1}`, `[]`, `{"a":1}`},
	} {
		if got, err := applyJSON(t, c.document, c.patch); err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, got, c.want)
		}
	}
}

func TestJSONRefuses(t *testing.T) {
	const document = `{"a":{"b":[1,2]},"n":null,"s":"x"}`
	deep := strings.Repeat("/a", 201)
	for _, c := range []struct{ patch, want string }{
		{`{"op":"remove","path":"/a"}`, `misshapen $this: a JSON Patch is an array of operations, not of kind object`},
		{`[[]]`, `misshapen $this[0]: an operation is an object, not of kind array`},
		{`[{"path":"/a"}]`, `missing $this[0].op: the operation has no "op"`},
		{`[{"op":null,"path":"/a"}]`, `misshapen $this[0].op: "op" is a string, not of kind null`},
		{`[{"op":"remove","path":"/a"},{"op":"Remove","path":"/a"}]`, `malformed $this[1].op: there is no operation "Remove"; there are add, remove, replace, move, copy and test`},
		{`[{"op":"remove"}]`, `missing $this[0].path: the operation has no "path"`},
		{`[{"op":"remove","path":3}]`, `misshapen $this[0].path: "path" is a string, not of kind number`},
		{`[{"op":"remove","path":"a"}]`, "malformed $this[0].path: \"a\" is no JSON Pointer: a JSON Pointer begins with `/`, or is empty for the whole resource"},
		{`[{"op":"remove","path":"/a~"}]`, "malformed $this[0].path: \"/a~\" is no JSON Pointer: a `~` is written `~0` in a JSON Pointer, and a `/` within a name `~1`"},
		{`[{"op":"remove","path":"/~2"}]`, "malformed $this[0].path: \"/~2\" is no JSON Pointer: a `~` is written `~0` in a JSON Pointer, and a `/` within a name `~1`"},
		{`[{"op":"remove","path":"` + deep + `"}]`, `malformed $this[0].path: "` + deep + `" is no JSON Pointer: it is longer than a resource is deep`},
		{`[{"op":"test","path":"/n"}]`, `missing $this[0].value: the operation "test" needs a value`},
		{`[{"op":"copy","path":"/n"}]`, `missing $this[0].from: the operation has no "from"`},
		{`[{"op":"move","from":"/a","path":"/a/b"}]`, `malformed $this[0].path: a value cannot be moved into itself`},
		{`[{"op":"move","from":"","path":"/a"}]`, `malformed $this[0].path: a value cannot be moved into itself`},

		{`[{"op":"remove","path":"/x"}]`, `inapplicable $this[0].path: the resource has nothing at "/x"`},
		{`[{"op":"remove","path":"/s/0"}]`, `inapplicable $this[0].path: the resource has nothing at "/s/0"`},
		{`[{"op":"remove","path":""}]`, `inapplicable $this[0].path: a patch cannot remove the resource; DELETE does`},
		{`[{"op":"remove","path":"/a/b/2"}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/2"`},
		{`[{"op":"remove","path":"/a/b/-"}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/-"`},
		{`[{"op":"remove","path":"/a/b/-1"}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/-1"`},
		{`[{"op":"remove","path":"/a/b/01"}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/01"`},
		{`[{"op":"remove","path":"/a/b/+1"}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/+1"`},
		{`[{"op":"replace","path":"/x","value":1}]`, `inapplicable $this[0].path: the resource has nothing at "/x"`},
		{`[{"op":"replace","path":"/a/b/99999999999999999999","value":1}]`, `inapplicable $this[0].path: the resource has nothing at "/a/b/99999999999999999999"`},
		{`[{"op":"add","path":"/a/b/3","value":1}]`, "inapplicable $this[0].path: \"/a/b/3\" does not end in an index of the array, nor in `-` for its end"},
		{`[{"op":"add","path":"/a/b/-1","value":1}]`, "inapplicable $this[0].path: \"/a/b/-1\" does not end in an index of the array, nor in `-` for its end"},
		{`[{"op":"add","path":"/x/y","value":1}]`, `inapplicable $this[0].path: the resource has nothing that "/x/y" could be added to`},
		{`[{"op":"add","path":"/n/y","value":1}]`, `inapplicable $this[0].path: the resource has nothing that "/n/y" could be added to`},
		{`[{"op":"add","path":"/s/y","value":1}]`, `inapplicable $this[0].path: the resource has nothing that "/s/y" could be added to`},
		{`[{"op":"copy","from":"/x","path":"/y"}]`, `inapplicable $this[0].from: the resource has nothing at "/x"`},
		{`[{"op":"move","from":"/x","path":"/x"}]`, `inapplicable $this[0].from: the resource has nothing at "/x"`},
		{`[{"op":"test","path":"/x","value":null}]`, `inapplicable $this[0].path: the resource has nothing at "/x"`},
		{`[{"op":"test","path":"/n","value":0}]`, `inapplicable $this[0].value: the test fails: the value at "/n" is another`},
		{`[{"op":"test","path":"/s","value":"y"}]`, `inapplicable $this[0].value: the test fails: the value at "/s" is another`},
		{`[{"op":"test","path":"/a/b","value":[2,1]}]`, `inapplicable $this[0].value: the test fails: the value at "/a/b" is another`},
		{`[{"op":"test","path":"/a","value":{"b":[1,2],"c":null}}]`, `inapplicable $this[0].value: the test fails: the value at "/a" is another`},
		{`[{"op":"add","path":"/d","value":` + strings.Repeat("[", 150) + strings.Repeat("]", 150) + `},{"op":"copy","from":"/d","path":"/d` + strings.Repeat("/0", 149) + `/-"}]`,
			`inapplicable : the result is not JSON as FHIR writes it: nested more than 200 levels deep at /d` + strings.Repeat("/0", 199)},
	} {
		if _, err := applyJSON(t, document, c.patch); describe(err) != c.want {
			t.Errorf("%.200s:\n got %s\nwant %s", c.patch, describe(err), c.want)
		}
	}
}

// What doubles with each operation is stopped.
func TestJSONBomb(t *testing.T) {
	bomb := `[{"op":"add","path":"/a","value":["xxxxxxxxxxxxxxxx"]}` + strings.Repeat(`,{"op":"copy","from":"/a","path":"/a/-"}`, 100) + `]`
	if _, err := applyJSON(t, `{}`, bomb); describe(err) != "too costly $this[18]: the copies of the patch are longer than 4194304 bytes" {
		t.Error(describe(err))
	}
	many := `[` + strings.Repeat(`{"op":"add","path":"/a","value":1},`, 1000) + `{}]`
	if _, err := applyJSON(t, `{}`, many); describe(err) != "too costly $this: the patch has 1001 operations; 1000 are allowed" {
		t.Error(describe(err))
	}
}

// Patch upon patch grows a resource up to a limit; what is longer may shrink.
func TestResultIsBounded(t *testing.T) {
	long := func(n int) string { return `{"a":"` + strings.Repeat("x", n) + `","b":1}` }
	add, remove := `[{"op":"add","path":"/c","value":"`+strings.Repeat("y", 100)+`"}]`, `[{"op":"remove","path":"/b"}]`
	for _, c := range []struct {
		document, patch, want string
	}{
		{long(MaxResult - 200), add, "<nil>"},
		{long(MaxResult - 50), add, "too costly : the result is longer than 16777216 bytes"},
		{long(MaxResult + 50), add, "too costly : the result is longer than 16777216 bytes"},
		{long(MaxResult + 50), remove, "<nil>"},
	} {
		if _, err := applyJSON(t, c.document, c.patch); describe(err) != c.want {
			t.Errorf("%d bytes, %.20s: %s, want %s", len(c.document), c.patch, describe(err), c.want)
		}
	}
}

func TestEqualNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true}, {"100", "1e2", true}, {"0.001", "1E-3", true}, {"-0", "0e99999999999999999999", true},
		{"1", "-1", false}, {"1.0000000000000000000000001", "1", false}, {"12", "1.2", false}, {"0", "1e-9", false},
		{"1e99999999999999999999", "1e99999999999999999999", true}, {"1e99999999999999999999", "10e99999999999999999998", false},
	} {
		if got := equalNumbers(c.a, c.b); got != c.want || equalNumbers(c.b, c.a) != c.want {
			t.Errorf("%s = %s is %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"resourceType":"Patient","name":[{"given":["a"]}]}`, `[{"op":"add","path":"/name/0/given/-","value":"b"},{"op":"move","from":"/name","path":"/x~1y"},{"op":"test","path":"/x~1y/0","value":{"given":["a","b"]}}]`)
	f.Add(`{"a":{"b":1.00}}`, `[{"op":"copy","from":"","path":"/a/c"},{"op":"replace","path":"","value":null},{"op":"remove","path":"/~01"}]`)
	f.Fuzz(func(t *testing.T, document, patch string) {
		fuzz(t, document, patch, "")
	})
}
