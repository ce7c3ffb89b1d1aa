package validation

import "testing"

// vitalSigns is an Observation as most are.
const vitalSigns = `{"resourceType":"Observation","id":"bp-1",
	"meta":{"versionId":"1","lastUpdated":"2024-03-05T10:15:00.000+01:00","profile":["http://hl7.org/fhir/StructureDefinition/bp"]},
	"identifier":[{"system":"http://example.org/obs","value":"4711"}],
	"status":"final",
	"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],
	"code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}],"text":"Blood pressure"},
	"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},
	"effectiveDateTime":"2024-03-05T10:15:00+01:00","issued":"2024-03-05T10:15:00.000+01:00",
	"performer":[{"reference":"Practitioner/d1","display":"Dr. Ada"}],
	"component":[
		{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},
		 "valueQuantity":{"value":120.0,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
		{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4","display":"Diastolic"}]},
		 "valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}`

func BenchmarkResource(b *testing.B) {
	n := parse(b, vitalSigns)
	structures()
	b.ReportAllocs()
	for b.Loop() {
		if issues := Resource("Observation", n); issues != nil {
			b.Fatal(issues)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	structures()
	for b.Loop() {
		compile()
	}
}

// A write of what is valid costs no memory but the checker's own.
func TestValidCostsNothing(t *testing.T) {
	n := parse(t, vitalSigns)
	if allocations := testing.AllocsPerRun(100, func() { Resource("Observation", n) }); allocations > 1 {
		t.Errorf("%v allocations", allocations)
	}
}
