package validation

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Codes of issue-type (valueset-issue-type.html).
const (
	codeStructure   = "structure"
	codeRequired    = "required"
	codeValue       = "value"
	codeInvariant   = "invariant"
	codeInvalidCode = "code-invalid"
)

// checker goes through one resource. It knows where it is, so that a path is
// spelt out only where there is something to say.
type checker struct {
	path   []step
	scope  scope
	issues []Issue
	buffer [24]step // what path starts in: most resources need no more
}

// step is one element on the way from the resource to where the checker is.
type step struct {
	name  string
	index int // in an array, or noIndex
}

const noIndex = -1

func newChecker(typ string) *checker {
	c := new(checker)
	c.path = append(c.buffer[:0], step{typ, noIndex})
	return c
}

func (c *checker) enter(name string) { c.path = append(c.path, step{name, noIndex}) }

func (c *checker) leave() { c.path = c.path[:len(c.path)-1] }

// at says which item of the array the checker is in.
func (c *checker) at(index int) { c.path[len(c.path)-1].index = index }

// full tells that enough was said.
func (c *checker) full() bool { return len(c.issues) > MaxIssues }

// fault says what is wrong with the element that the checker is at.
func (c *checker) fault(code, text string) {
	switch {
	case len(c.issues) < MaxIssues:
		c.issues = append(c.issues, Issue{Error, code, c.expression(), text})
	case len(c.issues) == MaxIssues:
		c.issues = append(c.issues, Issue{Error, "incomplete", c.path[0].name,
			fmt.Sprintf("has more than %d problems; the others are not listed", MaxIssues)})
	}
}

// expression is where the checker is, in the part of FHIRPath that
// OperationOutcome.issue.expression admits: names and indexes.
func (c *checker) expression() string {
	var b strings.Builder
	for i, s := range c.path {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index != noIndex {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (c *checker) wrongKind(want, got fhirjson.Kind) {
	if got == fhirjson.Null {
		c.fault(codeStructure, "must be "+a(want)+", not null; what has no value is left out")
		return
	}
	c.fault(codeStructure, "must be "+a(want)+", not "+got.String())
}

// a is a kind of JSON value with its article.
func a(k fhirjson.Kind) string {
	if k == fhirjson.Object || k == fhirjson.Array {
		return "an " + k.String()
	}
	return "a " + k.String()
}

// maxQuote is how many bytes of a client's text are quoted.
const maxQuote = 64

// quote is a client's text, shortened, so that it cannot make an answer huge.
func quote(text string) string {
	if len(text) <= maxQuote {
		return strconv.Quote(text)
	}
	return strconv.Quote(strings.ToValidUTF8(text[:maxQuote], "")) + "…"
}
