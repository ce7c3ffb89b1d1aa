package synthetic

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorded is a resource of a chart, as far as the tests of this file look.
type recorded struct {
	ResourceType, ID, BirthDate, DeceasedDateTime, Status string
	Subject, Patient, Beneficiary, Encounter              struct{ Reference string }
	Specimen                                              json.RawMessage
	EffectiveDateTime, PerformedDateTime, AuthoredOn      string
	OccurrenceDateTime, CreatedDateTime, OnsetDateTime    string
	AbatementDateTime, RecordedDate, Date, StartDate      string
	Period, EffectivePeriod                               struct{ Start, End string }
	Code, MedicationCodeableConcept, VaccineCode          struct {
		Coding []struct{ System, Code string }
	}
	ValueQuantity *struct{ Value float64 }
}

// times are those at which something was done or seen.
func (r *recorded) times() []string {
	return []string{r.EffectiveDateTime, r.PerformedDateTime, r.AuthoredOn, r.OccurrenceDateTime, r.CreatedDateTime}
}

// of is the id of the patient whose chart it is in.
func (r *recorded) of() string {
	for _, to := range []string{r.Subject.Reference, r.Patient.Reference, r.Beneficiary.Reference} {
		if id, ok := strings.CutPrefix(to, "Patient/"); ok {
			return id
		}
	}
	return ""
}

func (r *recorded) is(code string) bool {
	return len(r.Code.Coding) > 0 && r.Code.Coding[0].Code == code
}

// generated are the resources of a population that are not from files, in their order.
// They are made once, for all tests.
func generated(t *testing.T) []*recorded {
	t.Helper()
	all, err := allGenerated()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var allGenerated = sync.OnceValues(func() (all []*recorded, err error) {
	written := map[string]bool{}
	for _, item := range builtIn() {
		written[item.Key.Type+"/"+item.Key.ID] = true
	}
	for r := range population(250, 1500).Resources() {
		if written[r.Type+"/"+r.ID] || r.Type == "Questionnaire" || r.Type == "PractitionerRole" {
			continue
		}
		one, err := decoded(r)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
})

func read(t *testing.T, r Resource) *recorded {
	t.Helper()
	one, err := decoded(r)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func decoded(r Resource) (*recorded, error) {
	one := &recorded{}
	if err := json.Unmarshal(r.JSON, one); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", r.Type, r.ID, err)
	}
	return one, nil
}

// Nothing is before birth, after death, or tomorrow.
func TestChartsAreInALife(t *testing.T) {
	lives(t, generated(t))
}

// The dead are few, so that they are looked for.
func TestChartsEndWithALife(t *testing.T) {
	var all []*recorded
	w := newWorld(sample(1200), func(r Resource) bool {
		if r.Type != "PractitionerRole" {
			all = append(all, read(t, r))
		}
		return true
	})
	w.directories()
	dead := 0
	for number := range 250 {
		for place, p := range w.household(number).people {
			if p.death != nil {
				dead++
				w.chart(Personas+number*householdSize+place, p, w.clinics[0], nil)
			}
		}
	}
	if lives(t, all); dead < 8 {
		t.Errorf("%d are dead", dead)
	}
}

// lives checks that resources are in the lives of their patients.
func lives(t *testing.T, resources []*recorded) {
	t.Helper()
	births, ends := map[string]string{}, map[string]string{}
	for _, r := range resources {
		if r.ResourceType == "Patient" {
			births[r.ID], ends[r.ID] = r.BirthDate, date(november)
			if r.DeceasedDateTime != "" {
				ends[r.ID] = r.DeceasedDateTime[:10]
			}
		}
		dates := append(r.times(), r.OnsetDateTime, r.AbatementDateTime, r.RecordedDate, r.Date, r.StartDate, r.Period.Start, r.EffectivePeriod.Start)
		for _, on := range dates {
			on = on[:min(10, len(on))]
			born, end := births[r.of()], ends[r.of()]
			if n := min(len(on), len(born)); n > 0 && (on[:n] < born[:n] || on > end) {
				t.Errorf("%s/%s: %s, of a life from %s to %s", r.ResourceType, r.ID, on, born, end)
			}
		}
	}
}

// What is done at a visit is done while it lasts, and nothing is prescribed for what
// began later.
func TestWhatIsDoneIsInItsVisit(t *testing.T) {
	visits := map[string]*recorded{}
	for _, r := range generated(t) {
		if r.ResourceType == "Encounter" {
			visits["Encounter/"+r.ID] = r
		}
		v := visits[r.Encounter.Reference]
		if v == nil {
			continue
		}
		for _, at := range r.times() {
			if !strings.Contains(at, "T") {
				continue
			}
			if seconds(t, at) < seconds(t, v.Period.Start) || seconds(t, at) > seconds(t, v.Period.End) {
				t.Errorf("%s/%s at %s, visit from %s to %s", r.ResourceType, r.ID, at, v.Period.Start, v.Period.End)
			}
		}
	}
}

func seconds(t *testing.T, at string) int64 {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Unix()
}

// Cholesterol is the sum of its parts, and the indices of red cells are what their
// definitions say.
func TestPanelsAddUp(t *testing.T) {
	samples := map[string]map[string]float64{}
	for _, r := range generated(t) {
		if r.ResourceType == "Observation" && len(r.Specimen) > 0 && r.ValueQuantity != nil {
			of := string(r.Specimen)
			if samples[of] == nil {
				samples[of] = map[string]float64{}
			}
			samples[of][r.Code.Coding[0].Code] = r.ValueQuantity.Value
		}
	}
	lipids, counts := 0, 0
	near := func(name, of string, got, want, by float64) {
		if got < want-by || got > want+by {
			t.Errorf("%s of %s: %v, want %.2f", name, of, got, want)
		}
	}
	for of, v := range samples {
		switch {
		case v[ldl]*v["2093-3"]*v["2085-9"]*v["2571-8"] > 0:
			lipids++
			near("cholesterol", of, v["2093-3"], v[ldl]+v["2085-9"]+v["2571-8"]/5, 1)
		case v["789-8"]*v["4544-3"]*v["787-2"]*v["785-6"]*v["786-4"]*v[hemoglobin] > 0:
			counts++
			near("MCV", of, v["787-2"], v["4544-3"]/v["789-8"]*10, 0.4)
			near("MCH", of, v["785-6"], v[hemoglobin]/v["789-8"]*10, 0.2)
			near("MCHC", of, v["786-4"], v[hemoglobin]/v["4544-3"]*100, 0.2)
		}
	}
	if lipids < 20 || counts < 10 {
		t.Errorf("%d panels of lipids and %d counts", lipids, counts)
	}
}

// GS1's own example, and a code from a shelf.
func TestGTIN(t *testing.T) {
	for digits, want := range map[string]string{"0003600029145": "00036000291452", "0061414112345": "00614141123452"} {
		if got := gtin(digits); got != want {
			t.Errorf("%s: %s, want %s", digits, got, want)
		}
	}
}
