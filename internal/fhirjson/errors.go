package fhirjson

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError tells why a text is not JSON that FHIR admits, and where.
type SyntaxError struct {
	Pointer string // JSON pointer of the value at fault, "" for the whole text
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
	return &SyntaxError{Pointer: string(syntactic.JSONPointer), Reason: reason}
}
