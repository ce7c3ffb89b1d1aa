package synthetic

import (
	"slices"
	"testing"
)

// Nobody is given what harms: penicillin to whoever bears it badly, tablets to small
// children, to whoever is pregnant what harms the child.
func TestDrugsAreSafe(t *testing.T) {
	births, bears, pregnant := map[string]string{}, map[string]bool{}, map[string]bool{}
	given, children := map[string]int{}, 0
	for _, r := range generated(t) {
		switch {
		case r.ResourceType == "Patient":
			births[r.ID] = r.BirthDate
		case r.ResourceType == "AllergyIntolerance" && r.is(penicillin):
			bears[r.of()] = true
		case r.ResourceType == "Condition" && r.is("77386006"):
			pregnant[r.of()] = true
		}
		if r.ResourceType != "MedicationRequest" || len(r.MedicationCodeableConcept.Coding) == 0 {
			continue
		}
		drug := r.MedicationCodeableConcept.Coding[0].Code
		given[drug]++
		if slices.Contains([]string{"308191", "308189"}, drug) && bears[r.of()] {
			t.Errorf("%s: amoxicillin in spite of an allergy", r.ID)
		}
		if slices.Contains([]string{"310965", "314076", "617310", "197361"}, drug) && pregnant[r.of()] {
			t.Errorf("%s: %s in a pregnancy", r.ID, drug)
		}
		if born := births[r.of()]; len(born) == 10 && age(on(born), on(r.AuthoredOn[:10])) < 12 {
			children++
			if !slices.Contains([]string{"308189", "745679", "895994"}, drug) {
				t.Errorf("%s: %s for a child born on %s", r.ID, drug, born)
			}
		}
	}
	if children < 5 || given["308189"] == 0 || len(pregnant) < 2 {
		t.Errorf("%d prescriptions for children, %v", children, given)
	}
}

// Doses are given no earlier than CDC's table of minimum ages has it, and no vaccine
// against influenza twice in a season.
func TestVaccinationsAreInTime(t *testing.T) {
	earliest := map[string]int{ // months
		"08": 0, "20": 2, "119": 2, "10": 2, "49": 2, "133": 2, "03": 12, "21": 12, "83": 12, "115": 120, "165": 108, "150": 6, "33": 780,
	}
	births, shots, atVisits := map[string]string{}, map[string]string{}, 0
	for _, r := range generated(t) {
		if r.ResourceType == "Patient" {
			births[r.ID] = r.BirthDate
		}
		born := births[r.of()]
		if r.ResourceType != "Immunization" || r.Status != "completed" || len(born) != 10 {
			continue
		}
		vaccine := r.VaccineCode.Coding[0].Code
		if vaccine == "75" && r.OccurrenceDateTime == "" && born < "1970" {
			continue
		}
		given := r.OccurrenceDateTime[:10]
		if r.Encounter.Reference != "" {
			atVisits++
		}
		least, ok := earliest[vaccine]
		if first := date(on(born).AddDate(0, least, 0)); !ok || given < first {
			t.Errorf("%s: %s on %s, born on %s", r.ID, vaccine, given, born)
		}
		shot := r.of() + " " + vaccine
		if last := shots[shot]; last != "" && days(on(last), on(given)) < 27 && days(on(given), on(last)) < 27 || vaccine == "150" && last != "" && last[:4] == given[:4] {
			t.Errorf("%s: %s on %s and on %s", r.ID, vaccine, last, given)
		}
		shots[shot] = given
	}
	if atVisits < 60 {
		t.Errorf("%d were given at visits", atVisits)
	}
}

// Mothers are between 17 and 45 when a child is born, brothers and sisters a year apart,
// and whoever is married has a spouse who lives.
func TestFamilies(t *testing.T) {
	w := newWorld(sample(4000), func(Resource) bool { return true })
	w.directories()
	children := 0
	for number := range 900 {
		h := w.household(number)
		var last *person
		for place, p := range h.people {
			if !h.child(place) {
				if spouse := h.people[1-place%2]; p.marital == "M" && spouse.death != nil && p.death == nil {
					t.Errorf("%s is married to the dead", p.id)
				}
				continue
			}
			children++
			if mother := h.people[0]; mother.female() {
				if years := age(mother.birth, p.birth); years < 17 || years > 45 || mother.death != nil && p.birth.After(*mother.death) {
					t.Errorf("%s was born to somebody of %d years", p.id, years)
				}
			}
			if last != nil && days(last.birth, p.birth) < 300 && days(p.birth, last.birth) < 300 {
				t.Errorf("%s was born on %s, and %s on %s", last.id, date(last.birth), p.id, date(p.birth))
			}
			last = p
		}
	}
	if children < 300 {
		t.Errorf("%d children", children)
	}
}
