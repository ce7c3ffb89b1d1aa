package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What the npm package changed in R4 is undone here. The list was made by comparing it
// with HL7's package hl7.fhir.r4.core 4.0.1. Each correction must apply, so that
// none outlives a change of the source.

// addedStructure is R4B's.
const addedStructure = "SubscriptionStatus"

// addedElements are not R4's; each goes with all that is in it. Some are a later
// version's, those of Meta the package's own.
var addedElements = []string{
	"Binary.url",
	"DeviceDefinition.bodySite",
	"DeviceDefinition.classification",
	"EvidenceVariable.characteristic.definitionByCombination",
	"EvidenceVariable.characteristic.definitionByTypeAndValue",
	"EvidenceVariable.characteristic.definitionCanonical",
	"EvidenceVariable.characteristic.definitionCodeableConcept",
	"EvidenceVariable.characteristic.definitionExpression",
	"EvidenceVariable.characteristic.definitionId",
	"EvidenceVariable.characteristic.definitionReference",
	"EvidenceVariable.characteristic.duration[x]",
	"EvidenceVariable.characteristic.instances[x]",
	"EvidenceVariable.characteristic.linkId",
	"EvidenceVariable.characteristic.note",
	"EvidenceVariable.characteristic.timeFromEvent",
	"HealthcareService.offeredIn",
	"Meta.account",
	"Meta.accounts",
	"Meta.author",
	"Meta.compartment",
	"Meta.deleted",
	"Meta.onBehalfOf",
	"Meta.project",
	"ObservationDefinition.publisher",
	"ResearchStudy.associatedParty",
	"ResearchStudy.classifier",
	"ResearchStudy.comparisonGroup",
	"ResearchStudy.descriptionSummary",
	"ResearchStudy.label",
	"ResearchStudy.name",
	"ResearchStudy.objective.description",
	"ResearchStudy.outcomeMeasure",
	"ResearchStudy.progressStatus",
	"ResearchStudy.recruitment",
	"ResearchStudy.region",
	"ResearchStudy.result",
	"ResearchStudy.studyDesign",
	"ResearchStudy.whyStopped",
}

// minimums are cardinalities that the package lowered for elements that have no
// data element to restore them from.
var minimums = map[string]int{"EvidenceVariable.characteristic": 1}

// addedParameters are not R4's.
var addedParameters = []string{
	"http://hl7.org/fhir/SearchParameter/DetectedIssue-status",
	"http://hl7.org/fhir/SearchParameter/DeviceDefinition-classification",
	"http://hl7.org/fhir/SearchParameter/ServiceRequest-order-detail",
}

// targets are R4's, where the package has others.
var targets = map[string][]string{
	"http://hl7.org/fhir/SearchParameter/MeasureReport-subject": {
		"Practitioner", "Group", "Device", "Patient", "PractitionerRole", "RelatedPerson", "Location",
	},
	"http://hl7.org/fhir/SearchParameter/clinical-patient": {"Patient", "Group"},
}

// misspelled are errors of HL7's own, which would make a parameter select
// nothing: a type that R4 does not have, and branches that do not begin with
// the type that they belong to, as all others do.
var misspelled = map[string]*strings.Replacer{
	"http://hl7.org/fhir/SearchParameter/InsurancePlan-name":          strings.NewReplacer("name | alias", "InsurancePlan.name | InsurancePlan.alias"),
	"http://hl7.org/fhir/SearchParameter/Observation-code-value-date": strings.NewReplacer("ofType(DateTime)", "ofType(dateTime)"),
}

// correctStructures returns R4's types, as HL7 published them.
func correctStructures(profiles, dataElementDefinitions []structureDefinition) ([]structureDefinition, error) {
	published := newDataElements(dataElementDefinitions)
	pending := newPending(addedElements, slices.Collect(maps.Keys(minimums)), []string{addedStructure})
	var types []structureDefinition
	for _, definition := range profiles {
		if !definition.isType() {
			continue
		}
		if definition.Name == addedStructure {
			pending.done(addedStructure)
			continue
		}
		elements := withoutAdditions(definition.Snapshot.Element, pending)
		elements = published.restore(elements)
		raiseMinimums(elements, pending)
		definition.Snapshot.Element = elements
		types = append(types, definition)
	}
	return types, pending.err()
}

func withoutAdditions(elements []elementDefinition, pending pendingCorrections) []elementDefinition {
	return slices.DeleteFunc(elements, func(e elementDefinition) bool {
		for _, added := range addedElements {
			if e.Path == added || strings.HasPrefix(e.Path, added+".") {
				pending.done(added)
				return true
			}
		}
		return false
	})
}

func raiseMinimums(elements []elementDefinition, pending pendingCorrections) {
	for i := range elements {
		e := &elements[i]
		if low, ok := minimums[e.Path]; ok && e.Min < low {
			e.Min = low
			pending.done(e.Path)
		}
	}
}

// correctSearchParameters returns R4's search parameters, as HL7 published them
// but for ofType() and the misspelled ones.
func correctSearchParameters(parameters []searchParameter) ([]searchParameter, error) {
	pending := newPending(addedParameters, slices.Collect(maps.Keys(targets)), slices.Collect(maps.Keys(misspelled)))
	var corrected []searchParameter
	for _, p := range parameters {
		if slices.Contains(addedParameters, p.URL) {
			pending.done(p.URL)
			continue
		}
		if published, ok := targets[p.URL]; ok && !slices.Equal(published, p.Target) {
			p.Target = published
			pending.done(p.URL)
		}
		if spelling, ok := misspelled[p.URL]; ok && respell(&p, spelling) {
			pending.done(p.URL)
		}
		corrected = append(corrected, p)
	}
	return corrected, pending.err()
}

// respell corrects the parameter's expressions and reports whether any changed.
func respell(p *searchParameter, spelling *strings.Replacer) bool {
	expressions := []*string{&p.Expression}
	for i := range p.Component {
		expressions = append(expressions, &p.Component[i].Expression)
	}
	changed := false
	for _, expression := range expressions {
		corrected := spelling.Replace(*expression)
		changed = changed || corrected != *expression
		*expression = corrected
	}
	return changed
}

// pendingCorrections are the corrections that have not been applied yet.
type pendingCorrections map[string]bool

func newPending(names ...[]string) pendingCorrections {
	pending := make(pendingCorrections)
	for _, name := range slices.Concat(names...) {
		pending[name] = true
	}
	return pending
}

func (p pendingCorrections) done(name string) {
	delete(p, name)
}

func (p pendingCorrections) err() error {
	if len(p) == 0 {
		return nil
	}
	return fmt.Errorf("nothing to correct at %s", strings.Join(slices.Sorted(maps.Keys(p)), ", "))
}
