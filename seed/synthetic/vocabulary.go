package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// The code systems, by the names that codes.tsv and the modules use.
var systems = map[string]string{
	"loinc":       "http://loinc.org",
	"snomed":      "http://snomed.info/sct",
	"rxnorm":      "http://www.nlm.nih.gov/research/umls/rxnorm",
	"icd10":       "http://hl7.org/fhir/sid/icd-10-cm",
	"cvx":         "http://hl7.org/fhir/sid/cvx",
	"cpt":         "http://www.ama-assn.org/go/cpt",
	"cdcrec":      "urn:oid:2.16.840.1.113883.6.238",
	"bcp47":       "urn:ietf:bcp:47",
	"nucc":        "http://nucc.org/provider-taxonomy",
	"us-core":     "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
	"occupation":  "http://terminology.hl7.org/CodeSystem/PHOccupationalDataForHealthODH",
	"discharge":   "http://www.nubc.org/patient-discharge",
	"discharge-7": "https://www.nubc.org/CodeSystem/PatDischargeStatus",
	"payer":       "https://nahdo.org/sopt",
	"format":      "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
	"format-7":    "http://terminology.hl7.org/CodeSystem/v3-HL7DocumentFormatCodes",
	"endpoint":    "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
	"careplan":    "http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
	"note":        "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
	"concern":     "http://hl7.org/fhir/us/core/CodeSystem/condition-category",
	"participant": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
	"transmitter": "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type",
	"tribe":       "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS",
	"tag":         "https://granary.example/tags",
	"state":       "https://www.usps.com/",
	"ndc":         "http://hl7.org/fhir/sid/ndc",
}

// terminology is where HL7's own code systems are.
const terminology = "http://terminology.hl7.org/CodeSystem/"

// system is the URI of a code system. What has no name in the table is one of HL7's.
func system(name string) string {
	if uri, ok := systems[name]; ok {
		return uri
	}
	return terminology + name
}

type conceptKey struct{ system, code string }

// readConcepts reads codes.tsv: name of the system, code, display. The concepts are
// shared by all resources and not to be changed.
func readConcepts() map[conceptKey]*r4.CodeableConcept {
	all := make(map[conceptKey]*r4.CodeableConcept)
	for _, row := range rows("codes") {
		coding := r4.Coding{System: system(row[0]), Code: row[1], Display: row[2]}
		all[conceptKey{row[0], row[1]}] = &r4.CodeableConcept{Coding: []r4.Coding{coding}, Text: row[2]}
	}
	return all
}

// concept is a code with its display, which is the text too. A code that is not in
// codes.tsv has no display, and TestEveryCodeHasADisplay names it.
func concept(of, code string) *r4.CodeableConcept {
	if known, ok := concepts()[conceptKey{of, code}]; ok {
		return known
	}
	return &r4.CodeableConcept{Coding: []r4.Coding{{System: system(of), Code: code}}}
}

func loinc(code string) *r4.CodeableConcept  { return concept("loinc", code) }
func snomed(code string) *r4.CodeableConcept { return concept("snomed", code) }
func rxnorm(code string) *r4.CodeableConcept { return concept("rxnorm", code) }

// coding is a code with its display, alone.
func coding(of, code string) *r4.Coding { return &concept(of, code).Coding[0] }

// list is a list of these concepts, nil if there are none.
func list(concepts ...*r4.CodeableConcept) []r4.CodeableConcept {
	var all []r4.CodeableConcept
	for _, c := range concepts {
		all = append(all, *c)
	}
	return all
}

// both is one concept with the codes of two, and the text of the first.
func both(first, second *r4.CodeableConcept) *r4.CodeableConcept {
	return &r4.CodeableConcept{Coding: []r4.Coding{first.Coding[0], second.Coding[0]}, Text: first.Text}
}

// text is a concept without a code.
func text(words string) *r4.CodeableConcept { return &r4.CodeableConcept{Text: words} }

// categories of Observations (observation-category).
func observationCategory(code string) *r4.CodeableConcept {
	return concept("observation-category", code)
}

// quantity is an amount of a unit of UCUM that is shown as it is written.
func quantity(value r4.Decimal, unit string) *r4.Quantity { return measured(value, unit, unit) }

// measured is an amount of a unit of UCUM.
func measured(value r4.Decimal, unit, ucum string) *r4.Quantity {
	return &r4.Quantity{Value: value, Unit: unit, System: "http://unitsofmeasure.org", Code: ucum}
}

// decimal is value / 10^digits.
func decimal(value, digits int) r4.Decimal { return r4.Decimal{Value: value, Digits: digits} }

// whole is a number without digits behind the point.
func whole(value int) r4.Decimal { return r4.Decimal{Value: value} }

// ref is a reference to a resource.
func ref(to string) *r4.Reference { return &r4.Reference{Reference: to} }

// named is a reference to a resource that is shown with a name.
func named(to, display string) *r4.Reference { return &r4.Reference{Reference: to, Display: display} }

// refs is a list of references, without those that are nil.
func refs(to ...*r4.Reference) []r4.Reference {
	var all []r4.Reference
	for _, r := range to {
		if r != nil {
			all = append(all, *r)
		}
	}
	return all
}

// ptr is a pointer to a value, for elements that may be false or zero.
func ptr[T any](value T) *T { return &value }

// canonical is the URL of a profile of US Core, or of one that it takes over.
func canonical(name string) string { return usCore + name }

const usCore = "http://hl7.org/fhir/us/core/StructureDefinition/"

// extension is an extension of US Core with parts.
func extension(name string, parts ...r4.Extension) r4.Extension {
	return r4.Extension{URL: usCore + name, Extension: parts}
}
