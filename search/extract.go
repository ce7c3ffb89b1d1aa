package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// Extract makes all index entries of a resource of type typ. Base is the
// server's own FHIR base URL, "" if unknown: an absolute reference below it is
// the same as the relative one.
//
// What is malformed, a date that is none, has no entry: validation is another's
// task. Contained resources have no entries of their own. It is an error if the
// resource is not of that type, since then nothing can be said about it.
func (r *Registry) Extract(typ string, resource *fhirjson.Node, base string) (Entries, error) {
	t := r.byType[typ]
	if t == nil {
		return Entries{}, fmt.Errorf("extract: %q is not a resource type of R4", typ)
	}
	if resource.Kind() != fhirjson.Object {
		return Entries{}, fmt.Errorf("extract: a %s must be a JSON object, not %s", typ, resource.Kind())
	}
	if got := resource.Get("resourceType").Text(); got != typ {
		return Entries{}, fmt.Errorf("extract: resourceType is %q where %q should stand", got, typ)
	}
	x := extraction{
		registry:   r,
		base:       ownBase(base),
		resource:   fhirpath.Root(typ, resource),
		values:     make([]fhirpath.Value, 0, 16),
		partValues: make([]fhirpath.Value, 0, 4),
		out:        Entries{Terms: make([]TermEntry, 0, 64), Sort: NoSort},
	}
	for i := range t.rules {
		x.apply(&t.rules[i])
	}
	x.words(t)
	x.setSort(t.sort)
	return x.out, nil
}

// ownBase is the base with the slash that relative references continue, "" if
// there is none.
func ownBase(base string) string {
	if base == "" {
		return ""
	}
	return strings.TrimSuffix(base, "/") + "/"
}

// rule says how one parameter is extracted.
type rule struct {
	param *Param
	path  *fhirpath.Path
	// Where entries of derived parameters go, nil if there are none.
	text, identifier, ofType *Param
	// components are those of a composite; their paths start from each
	// element that path selects.
	components []rule
	kept       kept
	// ignored are the types of a choice that have no entries.
	ignored []string
}

// newRule checks that the parameter's type has a meaning for what the path
// selects. Of a choice that may be more, as CarePlan.activity.detail.scheduled
// may be a string, the rest has no entries.
func newRule(p *Param, path *fhirpath.Path) (rule, error) {
	if !overlap(path.Types(), extractable[p.Kind]...) {
		return rule{}, fmt.Errorf("%s of type %s selects %s, which has no such values",
			p.Name(), p.Kind, strings.Join(path.Types(), ", "))
	}
	r := rule{param: p, path: path}
	for _, typ := range path.Types() {
		if !slices.Contains(extractable[p.Kind], typ) {
			r.ignored = append(r.ignored, typ)
		}
	}
	return r, nil
}

// extractable are the types from which each kind of parameter takes values. A
// SampledData is allowed where R4 asks for it, and has none.
var extractable = map[Kind][]string{
	KindNumber:   {"decimal", "integer", "positiveInt", "unsignedInt", "Range"},
	KindDate:     {"date", "dateTime", "instant", "Period", "Timing"},
	KindString:   {"string", "markdown", "HumanName", "Address"},
	KindQuantity: {"Quantity", "Age", "Count", "Distance", "Duration", "Money", "Range", "SampledData"},
	KindToken: {"CodeableConcept", "Coding", "Identifier", "ContactPoint", "boolean",
		"code", "id", "string", "uri", "url", "oid", "uuid", "canonical"},
	KindReference: {"Reference", "canonical", "uri", "url", "Resource"},
	KindURI:       {"uri", "url", "oid", "uuid", "canonical"},
}

// extraction is the work on one resource.
type extraction struct {
	registry   *Registry
	base       string
	resource   fhirpath.Value
	scratch    fhirpath.Scratch
	values     []fhirpath.Value // what the rule at work selects
	partValues []fhirpath.Value // and what its component does
	units      unitMemo
	group      int
	out        Entries
}

// apply extracts one parameter.
func (x *extraction) apply(r *rule) {
	x.values = r.path.Select(&x.scratch, x.resource, x.resource, x.values[:0])
	if len(x.values) == 0 {
		return
	}
	before := x.mark()
	if r.components != nil {
		x.composite(r)
	} else {
		for _, v := range x.values {
			x.value(r, v)
		}
	}
	x.dropRepeated(before)
}

// value makes the entries of one element.
func (x *extraction) value(r *rule, v fhirpath.Value) {
	if slices.Contains(r.ignored, v.Type) {
		return
	}
	switch r.param.Kind {
	case KindToken:
		x.token(r, v)
	case KindReference:
		x.reference(r, v)
	case KindDate:
		x.date(r, v)
	case KindString:
		x.string(r, v)
	case KindNumber:
		x.number(r, v)
	case KindQuantity:
		x.quantity(r, v)
	case KindURI:
		x.uri(r, v)
	}
}

// mark is a position in the entries made so far.
type mark struct{ terms, strings, dates, quantities int }

func (x *extraction) mark() mark {
	return mark{len(x.out.Terms), len(x.out.Strings), len(x.out.Dates), len(x.out.Quantities)}
}

func (x *extraction) reset(to mark) {
	x.out.Terms = x.out.Terms[:to.terms]
	x.out.Strings = x.out.Strings[:to.strings]
	x.out.Dates = x.out.Dates[:to.dates]
	x.out.Quantities = x.out.Quantities[:to.quantities]
}

// dropRepeated removes entries that equal an earlier one since the mark.
func (x *extraction) dropRepeated(since mark) {
	x.out.Terms = unique(x.out.Terms, since.terms)
	x.out.Strings = unique(x.out.Strings, since.strings)
	x.out.Dates = unique(x.out.Dates, since.dates)
	x.out.Quantities = unique(x.out.Quantities, since.quantities)
}

// fewEntries is how many are compared one by one before a map is cheaper.
const fewEntries = 16

func unique[E comparable](list []E, from int) []E {
	tail := list[from:]
	kept := tail[:0]
	if len(tail) <= fewEntries {
		for _, e := range tail {
			if !slices.Contains(kept, e) {
				kept = append(kept, e)
			}
		}
		return list[:from+len(kept)]
	}
	seen := make(map[E]struct{}, len(tail))
	for _, e := range tail {
		if _, ok := seen[e]; !ok {
			seen[e] = struct{}{}
			kept = append(kept, e)
		}
	}
	return list[:from+len(kept)]
}

// setSort takes over the earliest bound of the main date.
func (x *extraction) setSort(main *Param) {
	for i := range x.out.Dates {
		d := &x.out.Dates[i]
		if d.Param == main && (x.out.Sort == NoSort || d.Low < x.out.Sort) {
			x.out.Sort = d.Low
		}
	}
}
