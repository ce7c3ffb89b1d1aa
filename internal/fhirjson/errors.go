package fhirjson

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError tells why a text is not JSON that FHIR admits, and where.
type SyntaxError struct {
	Pointer string // JSON pointer of the value at fault, "" for the whole text; see within
	Reason  string
}

func (e *SyntaxError) Error() string {
	if e.Pointer == "" {
		return e.Reason
	}
	return e.Reason + " at " + e.Pointer
}

func syntaxError(err error) error {
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return &SyntaxError{Reason: err.Error()}
	}
	reason := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
	return &SyntaxError{Pointer: within(string(syntactic.JSONPointer)), Reason: reason}
}

// maxPointer is how long a pointer is shown, in bytes.
const maxPointer = 500

// within is the pointer, or where that is very long that of the nearest value
// around it that can be named shortly: names come from the client, who must not
// get megabytes of them back.
func within(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return pointer[:strings.LastIndexByte(pointer[:maxPointer], '/')]
}
