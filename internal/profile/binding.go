package profile

import (
	"strings"

	"github.com/granary-fhir/granary/internal/validation"
)

// bindingCheck is what codes are held against.
type bindingCheck struct {
	required   *boundTo // no code may be outside
	extensible *boundTo // a code outside is worth a warning
	limit      *boundTo // no code may be outside, of those that there are
}

// boundTo is a value set that is known, or is not.
type boundTo struct {
	canonical string
	set       *ValueSet // nil if not known
}

func (b planner) bindingCheck(binding Binding) *bindingCheck {
	check := new(bindingCheck)
	switch binding.Strength {
	case "required":
		check.required = b.boundTo(binding.ValueSet)
	case "extensible":
		check.extensible = b.boundTo(binding.ValueSet)
	}
	if binding.Max != "" {
		check.limit = b.boundTo(binding.Max)
	}
	if *check == (bindingCheck{}) {
		return nil
	}
	return check
}

func (b planner) boundTo(canonical string) *boundTo {
	set, _ := b.set.ValueSet(canonical, b.profile)
	return &boundTo{canonical, set}
}

// same tells whether two elements are bound alike.
func (b *bindingCheck) same(other *bindingCheck) bool {
	if b == nil || other == nil {
		return b == other
	}
	return b.required.same(other.required) && b.extensible.same(other.extensible) && b.limit.same(other.limit)
}

func (b *boundTo) same(other *boundTo) bool {
	if b == nil || other == nil {
		return b == other
	}
	return b.canonical == other.canonical
}

// coded is a code with its system; hasSystem is false for what is a code alone.
type coded struct {
	system, code string
	hasSystem    bool
}

// codings are the codes of a value; ok is false if its type has no codes.
func codings(v *value) (all []coded, ok bool) {
	switch v.typ {
	case "code", "string", "uri":
		if v.node != nil {
			all = []coded{{code: v.node.Text()}}
		}
	case "Coding", "Quantity":
		if code := v.node.Get("code"); code != nil {
			all = []coded{{v.node.Get("system").Text(), code.Text(), true}}
		}
	case "CodeableConcept":
		for _, coding := range v.node.Get("coding").Items() {
			if code := coding.Get("code"); code != nil {
				all = append(all, coded{coding.Get("system").Text(), code.Text(), true})
			}
		}
	default:
		return nil, false
	}
	return all, true
}

// holds tells whether one of the codes is in the value set.
func (b *boundTo) holds(codes []coded) Membership {
	if b.set == nil {
		return Unknown
	}
	answer := Out
	for _, c := range codes {
		m := b.set.ContainsCode(c.code)
		if c.hasSystem {
			m = b.set.Contains(c.system, c.code)
		}
		if m == In {
			return In
		}
		if m == Unknown {
			answer = Unknown
		}
	}
	return answer
}

// bound holds the codes of a value against its value sets.
func (r *run) bound(n *node, v *value) {
	codes, ok := codings(v)
	if !ok || len(codes) == 0 && (v.companion != nil || v.node.Get("extension") != nil) {
		return // an extension says why there is no code
	}
	b := n.binding
	if b.required != nil {
		r.codes(v, b.required, codes, validation.Error, "must have a code of ")
	}
	if b.limit != nil && len(codes) > 0 {
		r.codes(v, b.limit, codes, validation.Error, "must have a code of ")
	}
	if b.extensible != nil && len(codes) > 0 {
		r.codes(v, b.extensible, codes, validation.Warning, "should have a code of ")
	}
}

func (r *run) codes(v *value, to *boundTo, codes []coded, severity validation.Severity, demand string) {
	switch to.holds(codes) {
	case Out:
		text := demand + to.canonical
		if severity == validation.Warning {
			text += " if one of them fits"
		}
		r.issue(severity, "code-invalid", v.expression(), text+found(codes)+to.hint())
	case Unknown:
		r.note(v.expression(), "codes are not held against "+to.canonical+", whose codes are not all known here")
	case In:
	}
}

// found quotes the codes that there are.
func found(codes []coded) string {
	const most = 3
	var b strings.Builder
	for i, c := range codes {
		switch {
		case i == most:
			return b.String() + "…"
		case i > 0:
			b.WriteString(", ")
		default:
			b.WriteString(", not ")
		}
		if c.hasSystem {
			b.WriteString(quote(c.system + "|" + c.code))
		} else {
			b.WriteString(quote(c.code))
		}
	}
	return b.String()
}

// hint lists the codes that would be right, if they are few.
func (b *boundTo) hint() string {
	const most = 12
	var all []string
	for system, codes := range b.set.Systems {
		if codes.Extent != Listed || len(b.set.Systems) > 1 && len(codes.Listed) > most {
			return ""
		}
		for _, code := range codes.Listed {
			all = append(all, system+"|"+code)
		}
	}
	if len(all) > most || len(all) == 0 {
		return ""
	}
	return ": " + alternatives(union(all, nil))
}
