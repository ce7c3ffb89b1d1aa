package patch

import (
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// pointer is a JSON Pointer (RFC 6901) cut into its names, with the escapes
// undone.
type pointer []string

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// parsePointer reads a pointer; the reason says what is wrong with it.
func parsePointer(text string) (p pointer, reason string) {
	if text == "" {
		return nil, ""
	}
	if text[0] != '/' {
		return nil, "a JSON Pointer begins with `/`, or is empty for the whole resource"
	}
	p = strings.Split(text[1:], "/")
	if len(p) > fhirjson.MaxDepth {
		return nil, "it is longer than a resource is deep"
	}
	for i, name := range p {
		escapes := strings.Count(name, "~0") + strings.Count(name, "~1")
		if strings.Count(name, "~") != escapes {
			return nil, "a `~` is written `~0` in a JSON Pointer, and a `/` within a name `~1`"
		}
		p[i] = unescape.Replace(name)
	}
	return p, ""
}

// within tells whether p points into what other points to.
func (p pointer) within(other pointer) bool {
	if len(p) <= len(other) {
		return false
	}
	for i := range other {
		if p[i] != other[i] {
			return false
		}
	}
	return true
}

// split is the pointer to what holds the value, and the value's name in it.
func (p pointer) split() (pointer, string) { return p[:len(p)-1], p[len(p)-1] }

// find follows the pointer; nil where it leads nowhere.
func (p pointer) find(t *tree) *tree {
	for _, name := range p {
		if t.is(fhirjson.Array) {
			index, ok := arrayIndex(name)
			if !ok {
				return nil
			}
			t = t.at(index)
			continue
		}
		t = t.get(name)
	}
	return t
}

// arrayIndex reads the index of an item: digits without a leading zero
// (RFC 6901 section 4).
func arrayIndex(name string) (int, bool) {
	index, err := strconv.Atoi(name)
	return index, err == nil && index >= 0 && strconv.Itoa(index) == name
}
