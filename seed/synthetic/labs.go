package synthetic

import (
	"slices"
	"strconv"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// analyte is something that a laboratory measures. Numbers are in units of the last
// digit.
type analyte struct {
	code, unit, ucum string
	digits           int
	mean, deviation  int
	low, high        int // what is usual; high is 0 where there is no upper limit
}

// panels of the laboratory: the code of the report, the sample, and how it is called.
var panels = map[string]struct{ code, sample, sampleV2 string }{
	"metabolic": {"24323-8", "119364003", "SER"},
	"count":     {"58410-2", "119297000", "BLD"},
	"lipids":    {"24331-1", "119364003", "SER"},
	"a1c":       {"4548-4", "119297000", "BLD"},
	"kidney":    {"9318-7", "122575003", "UR"},
	"thyroid":   {"3016-3", "119364003", "SER"},
	"urine":     {"24356-8", "122575003", "UR"},
	"hormones":  {"2243-4", "119364003", "SER"},
}

// readAnalytes reads analytes.tsv by panel.
func readAnalytes() map[string][]analyte {
	all := make(map[string][]analyte)
	for _, row := range rows("analytes") {
		a := analyte{code: row[1], unit: row[2], ucum: row[3], digits: number(row[4]), mean: number(row[5]), deviation: number(row[6]), low: number(row[7])}
		if high := cell(row, 8); high != "" {
			a.high = number(high)
		}
		all[row[0]] = append(all[row[0]], a)
	}
	return all
}

// found is a result that a module knows: a LOINC code and the value in units of the
// last digit.
type found struct {
	code  string
	value int
}

// panel orders, takes and reports a panel of laboratory tests at a visit: an order, a
// sample, the results and the report. Each panel is drawn once at a visit, by the first
// module that wants it.
func (c *chart) panel(v *visit, name string, known ...found) *r4.Reference {
	if slices.Contains(v.wants, name) || v.kind == remote {
		return nil
	}
	v.wants = append(v.wants, name)
	panel := panels[name]
	order := c.put("order", &r4.ServiceRequest{
		Status: "completed", Intent: "order", Category: list(snomed("108252007")), Code: loinc(panel.code), Subject: c.patient,
		Encounter: v.encounter, OccurrenceDateTime: c.at(v, 12), AuthoredOn: c.at(v, 10), Requester: v.doctor,
	}, "us-core-servicerequest")
	sample := c.sample(v, panel.sample, panel.sampleV2)
	var results []*r4.Reference
	measured := analytes()[name]
	for i, value := range c.values(measured, known) {
		results = append(results, c.result(v, measured[i], value, order, sample))
	}
	return c.put("report", &r4.DiagnosticReport{
		BasedOn: refs(order), Status: "final", Category: list(concept("v2-0074", "LAB")), Code: loinc(panel.code), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 15), Issued: c.issued(v), Performer: refs(c.clinic.laboratory),
		Specimen: refs(sample), Result: refs(results...),
	}, "us-core-diagnosticreport-lab")
}

// values are those of a panel's analytes. Some follow from others.
func (c *chart) values(of []analyte, known []found) []int {
	values, at := make([]int, len(of)), make(map[string]*int, len(of))
	for i, a := range of {
		values[i], at[a.code] = max(c.dice.normal(a.mean, a.deviation), 0), &values[i]
	}
	for _, k := range known {
		if value := at[k.code]; value != nil {
			*value = max(k.value, 0)
		}
	}
	switch {
	case at[ldl] != nil: // Friedewald's formula
		*at["2093-3"] = *at[ldl] + *at["2085-9"] + *at["2571-8"]/5
	case at[hemoglobin] != nil: // what the indices of red cells mean
		*at["4544-3"] = *at[hemoglobin] * 1000 / *at["786-4"]
		*at["789-8"] = *at["4544-3"] * 1000 / *at["787-2"]
		*at["785-6"] = *at[hemoglobin] * 1000 / *at["789-8"]
	}
	return values
}

const ldl, hemoglobin = "13457-7", "718-7"

// issued is when the laboratory reported: the next morning.
func (c *chart) issued(v *visit) string { return instant(v.on.AddDate(0, 0, 1), 7*60+30, c.home.hours) }

func (c *chart) sample(v *visit, kind, v2 string) *r4.Reference {
	accession := c.mrn + "-" + strconv.Itoa(c.counts["sample"]+1)
	return c.put("sample", &r4.Specimen{
		Identifier:          []r4.Identifier{{System: "https://granary.example/samples", Value: "T" + accession}},
		AccessionIdentifier: &r4.Identifier{System: "https://granary.example/accessions", Value: accession},
		Status:              "available", Type: both(snomed(kind), concept("v2-0487", v2)), Subject: c.patient,
		ReceivedTime: c.at(v, 120), Collection: &r4.Collection{Collector: c.nurse(v), CollectedDateTime: c.at(v, 15)},
	}, "us-core-specimen")
}

// result is one result, marked where it is beyond what is usual.
func (c *chart) result(v *visit, a analyte, value int, order, sample *r4.Reference) *r4.Reference {
	mark := "N"
	if value < a.low {
		mark = "L"
	}
	if a.high > 0 && value > a.high {
		mark = "H"
	}
	limits := r4.ReferenceRange{Low: measured(decimal(a.low, a.digits), a.unit, a.ucum)}
	if a.high > 0 {
		limits.High = measured(decimal(a.high, a.digits), a.unit, a.ucum)
	}
	o := &r4.Observation{
		BasedOn: refs(order), Status: "final", Category: list(observationCategory("laboratory")), Code: loinc(a.code), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 15), Issued: c.issued(v), Performer: refs(c.clinic.laboratory),
		ValueQuantity:  measured(decimal(value, a.digits), a.unit, a.ucum),
		Interpretation: list(concept("v3-ObservationInterpretation", mark)), Specimen: sample, ReferenceRange: []r4.ReferenceRange{limits},
	}
	if c.rare("lab", 5, 6) { // the sample had clotted
		o.ValueQuantity, o.Interpretation, o.DataAbsentReason = nil, nil, concept("data-absent-reason", "not-performed")
	}
	made := c.put("lab", o, "us-core-observation-lab")
	v.results = append(v.results, made)
	return made
}

// answered is a laboratory result that is a word.
func (c *chart) answered(v *visit, code string, value *r4.CodeableConcept) *r4.Reference {
	return c.put("lab", &r4.Observation{
		Status: "final", Category: list(observationCategory("laboratory")), Code: loinc(code), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 15), Issued: c.issued(v), Performer: refs(c.clinic.laboratory),
		ValueCodeableConcept: value,
	}, "us-core-observation-lab")
}
