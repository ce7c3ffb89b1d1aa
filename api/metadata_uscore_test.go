package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/definitions"
)

// What is claimed of guides, and when.
func TestMetadataGuides(t *testing.T) {
	server := []string{usCoreServer, usCoreServer + "|6.1.0", usCoreServer + "|7.0.0"}
	guides := []string{usCoreGuide + "|6.1.0", usCoreGuide + "|7.0.0"}
	oauth := func(c *Config) { c.OAuth = &OAuthURIs{Token: "https://h/token"} }
	for name, c := range map[string]struct {
		change               func(*Config)
		instantiates, guides []string
	}{
		"tokens alone":             {func(*Config) {}, server, guides},
		"the authorization server": {oauth, server, append(slices.Clone(guides), smartGuide)},
		"everyone may do anything": {func(c *Config) { c.AuthOff = true }, nil, guides},
	} {
		got := capabilities(newWorld(t, c.change))
		if !slices.Equal(got.Instantiates, c.instantiates) || !slices.Equal(got.ImplementationGuide, c.guides) {
			t.Errorf("%s: instantiates %v by %v", name, got.Instantiates, got.ImplementationGuide)
		}
	}
}

func described(t *testing.T, rest fhir.CapabilityStatementRest, typ string) fhir.CapabilityStatementRestResource {
	t.Helper()
	for _, r := range rest.Resource {
		if r.Type.Code() == typ {
			return r
		}
	}
	t.Fatalf("%s is not described", typ)
	return fhir.CapabilityStatementRestResource{}
}

// A profile is named without version, and with each that has it.
func TestMetadataProfiles(t *testing.T) {
	rest := capabilities(newWorld(t)).Rest[0]
	url := usCoreProfiles + "us-core-"
	for typ, want := range map[string][]string{
		"Patient":       {url + "patient", url + "patient|6.1.0", url + "patient|7.0.0"},
		"Questionnaire": nil, // US Core names a profile of SDC, of which there is no package here
		"Binary":        nil,
	} {
		if got := described(t, rest, typ).SupportedProfile; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", typ, got, want)
		}
	}
	observation := described(t, rest, "Observation").SupportedProfile
	for profile, want := range map[string]bool{
		"blood-pressure": true, "blood-pressure|6.1.0": true, "blood-pressure|7.0.0": true,
		"average-blood-pressure": true, "average-blood-pressure|6.1.0": false, "average-blood-pressure|7.0.0": true,
	} {
		if slices.Contains(observation, url+profile) != want {
			t.Errorf("Observation supports %s: %t", profile, !want)
		}
	}
	if len(observation) != 22*3+3*2 { // 7.0.0 has three more
		t.Errorf("%d profiles of Observation", len(observation))
	}
}

// US Core's parameters have its definitions, others R4's.
func TestMetadataDefinitions(t *testing.T) {
	rest := capabilities(newWorld(t)).Rest[0]
	defined := 0
	for _, e := range definitions.USCoreServer() {
		if e.Kind != definitions.ExpectParam {
			continue
		}
		params := described(t, rest, e.Resource).SearchParam
		i := slices.IndexFunc(params, func(p fhir.CapabilityStatementRestResourceSearchParam) bool { return p.Name == e.Name })
		if i < 0 || *params[i].Definition != e.Definition || params[i].Type.Code() != e.Type {
			t.Errorf("%s.%s: %+v", e.Resource, e.Name, params)
		}
		defined++
	}
	if defined != 107 {
		t.Errorf("%d parameters were looked at", defined)
	}
	for name, want := range map[string]string{
		"category": "http://hl7.org/fhir/us/core/SearchParameter/us-core-observation-category",
		"method":   "http://hl7.org/fhir/SearchParameter/Observation-method",
	} {
		for _, p := range described(t, rest, "Observation").SearchParam {
			if p.Name == name && *p.Definition != want {
				t.Errorf("%s is defined by %s", name, *p.Definition)
			}
		}
	}
	for _, p := range rest.SearchParam {
		if !strings.HasPrefix(*p.Definition, "http://hl7.org/fhir/SearchParameter/") || p.Documentation == nil {
			t.Errorf("of all types: %+v", p)
		}
	}
}

func TestMetadataDocumentation(t *testing.T) {
	rest := capabilities(newWorld(t)).Rest[0]
	for param, want := range map[string]string{
		"Observation.status":              "[system|]code; :not :in :not-in :below :above :missing",
		"Observation.code":                "[system|]code; :not :in :not-in :text :below :above :missing",
		"Observation.date":                "date; prefixes eq ne gt lt ge le sa eb ap; :missing",
		"Observation.value-quantity":      "number[|system|code]; prefixes eq ne gt lt ge le sa eb ap; :missing",
		"Observation.code-value-quantity": "values of one element, with $ between",
		"Observation.subject":             "[type/]id or URL; chains; :[type] :identifier :below :above :missing",
		"Patient.name":                    "beginning, without regard to case and accents; :exact :contains :missing",
		"Location.near":                   "latitude|longitude[|distance|unit]",
		"ValueSet.url":                    "uri; :above :below :missing",
	} {
		typ, name, _ := strings.Cut(param, ".")
		for _, p := range described(t, rest, typ).SearchParam {
			if p.Name == name && *p.Documentation != want {
				t.Errorf("%s: %q, want %q", param, *p.Documentation, want)
			}
		}
	}
	for _, r := range rest.Resource {
		for _, p := range r.SearchParam {
			if common := strings.HasPrefix(p.Name, "_"); common == (p.Documentation != nil) {
				t.Errorf("%s.%s is documented: %t", r.Type.Code(), p.Name, !common)
			}
		}
	}
}

// Each modifier and prefix that is documented is taken, and others are not.
func TestDocumentedIsServed(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	rest := capabilities(w).Rest[0]
	modifiers := []string{":not", ":in", ":not-in", ":text", ":of-type", ":below", ":above", ":exact", ":contains", ":identifier", ":missing"}
	for _, typ := range []string{"Patient", "Observation", "Location", "ValueSet"} {
		for _, p := range described(t, rest, typ).SearchParam {
			if p.Documentation == nil {
				continue
			}
			words := strings.Fields(strings.ReplaceAll(*p.Documentation, ";", " "))
			for _, modifier := range modifiers {
				got := w.get(all, "/"+typ+"?"+p.Name+modifier+"=x")
				refused := got.status == 400 && strings.Contains(got.body, "has the modifier")
				if documented := slices.Contains(words, modifier); documented == refused {
					t.Errorf("%s.%s%s is documented: %t; %v", typ, p.Name, modifier, documented, got)
				}
			}
			value := map[fhir.SearchParamType]string{fhir.SearchParamTypeDate: "2020", fhir.SearchParamTypeNumber: "1", fhir.SearchParamTypeQuantity: "1"}[p.Type]
			for _, prefix := range []string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
				if documented := slices.Contains(words, prefix); documented != (value != "") {
					t.Errorf("%s.%s: prefix %s is documented: %t", typ, p.Name, prefix, documented)
				}
				if value == "" {
					continue
				}
				if got := w.get(all, "/"+typ+"?"+p.Name+"="+url.QueryEscape(prefix+value)); got.status != 200 {
					t.Errorf("%s.%s=%s%s: %v", typ, p.Name, prefix, value, got)
				}
			}
		}
	}
}

// Without something that a version of US Core demands, that version is not claimed.
func TestUSCoreIsClaimedAsAWhole(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		spoil func(*fhir.CapabilityStatementRestResource)
		typ   string
		want  []string
	}{
		"nothing is missing":        {func(*fhir.CapabilityStatementRestResource) {}, "Patient", []string{"6.1.0", "7.0.0"}},
		"a type":                    {func(r *fhir.CapabilityStatementRestResource) { r.Type = fhir.ResourceTypeBasic }, "Endpoint", []string{}},
		"a profile of both":         {func(r *fhir.CapabilityStatementRestResource) { r.SupportedProfile = r.SupportedProfile[1:] }, "Patient", []string{}},
		"an interaction":            {func(r *fhir.CapabilityStatementRestResource) { r.Interaction = nil }, "DiagnosticReport", []string{}},
		"a parameter":               {func(r *fhir.CapabilityStatementRestResource) { r.SearchParam = lacking(r.SearchParam, "name") }, "Location", []string{}},
		"a part of a combination":   {func(r *fhir.CapabilityStatementRestResource) { r.SearchParam = lacking(r.SearchParam, "intent") }, "MedicationRequest", []string{}},
		"what US Core does not ask": {func(r *fhir.CapabilityStatementRestResource) { r.SearchParam = lacking(r.SearchParam, "method") }, "Observation", []string{"6.1.0", "7.0.0"}},
		"a SHOULD":                  {func(r *fhir.CapabilityStatementRestResource) { r.SearchInclude = nil }, "CareTeam", []string{"6.1.0", "7.0.0"}},
		"a reverse include":         {func(r *fhir.CapabilityStatementRestResource) { r.SearchRevInclude = nil }, "CareTeam", []string{}},
		"an operation":              {func(r *fhir.CapabilityStatementRestResource) { r.Operation = nil }, "DocumentReference", []string{}},
		"a profile of 7.0.0": {func(r *fhir.CapabilityStatementRestResource) {
			r.SupportedProfile = slices.DeleteFunc(r.SupportedProfile, func(url string) bool { return strings.Contains(url, "care-experience-preference") })
		}, "Observation", []string{"6.1.0"}},
	} {
		rest := capabilities(w).Rest[0]
		for i := range rest.Resource {
			if rest.Resource[i].Type.Code() == c.typ {
				c.spoil(&rest.Resource[i])
			}
		}
		if got := usCoreServed(&rest); !slices.Equal(got, c.want) {
			t.Errorf("%s: claimed %v, want %v", name, got, c.want)
		}
	}
}

func lacking(params []fhir.CapabilityStatementRestResourceSearchParam, name string) []fhir.CapabilityStatementRestResourceSearchParam {
	return slices.DeleteFunc(params, func(p fhir.CapabilityStatementRestResourceSearchParam) bool { return p.Name == name })
}
