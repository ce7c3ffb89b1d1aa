package definitions

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The table says what the rows of two who read the packages on their own say.
func TestUSCoreServerAgainstSpecTables(t *testing.T) {
	for _, version := range USCoreVersions() {
		path := "../../../shared/spec/us-core-" + version + "-search.tsv"
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			t.Skipf("no %s", path)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		reader := csv.NewReader(file)
		reader.Comma, reader.LazyQuotes = '\t', true
		records, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, r := range records[1:] {
			resource, kind, name := r[0], r[4], r[5]
			want[resource+" resource "] = r[1]
			for interaction := range strings.FieldsSeq(r[3]) {
				code, strength, _ := strings.Cut(interaction, ":")
				want[resource+" interaction "+code] = strength
			}
			if kind == "none" {
				continue
			}
			columns := []string{r[7], r[8], "", strings.TrimPrefix(r[9], "true:"), strings.TrimPrefix(r[10], "true:"), r[11], r[12]}
			if kind == "param" {
				columns[2] = r[6]
			}
			want[resource+" "+kind+" "+name] = strings.TrimRight(strings.Join(columns, " "), " ")
		}
		got := map[string]string{}
		for _, e := range USCoreServer() {
			if e.In(version) && e.Kind != ExpectProfile {
				got[e.Resource+" "+e.Kind+" "+e.Name] = inWords(e)
			}
		}
		for key := range got {
			if strings.Contains(key, " operation ") { // of which the other table has no definition
				got[key], _, _ = strings.Cut(got[key], " ")
				want[key], _, _ = strings.Cut(want[key], " ")
			}
		}
		if !reflect.DeepEqual(got, want) {
			for key := range want {
				if got[key] != want[key] {
					t.Errorf("%s %s: %q, the spec table has %q", version, key, got[key], want[key])
				}
			}
			for key := range got {
				if _, ok := want[key]; !ok {
					t.Errorf("%s %s: not in the spec table", version, key)
				}
			}
		}
	}
}

func inWords(e Expectation) string {
	codes := func(all []ExpectedCode) string {
		var words []string
		for _, c := range all {
			words = append(words, c.Code+":"+c.Strength)
		}
		return strings.Join(words, " ")
	}
	return strings.TrimRight(strings.Join([]string{e.Strength, e.Definition, e.Type, e.MultipleOr, e.MultipleAnd, codes(e.Comparators), codes(e.Modifiers)}, " "), " ")
}

// Rows as they stand in US Core's CapabilityStatement and SearchParameters.
func TestUSCoreServer(t *testing.T) {
	const url = "http://hl7.org/fhir/us/core/SearchParameter/us-core-"
	both := []string{"6.1.0", "7.0.0"}
	comparators := []ExpectedCode{{"eq", "MAY"}, {"ne", "MAY"}, {"gt", "SHALL"}, {"ge", "SHALL"}, {"lt", "SHALL"}, {"le", "SHALL"}, {"sa", "MAY"}, {"eb", "MAY"}, {"ap", "MAY"}}
	for _, want := range []Expectation{
		{Versions: both, Resource: "Endpoint", Kind: ExpectResource, Strength: "SHALL"},
		{Versions: both, Resource: "Patient", Kind: ExpectProfile, Name: "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", Strength: "SHALL"},
		{Versions: []string{"7.0.0"}, Resource: "Observation", Kind: ExpectProfile, Name: "http://hl7.org/fhir/us/core/StructureDefinition/us-core-average-blood-pressure", Strength: "SHALL"},
		{Versions: both, Resource: "CarePlan", Kind: ExpectParam, Name: "date", Strength: "MAY", Definition: url + "careplan-date", Type: "date", MultipleOr: "MAY", MultipleAnd: "SHOULD", Comparators: comparators},
		{Versions: both, Resource: "PractitionerRole", Kind: ExpectParam, Name: "practitioner", Strength: "SHALL", Definition: url + "practitionerrole-practitioner", Type: "reference", MultipleOr: "MAY", MultipleAnd: "MAY", Chains: []ExpectedCode{{"identifier", "SHALL"}, {"name", "SHALL"}}},
		{Versions: []string{"7.0.0"}, Resource: "Condition", Kind: ExpectCombination, Name: "patient+_lastUpdated", Strength: "SHOULD"},
		{Versions: both, Resource: "DocumentReference", Kind: ExpectOperation, Name: "$docref", Strength: "SHALL", Definition: "http://hl7.org/fhir/us/core/OperationDefinition/docref"},
		{Versions: both, Resource: "DocumentReference", Kind: ExpectInteraction, Name: "create", Strength: "SHALL"},
	} {
		if !slices.ContainsFunc(USCoreServer(), func(e Expectation) bool { return reflect.DeepEqual(e, want) }) {
			t.Errorf("not in the table: %+v", want)
		}
	}
}
