package profile

import "testing"

func TestEqualAndContains(t *testing.T) {
	tests := []struct {
		given, value     string
		equal, contained bool
	}{
		{`"a"`, `"a"`, true, true},
		{`"a"`, `"b"`, false, false},
		{`"1"`, `1`, false, false},
		{`1.0`, `1`, true, true},
		{`1e400`, `1e401`, false, false},
		{`true`, `true`, true, true},
		{`{"a":1}`, `{"a":1}`, true, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false, true},
		{`{"a":1,"b":2}`, `{"a":1}`, false, false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, true, true},
		{`{"a":{"b":[1]}}`, `{"a":{"b":[2,1]}}`, false, true},
		{`[1,2]`, `[1,2]`, true, true},
		{`[1,2]`, `[2,1]`, false, true},
		{`[1,1]`, `[1]`, false, true},
		{`[{"a":1},{"b":2}]`, `[{"a":1,"b":2}]`, false, true},
		{`[1]`, `[]`, false, false},
		{`{"a":[]}`, `{}`, false, true},
	}
	for _, test := range tests {
		given, value := parse(t, test.given), parse(t, test.value)
		if got := equal(given, value); got != test.equal {
			t.Errorf("%s equal to %s: %v", test.given, test.value, got)
		}
		if got := contains(given, value); got != test.contained {
			t.Errorf("%s contained in %s: %v", test.given, test.value, got)
		}
	}
	if equal(parse(t, `"a"`), nil) || contains(parse(t, `"a"`), nil) || contains(parse(t, `{"a":1}`), nil) {
		t.Error("what is not there is what is asked for")
	}
}
