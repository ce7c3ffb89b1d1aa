package definitions

import (
	"cmp"
	"slices"
	"testing"
)

const searchParameterURL = "http://hl7.org/fhir/SearchParameter/"

func findParameter(t *testing.T, url string) SearchParameter {
	t.Helper()
	i := slices.IndexFunc(SearchParameters(), func(p SearchParameter) bool { return p.URL == url })
	if i < 0 {
		t.Fatalf("no search parameter %s", url)
	}
	return SearchParameters()[i]
}

func TestSearchParameterCounts(t *testing.T) {
	count := make(map[string]int)
	for _, p := range SearchParameters() {
		count[p.Source]++
	}
	if count["R4"] != 1375 || count["USCore"] != 7 {
		t.Errorf("parameters by source: %v, want R4's 1375 and 7 of US Core", count)
	}
}

func TestSearchParametersAreSorted(t *testing.T) {
	byURL := func(a, b SearchParameter) int { return cmp.Compare(a.URL, b.URL) }
	if !slices.IsSortedFunc(SearchParameters(), byURL) {
		t.Error("search parameters are not sorted by URL")
	}
}

func TestSearchParameterCodesAreUnique(t *testing.T) {
	urls := make(map[string]string)
	for _, p := range SearchParameters() {
		for _, base := range p.Base {
			key := base + "?" + p.Code
			if other, taken := urls[key]; taken {
				t.Errorf("%s is both %s and %s", key, other, p.URL)
			}
			urls[key] = p.URL
		}
	}
}

func TestSearchParametersNameKnownTypes(t *testing.T) {
	for _, p := range SearchParameters() {
		for _, name := range slices.Concat(p.Base, p.Target) {
			if _, ok := LookupStructure(name); !ok {
				t.Errorf("%s: unknown type %q", p.URL, name)
			}
		}
	}
}

func TestSearchParameterFields(t *testing.T) {
	got := findParameter(t, searchParameterURL+"Encounter-practitioner")
	want := SearchParameter{
		URL: searchParameterURL + "Encounter-practitioner", Code: "practitioner", Type: "reference",
		Base: []string{"Encounter"}, Target: []string{"Practitioner"}, Source: "R4",
		Expression: "Encounter.participant.individual.where(resolve() is Practitioner)",
	}
	if !equalParameters(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func equalParameters(a, b SearchParameter) bool {
	return a.URL == b.URL && a.Code == b.Code && a.Type == b.Type && a.Source == b.Source &&
		a.Expression == b.Expression && slices.Equal(a.Base, b.Base) &&
		slices.Equal(a.Target, b.Target) && slices.Equal(a.Components, b.Components)
}

func TestSearchParametersWithoutExpression(t *testing.T) {
	var codes []string
	for _, p := range SearchParameters() {
		if p.Expression == "" {
			codes = append(codes, p.Code)
		}
	}
	slices.Sort(codes)
	if want := []string{"_content", "_query", "_text"}; !slices.Equal(codes, want) {
		t.Errorf("got %v, want %v", codes, want)
	}
}

func TestComposite(t *testing.T) {
	got := findParameter(t, searchParameterURL+"Observation-code-value-quantity")
	want := []Component{
		{searchParameterURL + "clinical-code", "code"},
		{searchParameterURL + "Observation-value-quantity", "value.ofType(Quantity)"},
	}
	if got.Expression != "Observation" || !slices.Equal(got.Components, want) {
		t.Errorf("got %q %v, want %q %v", got.Expression, got.Components, "Observation", want)
	}
}

func TestComponentsAreDefined(t *testing.T) {
	for _, p := range SearchParameters() {
		if (p.Type == "composite") != (len(p.Components) > 1) {
			t.Errorf("%s of type %s has %d components", p.URL, p.Type, len(p.Components))
		}
		for _, c := range p.Components {
			findParameter(t, c.Definition)
		}
	}
}

// The npm package that the tables come from has these three and other targets.
func TestSearchParametersAreR4s(t *testing.T) {
	for _, id := range []string{"DetectedIssue-status", "DeviceDefinition-classification", "ServiceRequest-order-detail"} {
		for _, p := range SearchParameters() {
			if p.URL == searchParameterURL+id {
				t.Errorf("%s is not R4's", id)
			}
		}
	}
	targets := map[string][]string{
		"clinical-patient":      {"Patient", "Group"},
		"MeasureReport-subject": {"Practitioner", "Group", "Device", "Patient", "PractitionerRole", "RelatedPerson", "Location"},
	}
	for id, want := range targets {
		if got := findParameter(t, searchParameterURL+id).Target; !slices.Equal(got, want) {
			t.Errorf("targets of %s: %v, want %v", id, got, want)
		}
	}
}

// HL7's text has ofType(DateTime), and "name | alias" without the type.
func TestMisspelledExpressionsAreCorrected(t *testing.T) {
	date := findParameter(t, searchParameterURL+"Observation-code-value-date").Components[1].Expression
	if want := "value.ofType(dateTime) | value.ofType(Period)"; date != want {
		t.Errorf("got %q, want %q", date, want)
	}
	name := findParameter(t, searchParameterURL+"InsurancePlan-name").Expression
	if want := "InsurancePlan.name | InsurancePlan.alias"; name != want {
		t.Errorf("got %q, want %q", name, want)
	}
}

func TestUSCoreParameters(t *testing.T) {
	var got []string
	for _, p := range SearchParameters() {
		if p.Source == "USCore" {
			got = append(got, p.Base[0]+"?"+p.Code)
		}
	}
	slices.Sort(got)
	want := []string{
		"CareTeam?role", "Condition?asserted-date", "Encounter?discharge-disposition", "Goal?description",
		"Patient?ethnicity", "Patient?gender-identity", "Patient?race",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// US Core 6.1.0 has valueDateTime, which FHIRPath does not.
func TestUSCoreParameterIsTheLaterVersions(t *testing.T) {
	p := findParameter(t, "http://hl7.org/fhir/us/core/SearchParameter/us-core-condition-asserted-date")
	want := "Condition.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate').value"
	if p.Expression != want {
		t.Errorf("got %q, want %q", p.Expression, want)
	}
}
