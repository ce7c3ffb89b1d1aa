package api

import (
	"encoding/json"
	"net/http"
	"time"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/store"
)

// metadata returns the CapabilityStatement (http.html#capabilities).
func (s *server) metadata(r *request) (*response, error) {
	r.typ = "CapabilityStatement"
	if err := r.takeMode(); err != nil {
		return nil, err
	}
	shown, err := r.readView()
	if err != nil {
		return nil, err
	}
	body, err := s.capabilities()
	if err != nil {
		return nil, err
	}
	body, err = shown.apply(r.typ, body)
	return &response{status: http.StatusOK, body: body}, err
}

// takeMode takes the parameter that says what the capabilities are to be about.
// R4 lets a server answer with the full statement whatever it says; whoever asks
// for something else had better hear that it is not there.
func (r *request) takeMode() error {
	switch mode, _ := r.take("mode"); mode {
	case "full", "":
		return nil
	case "normative", "terminology":
		return refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported, "mode=%s is not supported; leave mode out for the full CapabilityStatement", mode).at("http.mode")
	}
	return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "mode is full; leave it out for the same").at("http.mode")
}

// capabilityStatement tells what the table of routes, the registry of search
// parameters and the compartments hold; since is when they last changed.
func (s *server) capabilityStatement(config Config, since time.Time) ([]byte, error) {
	name, title := "Granary", "Granary FHIR R4 server"
	statement := fhir.CapabilityStatement{
		Status:         fhir.PublicationStatusActive,
		Name:           &name,
		Title:          &title,
		Date:           since.UTC().Format(store.InstantLayout),
		Kind:           fhir.CapabilityStatementKindInstance,
		Software:       &fhir.CapabilityStatementSoftware{Name: "Granary"},
		Implementation: &fhir.CapabilityStatementImplementation{Description: title, Url: &s.base},
		FhirVersion:    fhir.FHIRVersion4_0_1,
		Format:         []string{fhirJSON, "json"},
	}
	if config.Version != "" {
		statement.Software.Version = &config.Version
	}
	rest := fhir.CapabilityStatementRest{Mode: fhir.RestfulCapabilityModeServer}
	rest.Security = security(config)
	routes := s.routes()
	if serves(routes, "patch") {
		statement.PatchFormat = patchTypes
	}
	if err := s.describeTypes(&rest, routes); err != nil {
		return nil, err
	}
	if err := describeSystem(&rest, routes); err != nil {
		return nil, err
	}
	rest.SearchParam = s.commonParams()
	for _, compartment := range definitions.Compartments() {
		if len(s.compartments.Members(compartment.Code)) > 0 {
			rest.Compartment = append(rest.Compartment, compartment.URL)
		}
	}
	claimGuides(&statement, &rest, config)
	statement.Rest = []fhir.CapabilityStatementRest{rest}
	body, err := json.Marshal(statement)
	return tidied(body), err
}
