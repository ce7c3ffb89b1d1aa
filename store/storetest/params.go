package storetest

import "github.com/granary-fhir/granary/search"

// The search parameters of the suite's own small world: patients (P), what is
// observed of them (O), where (L), by whom (D, for doctors).
const (
	typeP = "Patient"
	typeO = "Observation"
	typeL = "Location"
	typeD = "Practitioner"
)

func param(typ, code string, kind search.Kind) *search.Param {
	return &search.Param{Type: typ, Code: code, Kind: kind}
}

func composite(typ, code string, kinds ...search.Kind) *search.Param {
	p := param(typ, code, search.KindComposite)
	for i, kind := range kinds {
		part := param(typ, code+"$"+string(rune('0'+i)), kind)
		part.Derived = true
		p.Components = append(p.Components, part)
	}
	return p
}

// ageRange is the number parameter of patients, whose entries may be ranges.
var (
	gender    = param(typeP, "gender", search.KindToken)
	name      = param(typeP, "name", search.KindString)
	birthdate = param(typeP, "birthdate", search.KindDate)
	ageRange  = param(typeP, "age", search.KindNumber)
	doctor    = param(typeP, "general-practitioner", search.KindReference)

	code      = param(typeO, "code", search.KindToken)
	category  = param(typeO, "category", search.KindToken)
	note      = param(typeO, "note", search.KindString)
	date      = param(typeO, "date", search.KindDate)
	value     = param(typeO, "value-quantity", search.KindQuantity)
	subject   = param(typeO, "subject", search.KindReference)
	performer = param(typeO, "performer", search.KindReference)
	focus     = param(typeO, "focus", search.KindReference)
	profile   = param(typeO, "_profile", search.KindURI)
	content   = param(typeO, "_content", search.KindString)
	idO       = param(typeO, "_id", search.KindToken)
	component = composite(typeO, "component-code-value-quantity", search.KindToken, search.KindQuantity)

	place = param(typeL, "name", search.KindString)
	near  = composite(typeL, "near", search.KindNumber, search.KindNumber)

	doctorName = param(typeD, "name", search.KindString)
)
