package search

import (
	"errors"
	"fmt"
	"strings"
)

// ParamError says what is wrong with one parameter of a search. All errors of
// [Registry.ParseSearch] and [Registry.ParseWhere] are of this type, or several
// of them joined (errors.Join).
type ParamError struct {
	Param  string // the name as the client wrote it, modifiers included
	Value  string // the value at fault, "" where it is not the value
	Reason string // what is wrong, and what would be right

	// Unsupported says that the specification has it and this server does not:
	// a parameter, a modifier, a feature.
	Unsupported bool

	// ignorable says that lenient handling may leave the parameter out: it is
	// unknown or not supported. A modifier never is, since without it the
	// parameter would mean something else (search.html#modifiers).
	ignorable bool
}

func (e *ParamError) Error() string {
	name, value, reason := shorten(e.Param, 200), shorten(e.Value, 200), shorten(e.Reason, 1_000)
	if name == "" {
		name = `""` // of "=1"
	}
	if value == "" {
		return fmt.Sprintf("search parameter %s %s", name, reason)
	}
	return fmt.Sprintf("search parameter %s=%s: %s", name, value, reason)
}

// shorten keeps a client's text from making a message long.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// fault is a value that is not what it should be.
func fault(value, format string, args ...any) error {
	return &ParamError{Value: value, Reason: fmt.Sprintf(format, args...)}
}

// refused is a modifier, or a value, that the specification has and this server
// does not.
func refused(value, format string, args ...any) *ParamError {
	return &ParamError{Value: value, Reason: fmt.Sprintf(format, args...), Unsupported: true}
}

// refusedParam is a whole parameter that this server does not support.
func refusedParam(format string, args ...any) error {
	return &ParamError{Reason: fmt.Sprintf(format, args...), Unsupported: true, ignorable: true}
}

// unknownParam is a name that no parameter has.
func unknownParam(format string, args ...any) error {
	return &ParamError{Reason: fmt.Sprintf(format, args...), ignorable: true}
}

// named puts the parameter's full name into an error made where only a part of
// it was known.
func named(name string, err error) *ParamError {
	var e *ParamError
	if !errors.As(err, &e) {
		return &ParamError{Param: name, Reason: err.Error()}
	}
	complete := *e
	complete.Param = name
	return &complete
}

// joined is nil, the one error, or all of them.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// either lists what would be right: "a, b or c".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
