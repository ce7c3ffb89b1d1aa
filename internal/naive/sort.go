package naive

import (
	"fmt"
	"strings"
)

// CheckSorted returns an error that names the first two resources that stand in
// the wrong order: by the value with the earliest or lowest beginning where a key
// ascends, by that with the latest or highest beginning where it descends, those without a value last; where all
// keys are equal by the main clinical date, newest first.
func (o *Oracle) CheckSorted(keys []string, found []*Resource) error {
	for i := 1; i < len(found); i++ {
		order, by, err := o.orderBy(keys, found[i-1], found[i])
		if err != nil {
			return err
		}
		if order > 0 {
			return fmt.Errorf("%s stands before %s, against the order by %s", found[i-1].Key(), found[i].Key(), by)
		}
	}
	return nil
}

func (o *Oracle) orderBy(keys []string, a, b *Resource) (order int, by string, err error) {
	for _, key := range keys {
		order, known, err := o.order(key, a, b)
		if order != 0 || !known || err != nil {
			return order, key, err
		}
	}
	return o.byMainDate(a, b), "main clinical date", nil
}

// order is negative where a comes before b. Known is false where the two have no
// order that the oracle knows: quantities of several units.
func (o *Oracle) order(key string, a, b *Resource) (order int, known bool, err error) {
	code, descending := strings.CutPrefix(key, "-")
	p, err := lookup(a.Type, code)
	if err != nil {
		return 0, false, err
	}
	q, err := lookup(b.Type, code)
	if err != nil {
		return 0, false, err
	}
	va, vb := o.extreme(a, p, descending), o.extreme(b, q, descending)
	switch {
	case va == nil && vb == nil:
		return 0, true, nil
	case va == nil:
		return 1, true, nil
	case vb == nil:
		return -1, true, nil
	case p.kind == "quantity" && !sameUnit(append(o.world.find(a, p), o.world.find(b, q)...)):
		return 0, false, nil
	}
	order = compareKeys(p.kind, *va, *vb)
	if descending {
		order = -order
	}
	return order, true, nil
}

func sameUnit(values []value) bool {
	for _, v := range values {
		if v.system != values[0].system || v.code != values[0].code {
			return false
		}
	}
	return true
}

// extreme is the value by which a resource is sorted, nil if it has none.
func (o *Oracle) extreme(r *Resource, p *param, descending bool) *value {
	var best *value
	for _, v := range o.world.find(r, p) {
		if p.kind == "token" && v.code == "" || p.kind == "reference" && v.ref.typ == "" && v.ref.url == "" {
			continue
		}
		if best == nil || !descending && compareKeys(p.kind, v, *best) < 0 || descending && compareKeys(p.kind, v, *best) > 0 {
			best = &v
		}
	}
	return best
}

func compareKeys(kind string, a, b value) int {
	switch kind {
	case "date":
		return compareLows(a.date, b.date)
	case "number", "quantity":
		return compareDecimals(a.low, b.low)
	case "token":
		return strings.Compare(a.code, b.code)
	case "reference":
		return strings.Compare(a.ref.text(), b.ref.text())
	case "uri":
		return strings.Compare(a.text, b.text)
	}
	return strings.Compare(fold(a.text), fold(b.text))
}

func (r reference) text() string {
	if r.typ != "" {
		return r.typ + "/" + r.id
	}
	return r.url
}

func compareLows(a, b span) int {
	switch {
	case a.low == nil && b.low == nil:
		return 0
	case a.low == nil:
		return -1
	case b.low == nil:
		return 1
	}
	return a.low.Compare(*b.low)
}

func compareDecimals(a, b *decimal) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Cmp(b)
}

// mainDates are the parameters of the main clinical date of each type, by whose
// earliest moment the server orders, newest first, what is otherwise equal.
var mainDates = map[string]string{
	"AllergyIntolerance": "date", "CarePlan": "date", "Claim": "created", "Condition": "onset-date", "DiagnosticReport": "date",
	"Encounter": "date", "ExplanationOfBenefit": "created", "Goal": "start-date", "ImagingStudy": "started", "Immunization": "date",
	"List": "date", "MedicationRequest": "authoredon", "Observation": "date", "Procedure": "date", "RiskAssessment": "date", "ValueSet": "date",
	"AuditEvent": "date", "CareTeam": "date", "DocumentReference": "date", "Media": "created", "Provenance": "recorded", "Task": "authored-on",
}

// byMainDate is negative where a comes before b by the main clinical date.
func (o *Oracle) byMainDate(a, b *Resource) int {
	earliest := func(r *Resource) *value {
		if code := mainDates[r.Type]; code != "" {
			return o.extreme(r, params[r.Type][code], false)
		}
		return nil
	}
	va, vb := earliest(a), earliest(b)
	switch {
	case va == nil && vb == nil:
		return 0
	case va == nil:
		return 1
	case vb == nil:
		return -1
	}
	return compareLows(vb.date, va.date)
}
