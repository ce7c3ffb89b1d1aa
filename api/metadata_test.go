package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

func capabilities(w *world) fhir.CapabilityStatement {
	w.Helper()
	got := w.get("", "/metadata")
	if got.status != 200 || !strings.HasPrefix(got.body, `{"resourceType":"CapabilityStatement",`) {
		w.Fatalf("%d %.200s", got.status, got.body)
	}
	var statement fhir.CapabilityStatement
	w.must(json.Unmarshal([]byte(got.body), &statement))
	return statement
}

// The statement says what the table, the registry and the compartments hold.
func TestCapabilities(t *testing.T) {
	w := newWorld(t)
	statement := capabilities(w)
	if statement.FhirVersion != fhir.FHIRVersion4_0_1 || statement.Kind != fhir.CapabilityStatementKindInstance ||
		*statement.Implementation.Url != base || *statement.Software.Version != "0.0-test" || !slices.Equal(statement.Format, []string{fhirJSON, "json"}) ||
		!slices.Equal(statement.PatchFormat, []string{"application/json-patch+json", "application/fhir+json"}) ||
		statement.Date != "2026-03-01T12:00:00.000Z" {
		t.Errorf("%+v", statement)
	}
	rest := statement.Rest[0]
	if code := *rest.Security.Service[0].Coding[0].Code; code != "SMART-on-FHIR" {
		t.Errorf("security service %s", code)
	}
	var system []string
	for _, i := range rest.Interaction {
		system = append(system, i.Code.Code())
	}
	if !slices.Equal(system, []string{"search-system", "history-system", "transaction", "batch"}) {
		t.Errorf("system interactions %v", system)
	}
	if want := []string{"http://hl7.org/fhir/CompartmentDefinition/device", "http://hl7.org/fhir/CompartmentDefinition/encounter", "http://hl7.org/fhir/CompartmentDefinition/patient", "http://hl7.org/fhir/CompartmentDefinition/practitioner", "http://hl7.org/fhir/CompartmentDefinition/relatedPerson"}; !slices.Equal(rest.Compartment, want) {
		t.Errorf("compartments %v", rest.Compartment)
	}
	registry := w.store.Registry()
	var types []string
	for _, resource := range rest.Resource {
		typ := resource.Type.Code()
		types = append(types, typ)
		var params []string
		for _, p := range resource.SearchParam {
			params = append(params, p.Name)
			known, ok := registry.Param(typ, p.Name)
			if !ok || string(known.Kind) != p.Type.Code() || known.URL != "" && *p.Definition != known.URL && *p.Definition != usCoreDefinition(typ, p.Name) {
				t.Errorf("%s: parameter %+v is %+v", typ, p, known)
			}
		}
		if len(params) != len(registry.Params(typ)) {
			t.Errorf("%s: %d parameters, want %d", typ, len(params), len(registry.Params(typ)))
		}
		var offered []string
		for _, o := range resource.Operation {
			offered = append(offered, o.Name+" "+o.Definition)
		}
		if want := append(slices.Clone(ownOperations[typ]),
			"validate http://hl7.org/fhir/OperationDefinition/Resource-validate", "meta http://hl7.org/fhir/OperationDefinition/Resource-meta"); !sameSet(offered, want) {
			t.Errorf("%s: operations %v, want %v", typ, offered, want)
		}
		if isRecord(resource) {
			continue
		}
		var interactions []string
		for _, i := range resource.Interaction {
			interactions = append(interactions, i.Code.Code())
		}
		if want := []string{"read", "vread", "create", "update", "delete", "history-instance", "search-type", "history-type", "patch"}; !slices.Equal(interactions, want) {
			t.Errorf("%s: interactions %v, want %v", typ, interactions, want)
		}
		if *resource.ConditionalCreate != true || *resource.ConditionalUpdate != true || *resource.ConditionalDelete != fhir.ConditionalDeleteStatusSingle ||
			*resource.ConditionalRead != fhir.ConditionalReadStatusFullSupport || *resource.Versioning != fhir.ResourceVersionPolicyVersioned ||
			*resource.ReadHistory != true || *resource.UpdateCreate != true {
			t.Errorf("%s: %+v", typ, resource)
		}
	}
	if !slices.Equal(types, registry.Types()) || len(types) < 140 {
		t.Errorf("%d types: %v", len(types), types)
	}
}

// What is advertised is served: each include of each type is accepted, and each
// parameter is one that a search takes.
func TestAdvertisedIsServed(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	statement := capabilities(w)
	for _, resource := range statement.Rest[0].Resource {
		if typ := resource.Type.Code(); slices.Contains([]string{"Patient", "Observation", "Encounter", "Location", "ValueSet", "Provenance"}, typ) {
			for _, include := range resource.SearchInclude {
				if got := w.get(all, "/"+typ+"?_include="+include); got.status != 200 {
					t.Errorf("_include=%s: %v", include, got)
				}
			}
			for _, include := range resource.SearchRevInclude {
				if got := w.get(all, "/"+typ+"?_revinclude="+include); got.status != 200 {
					t.Errorf("_revinclude=%s: %v", include, got)
				}
			}
			for _, p := range resource.SearchParam {
				got := w.get(all, "/"+typ+"?"+p.Name+":missing=true")
				if got.status != 200 && !strings.HasPrefix(p.Name, "_") && p.Type != fhir.SearchParamTypeComposite && p.Type != fhir.SearchParamTypeSpecial {
					t.Errorf("%s: %v", p.Name, got)
				}
				if strings.Contains(got.body, `"code":"not-supported"`) && !strings.Contains(got.body, "missing") {
					t.Errorf("%s is advertised and not supported: %s", p.Name, got.body)
				}
			}
		}
	}
}

// What is not in the table is not advertised.
func TestAdvertisedFollowsTheTable(t *testing.T) {
	w := newWorld(t)
	s := &server{registry: w.store.Registry(), compartments: w.store.Compartments()}
	resource, err := s.describeType("Patient", nil)
	w.must(err)
	if *resource.ConditionalCreate || *resource.ConditionalUpdate || *resource.ReadHistory || *resource.ConditionalDelete != fhir.ConditionalDeleteStatusNotSupported {
		t.Errorf("%+v", resource)
	}
	refused := s.routes()
	for i := range refused {
		refused[i].refusal = "not today"
	}
	if codes(refused, typeLevel) != nil || codes(refused, systemLevel) != nil || operations(refused, "Patient") != nil || serves(refused, "patch") {
		t.Error("what is refused is advertised")
	}
}

// Each advertised operation is served for its type, or for a resource of it.
func TestAdvertisedOperations(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	for _, resource := range capabilities(w).Rest[0].Resource {
		for _, o := range resource.Operation {
			ofType, ofOne := "/"+resource.Type.Code()+"/$"+o.Name, "/"+resource.Type.Code()+"/eve/$"+o.Name
			served := false
			for _, path := range []string{ofType, ofOne} {
				got := w.send(all, http.MethodPost, path, `{}`)
				served = served || !strings.Contains(got.body, `"code":"not-supported"`)
				if got.status >= 500 {
					t.Errorf("%s: %v", path, got)
				}
			}
			if !served {
				t.Errorf("%s and %s are advertised, and neither is served", ofType, ofOne)
			}
		}
	}
}

// The full statement is the only one; who asks for another is not given it.
func TestMetadataMode(t *testing.T) {
	w := newWorld(t)
	full := w.get("", "/metadata").body
	other := func(mode string) string {
		return oops("not-supported", "http.mode", "mode="+mode+" is not supported; leave mode out for the full CapabilityStatement")
	}
	unknown := oops("invalid", "http.mode", "mode is full; leave it out for the same")
	for query, want := range map[string]reply{
		"mode=full":                 {status: 200, body: full},
		"mode=":                     {status: 200, body: full},
		"mode=normative":            {status: 400, body: other("normative")},
		"mode=terminology":          {status: 400, body: other("terminology")},
		"mode=nonsense":             {status: 400, body: unknown},
		"mode=Full":                 {status: 400, body: unknown},
		"mode=full&_elements=bogus": {status: 400, body: oops("invalid", "http._elements", "search parameter _elements=bogus: CapabilityStatement has no element of this name at its top level")},
	} {
		w.is(query, w.get("", "/metadata?"+query), want.status, want.body)
	}
}

func TestMetadataIsPublicAndShaped(t *testing.T) {
	w := newWorld(t)
	w.is("xml", w.get("", "/metadata?_format=xml"), 406, oops("not-supported", "http._format", "this server writes FHIR R4 as JSON only: ask for application/fhir+json, or with _format=json"))
	if got := w.get("", "/metadata?_elements=status"); got.status != 200 || strings.Contains(got.body, `"software"`) || !strings.Contains(got.body, "SUBSETTED") {
		t.Errorf("_elements: %d %.300s", got.status, got.body)
	}
	if got := w.get("", "/metadata?nonsense=1"); got.status != 400 {
		t.Errorf("nonsense: %d", got.status)
	}
	off := newWorld(t, func(c *Config) { c.AuthOff = true })
	if capabilities(off).Rest[0].Security != nil {
		t.Error("security is advertised while it is off")
	}
}

// ownOperations are those of one type.
var ownOperations = map[string][]string{
	"Patient":           {"everything http://hl7.org/fhir/OperationDefinition/Patient-everything"},
	"Encounter":         {"everything http://hl7.org/fhir/OperationDefinition/Encounter-everything"},
	"DocumentReference": {"docref http://hl7.org/fhir/us/core/OperationDefinition/docref"},
	"Observation":       {"lastn http://hl7.org/fhir/OperationDefinition/Observation-lastn"},
}

// sameSet tells whether two lists have the same texts, each as often.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
