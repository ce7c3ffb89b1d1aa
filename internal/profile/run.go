package profile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
)

// A run checks one resource against one profile.
type run struct {
	set      *Set
	root     *fhirjson.Node // the resource that contains resource, or it itself
	resource *fhirjson.Node
	profile  *Profile // the one that is looked at: a profile leads to others
	slices   []string // that the checker is in, of this profile
	issues   []validation.Issue
	errors   int // of them, and of those that are not listed
	others   int
	noted    map[string]bool
	tried    map[trial]string // shared with the runs that this one begins: see conforms
	answers  answers          // and with those by the resource's other profiles
	depth    int              // of the runs that this one is in
	checked  map[checked]bool // by what profile which value was: see conform
	ids      map[string]int   // where contained resources stand: see contained
}

// trial is whether a value conforms to a profile.
type trial struct {
	node    *fhirjson.Node
	profile *Profile
}

// Validate checks a resource against a profile of the set. It returns what is
// wrong with it, as errors and warnings, and what could not be checked, as
// information; nil if it conforms and all could be checked. A profile of another set
// is an error. What it says of each
// value set, invariant and the like that is not known it says once.
//
// It takes for granted that the resource is valid R4, which package validation
// checks, and does not check that again. docs/validation.md tells what it checks.
func (s *Set) Validate(resource *fhirjson.Node, p *Profile) []validation.Issue {
	return s.validate(resource, p, make(answers))
}

func (s *Set) validate(resource *fhirjson.Node, p *Profile, known answers) []validation.Issue {
	typ := resource.Get("resourceType").Text()
	r := &run{set: s, root: resource, resource: resource, tried: make(map[trial]string), answers: known}
	if !isOf(typ, p.Type) {
		return []validation.Issue{{
			Severity: validation.Error, Code: "structure", Expression: p.Type + ".resourceType",
			Text: fmt.Sprintf("is %s, and %s is a profile of %s", quote(typ), p.short(), p.Type),
		}}
	}
	r.conform(&value{node: resource, typ: p.Type, name: typ, index: noIndex}, p)
	return r.issues
}

// isOf tells whether a resource type is another, or specialises it: a profile may be
// of all resources.
func isOf(typ, base string) bool {
	for typ != base {
		s, ok := definitions.LookupStructure(typ)
		if !ok || s.Kind != "resource" {
			return false
		}
		typ = s.Base
	}
	return true
}

// checked is a value that was checked against a profile.
type checked struct {
	node, companion *fhirjson.Node
	profile         *Profile
}

// conform checks a value against a profile, unless this run has done so: a profile can
// lead to itself, and to another one by each of its slices.
func (r *run) conform(v *value, p *Profile) {
	c := checked{v.node, v.companion, p}
	if r.checked[c] {
		return
	}
	if r.checked == nil {
		r.checked = make(map[checked]bool)
	}
	r.checked[c] = true
	outer, within := r.profile, r.slices
	r.profile, r.slices = p, nil
	defer func() { r.profile, r.slices = outer, within }()
	plan := r.set.planOf(p)
	if plan == nil {
		r.issue(validation.Error, "not-supported", v.expression(), "cannot be checked: the profile is of another set")
		return
	}
	if len(plan.bare) > 0 {
		r.note(v.expression(), "invariants are not checked: "+strings.Join(plan.bare, ", "))
	}
	r.value(plan.root, v)
}

// try is a run of its own, from which no issue comes.
func (r *run) try(v *value, p *Profile) *run {
	own := &run{set: r.set, root: r.root, resource: r.resource, tried: r.tried, answers: r.answers, depth: r.depth + 1, ids: r.contained()}
	if v.node.Get("resourceType") != nil {
		own.resource = v.node
	}
	own.conform(v, p)
	return own
}

// conforms tells whether a value conforms to a profile, warnings aside.
func (r *run) conforms(v *value, p *Profile) bool { return r.first(v, p) == "" }

// maxRuns is how many runs may be in each other: so deeply contained resources may refer
// to each other.
const maxRuns = 50

// maxWhy is how many bytes of an error are quoted in another one.
const maxWhy = 500

// first is the first error of a value that does not conform to a profile, "" if it does.
// Each value is tried once by each profile: contained resources can refer to each other,
// and in as many ways as one likes. What is being tried is taken to conform.
func (r *run) first(v *value, p *Profile) string {
	t := trial{v.node, p}
	if known, ok := r.tried[t]; ok {
		return known
	}
	if r.depth == maxRuns {
		return fmt.Sprintf("%s: is not checked, since more than %d contained resources refer to each other", v.expression(), maxRuns)
	}
	r.tried[t] = ""
	if issue := r.try(v, p).failure(); issue != nil {
		r.tried[t] = shortened(issue.Error(), maxWhy)
	}
	return r.tried[t]
}

func (r *run) failure() *validation.Issue {
	for i := range r.issues {
		if r.issues[i].Severity == validation.Error {
			return &r.issues[i]
		}
	}
	return nil
}

// issue tells something of an element, and which profile and slice demand it.
func (r *run) issue(severity validation.Severity, code, expression, text string) {
	where := r.profile.short()
	if len(r.slices) > 0 {
		where += ", slice " + strings.Join(r.slices, " in ")
	}
	r.add(validation.Issue{Severity: severity, Code: code, Expression: expression, Text: text + " (" + where + ")"})
}

// note tells what is not checked, once.
func (r *run) note(expression, text string) {
	if r.noted[text] {
		return
	}
	if r.noted == nil {
		r.noted = make(map[string]bool)
	}
	r.noted[text] = true
	r.add(validation.Issue{Severity: validation.Information, Code: "informational", Expression: expression, Text: text + " (" + r.profile.short() + ")"})
}

// add is limited as package validation is, so that a hostile resource has no huge
// answer. Errors are counted apart: what is less takes no place from them, and is
// no error for being much.
func (r *run) add(issue validation.Issue) {
	count := &r.others
	more := validation.Information
	if issue.Severity == validation.Error {
		count, more = &r.errors, validation.Error
	}
	*count++
	switch {
	case *count <= validation.MaxIssues:
		r.issues = append(r.issues, issue)
	case *count == validation.MaxIssues+1:
		r.issues = append(r.issues, validation.Issue{
			Severity: more, Code: "incomplete", Expression: r.root.Get("resourceType").Text(),
			Text: fmt.Sprintf("has more than %d issues of this kind; the others are not listed", validation.MaxIssues),
		})
	}
}

// full tells that enough was said.
func (r *run) full() bool { return r.errors > validation.MaxIssues }

// maxQuote is how many bytes of a client's text are quoted.
const maxQuote = 64

func quote(text string) string {
	if len(text) <= maxQuote {
		return strconv.Quote(text)
	}
	return strconv.Quote(strings.ToValidUTF8(text[:maxQuote], "")) + "…"
}

func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// alternatives is "a, b or c".
func alternatives(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
