package search

import (
	"errors"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// isResultParam tells whether a parameter shapes the result of a search rather
// than choosing what is found (search.html#return).
func isResultParam(name string) bool {
	switch name {
	case "_type", "_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude",
		"_contained", "_containedType", "_score", "_format", "_pretty", "_cursor":
		return true
	}
	return false
}

// takeResult parses a result parameter other than the includes.
func (req *request) takeResult(pair *Pair) error {
	q := &req.query
	if pair.Value == "" {
		return emptyValue("")
	}
	var err error
	switch pair.Name {
	case "_type": // chooseTypes has parsed it
	case "_format", "_pretty": // for whoever writes the answer
		pair.Name = ""
	case "_cursor":
		q.Cursor, pair.Name = pair.Value, ""
	case "_sort":
		req.sort, err = parseSort(pair.Value)
	case "_count":
		q.Count, err = ParseCount(pair.Value, req.maxCount())
		pair.Value = strconv.Itoa(q.Count)
	case "_total":
		q.Total, err = parseTotal(pair.Value)
	case "_summary":
		q.Summary, err = oneOf(pair.Value, "true", "text", "data", "count", "false")
	case "_elements":
		q.Elements, err = req.elements(pair.Value)
	case "_contained":
		err = onlyDefault(pair.Value, "false", "true", "both")
	case "_containedType":
		err = onlyDefault(pair.Value, "container", "contained")
	default:
		err = refusedParam("is not supported")
	}
	return err
}

// ParseCount is the size of a page that `_count` asks for, 0 for the total alone
// (search.html#count). More than the server gives is not an error: the page is
// smaller, and the self link says so. An error is a *ParamError.
func ParseCount(value string, most int) (int, error) {
	n, err := strconv.ParseUint(value, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return most, nil
	case err != nil:
		return 0, &ParamError{Param: "_count", Value: value, Reason: "is no number of resources; give 0 or more"}
	}
	return int(min(n, uint64(most))), nil
}

func (req *request) maxCount() int {
	if req.opts.MaxCount > 0 {
		return req.opts.MaxCount
	}
	return StandardMaxCount
}

func (req *request) defaultCount() int {
	if req.opts.DefaultCount > 0 {
		return min(req.opts.DefaultCount, req.maxCount())
	}
	return min(StandardCount, req.maxCount())
}

func parseTotal(value string) (TotalMode, error) {
	mode, err := oneOf(value, string(TotalNone), string(TotalEstimate), string(TotalAccurate))
	return TotalMode(mode), err
}

func oneOf(value string, right ...string) (string, error) {
	for _, word := range right {
		if value == word {
			return value, nil
		}
	}
	return "", fault(value, "is none of the values; right are %s", either(right))
}

// onlyDefault accepts the value that changes nothing and refuses the others of
// the specification, which this server does not do.
func onlyDefault(value, standard string, others ...string) error {
	if value == standard {
		return nil
	}
	if _, err := oneOf(value, append(others, standard)...); err != nil {
		return err
	}
	err := refused(value, "is not supported: contained resources are neither searched nor returned on their own; only %s is", standard)
	err.ignorable = true
	return err
}

// elements are the names of `_elements`: elements of the types that are searched
// (search.html#elements).
func (req *request) elements(value string) ([]string, error) {
	names, err := alternatives(value)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !req.hasElement(name) {
			return nil, fault(name, "is no element of %s; give top-level elements by name, separated by commas", req.typesInWords())
		}
	}
	return names, nil
}

func (req *request) hasElement(name string) bool {
	for _, typ := range req.types {
		structure, ok := definitions.LookupStructure(typ)
		if !ok {
			continue
		}
		if _, ok := structure.Element(name); ok {
			return true
		}
	}
	return false
}

// conflicts are combinations that contradict each other: `_summary` and
// `_elements` both say what to show, and a summary of the text alone cannot have
// includes (search.html#summary).
func (req *request) conflicts() *ParamError {
	q := &req.query
	switch {
	case len(q.Elements) > 0 && q.Summary != "" && q.Summary != "false":
		return named("_elements", fault(strings.Join(q.Elements, ","), "contradicts _summary=%s; give one of the two", q.Summary))
	case len(q.Includes) > 0 && q.Summary == "text":
		return named("_summary", fault("text", "cannot be combined with _include or _revinclude"))
	}
	return nil
}
