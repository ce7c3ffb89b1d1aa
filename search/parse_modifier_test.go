package search

import (
	"strings"
	"testing"
)

// What Modifiers lists is what works, and nothing else is.
func TestModifiersAreThoseThatWork(t *testing.T) {
	r := testRegistry(t)
	values := map[string]string{":missing": "true", ":in": "http://a.org/vs", ":not-in": "http://a.org/vs", ":of-type": "a|b|c"}
	all := []string{":not", ":text", ":in", ":not-in", ":of-type", ":missing", ":exact", ":contains", ":identifier", ":above", ":below", ":nonsense"}
	for _, typ := range r.Types() {
		for _, param := range r.Params(typ) {
			right := " " + strings.Join(r.Modifiers(param), " ") + " "
			for _, modifier := range all {
				value := values[modifier]
				if modifier == ":below" || modifier == ":above" {
					value = map[Kind]string{KindToken: "http://a.org/|a", KindURI: "http://a.org/"}[param.Kind]
				}
				if value == "" {
					value = "a"
				}
				_, err := r.ParseWhere(typ, []Pair{{param.Code + modifier, value}}, Options{})
				if listed := strings.Contains(right, " "+modifier+" "); listed != (err == nil) {
					t.Errorf("%s%s: listed %v, but %v", param.Name(), modifier, listed, err)
				}
			}
		}
	}
}
