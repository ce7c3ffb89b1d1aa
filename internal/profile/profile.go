package profile

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// A Profile is what a StructureDefinition demands beyond the type that it
// restricts. It must not be changed.
type Profile struct {
	// URL is the canonical, without version.
	URL string
	// Version is the business version, as in "6.1.0"; "" if there is none.
	Version string
	// Name is for programs ("USCorePatientProfile"), Title for people.
	Name, Title string
	// Type is the type that is restricted: "Patient", "Extension", "Quantity".
	Type string
	// Base is the canonical of the definition that is restricted, which may be
	// a profile too. Its restrictions are among this one's.
	Base string
	// Kind is resource, extension or datatype.
	Kind Kind
	// Package is the package that defines it, as in "hl7.fhir.us.core#6.1.0".
	Package string
	// Elements are those that the profile says something of, in the order of
	// its snapshot: see [Element].
	Elements []*Element
}

// Kind is what a profile restricts.
type Kind string

// The kinds of profile.
const (
	Resource  Kind = "resource"
	Extension Kind = "extension"
	Datatype  Kind = "datatype"
)

// Canonical is the URL with the version, as in "http://…/us-core-patient|6.1.0".
func (p *Profile) Canonical() string {
	if p.Version == "" {
		return p.URL
	}
	return p.URL + "|" + p.Version
}

// short names a profile in an issue: what is behind the last slash of its
// canonical, which says more than its title and is what a client wrote.
func (p *Profile) short() string {
	canonical := p.Canonical()
	return canonical[strings.LastIndexByte(canonical, '/')+1:]
}

// Find returns the element of that id, as in "Patient.extension:race".
func (p *Profile) Find(id string) (*Element, bool) {
	for _, e := range p.Elements {
		if e.ID == id {
			return e, true
		}
	}
	return nil, false
}

// An Element is one ElementDefinition of a profile's snapshot
// (https://hl7.org/fhir/R4/elementdefinition.html). Elements of a snapshot that
// only restate R4 are left out.
type Element struct {
	// ID is unique within the profile and names the slices that the element is
	// in: "Observation.component:systolic.value[x].code".
	ID string
	// Path is the ID without slices: "Observation.component.value[x].code".
	Path string
	// Slice is the name of the slice that the element is, "" if it is none.
	// What is in a slice has none.
	Slice string
	// Min and Max are the cardinality, within one value of what the element is
	// in; Max -1 is "*".
	Min, Max int
	// MustSupport is set for what a system that claims the profile must be able
	// to process. Of types and targets it is said too: [Type.MustSupport].
	MustSupport bool
	// USCDI is set for what need not be supported by that, but for USCDI, which
	// a certified system has to (US Core's additional USCDI requirements).
	USCDI bool
	// Types are the types that are allowed; none for the root, for what must not
	// be there, and for an element that has another's content, which is named by
	// its Content.
	Types []Type
	// Content is the path of the element whose content this one has
	// (contentReference), as in "QuestionnaireResponse.item"; "" for most.
	Content string
	// Fixed is the value that the element must have, Pattern what its value
	// must have at least. One of them at most is not nil.
	Fixed, Pattern *fhirjson.Node
	// Binding is the value set of coded content, if the profile binds another
	// than R4's definition does, or more strongly; the zero value if not.
	Binding Binding
	// Slicing tells the slices of the element apart; nil if there are none.
	Slicing *Slicing
	// Constraints are the invariants, without those that package validation
	// enforces for all resources and those that are called a best practice.
	Constraints []*Constraint
}

// Name is the last part of the path: "value[x]".
func (e *Element) Name() string {
	return e.Path[strings.LastIndexByte(e.Path, '.')+1:]
}

// A Type is a type that an element may have.
type Type struct {
	// Code is the type: "CodeableConcept", "Reference".
	Code string
	// MustSupport is set if the profile demands support of this type among
	// others.
	MustSupport bool
	// Profiles are the canonicals of profiles one of which the value must meet;
	// none means any value of the type.
	Profiles []string
	// Targets are what a Reference or canonical may lead to; none means anything.
	Targets []Target
}

// A Target is what a reference may lead to.
type Target struct {
	// Profile is the canonical of a profile, or of a type of R4, as in
	// "http://hl7.org/fhir/StructureDefinition/Practitioner".
	Profile string
	// MustSupport is set if the profile demands support of this target among
	// others.
	MustSupport bool
}

// A Binding ties an element to a value set
// (https://hl7.org/fhir/R4/terminologies.html#strength).
type Binding struct {
	// Strength is required, extensible, preferred or example.
	Strength string
	// ValueSet is the canonical, with a version if the profile gives one.
	ValueSet string
	// Max is the value set that no code may be outside of, whatever the
	// strength (the extension elementdefinition-maxValueSet); "" for most.
	Max string
}

// Slicing says how the values of an element are told apart
// (https://hl7.org/fhir/R4/profiling.html#slicing).
type Slicing struct {
	// Discriminators must all agree.
	Discriminators []Discriminator
	// Rules are open, closed or openAtEnd.
	Rules string
	// Ordered is set if the values must stand in the order of the slices.
	Ordered bool
}

// A Discriminator is one thing by which slices differ.
type Discriminator struct {
	// Type is value, exists, pattern, type or profile.
	Type string
	// Path leads from the sliced element to what differs: "coding.code",
	// "$this", "resolve()", "extension('http://…').value".
	Path string
}

// A Constraint is an invariant.
type Constraint struct {
	// Key names it, as in "us-core-6".
	Key string
	// Severity is error or warning.
	Severity string
	// Human is what it demands, in words.
	Human string
	// Expression is what it demands, in FHIRPath on the element.
	Expression string
}
