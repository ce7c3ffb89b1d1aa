package naive

import (
	"net/url"
	"strings"
)

// Scope is one SMART scope: a level (patient, user, system), a type or `*`,
// letters of `cruds` in order, and search parameters; or one on an operation, instead of
// letters.
type Scope struct {
	Level, Type, Letters string
	Params               []Pair
	Operation            string // "$meta"
}

// String is the scope as SMART v2 spells it, its values percent-encoded.
func (s Scope) String() string {
	text := s.Level + "/" + s.Type + "." + s.Letters + s.Operation
	for i, p := range s.Params {
		text += []string{"&", "?"}[btoi(i == 0)] + p.Name + "=" + url.QueryEscape(p.Value)
	}
	return text
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Loose is the scope with as little percent-encoding as possible.
func (s Scope) Loose() string {
	text := s.Level + "/" + s.Type + "." + s.Letters
	for i, p := range s.Params {
		value := strings.NewReplacer("%", "%25", "&", "%26", " ", "%20", "+", "%2B", "#", "%23").Replace(p.Value)
		text += []string{"&", "?"}[btoi(i == 0)] + p.Name + "=" + value
	}
	return text
}

// V1 is the scope as SMART v1 spells it, if it can.
func (s Scope) V1() (string, bool) {
	verb, ok := map[string]string{"rs": "read", "cud": "write", "cruds": "*"}[s.Letters]
	return s.Level + "/" + s.Type + "." + verb, ok && len(s.Params) == 0
}

// Fits tells whether a type has the parameters of the scope.
func (s Scope) Fits(typ string) bool {
	for _, p := range s.Params {
		name, _, _ := strings.Cut(p.Name, ":")
		name, _, _ = strings.Cut(name, ".")
		if _, err := lookup(typ, name); err != nil && name != "_has" {
			return false
		}
	}
	return true
}
