// Package r4 has the part of FHIR R4's resources that the generator of synthetic
// patients writes, as structs whose fields are the elements of the specification
// (https://hl7.org/fhir/R4). An element that is zero is left out of the JSON.
//
// Bytes are the same for the same values, whatever machine and version of Go writes
// them: no field is a map or a floating point number, and the encoder is pinned by
// go.mod.
package r4

import (
	"strconv"

	"github.com/go-json-experiment/json"
)

// Resource is what every resource has.
type Resource struct {
	ResourceType string      `json:"resourceType"`
	ID           string      `json:"id,omitzero"`
	Meta         *Meta       `json:"meta,omitzero"`
	Text         *Narrative  `json:"text,omitzero"`
	Contained    []Any       `json:"contained,omitzero"`
	Extension    []Extension `json:"extension,omitzero"`
}

// Head is what every resource has, of any resource.
func (r *Resource) Head() *Resource { return r }

// Any is a resource of any type: a pointer to one of the structs here.
type Any interface {
	Head() *Resource
	TypeName() string
}

// Marshal is the resource's JSON. It puts the resource's type into it.
func Marshal(resource Any) ([]byte, error) {
	resource.Head().ResourceType = resource.TypeName()
	for _, contained := range resource.Head().Contained {
		contained.Head().ResourceType = contained.TypeName()
	}
	return json.Marshal(resource)
}

// Decimal is a decimal number of a fixed number of digits behind the point, which
// it keeps: 72.50 stays so (json.html#decimal).
type Decimal struct {
	Value  int // in units of the last digit
	Digits int // behind the point
}

// String is the number as JSON has it.
func (d Decimal) String() string { return string(d.append(nil)) }

// MarshalJSON is the number.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

func (d Decimal) append(to []byte) []byte {
	value := d.Value
	if value < 0 {
		to, value = append(to, '-'), -value
	}
	digits := strconv.Itoa(value)
	for len(digits) <= d.Digits {
		digits = "0" + digits
	}
	point := len(digits) - d.Digits
	to = append(to, digits[:point]...)
	if d.Digits > 0 {
		to = append(append(to, '.'), digits[point:]...)
	}
	return to
}

// WithProfiles is the meta with these canonical URLs as its profiles. The meta may be
// nil, and is not changed.
func WithProfiles(meta *Meta, profiles []string) *Meta {
	with := Meta{Profile: profiles}
	if meta != nil {
		with.Security, with.Tag = meta.Security, meta.Tag
	}
	return &with
}
