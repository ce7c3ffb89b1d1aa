package store

import "testing"

func TestVerbString(t *testing.T) {
	for verb, want := range map[Verb]string{NoVerb: "", POST: "POST", PUT: "PUT", PATCH: "PATCH", DELETE: "DELETE", DELETE + 1: "", 255: ""} {
		if got := verb.String(); got != want {
			t.Errorf("%d: %q, want %q", byte(verb), got, want)
		}
	}
}
