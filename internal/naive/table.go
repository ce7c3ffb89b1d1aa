package naive

import (
	"fmt"
	"regexp"
	"strings"
)

// table holds, for each type, its parameters: name, kind, and where its values
// are, as datatype@path. A Reference may name the only type it is taken for, a
// code the code system that its binding implies. A composite has the element by
// which it groups and its parts: element@datatype:path$datatype:path.
const table = `
*
_id token id@id
_lastUpdated date date@meta.lastUpdated
_tag token Coding@meta.tag
_security token Coding@meta.security
_profile uri uri@meta.profile
_source uri uri@meta.source

Patient
active token boolean@active
` + addressed + `birthdate date date@birthDate
death-date date date@deceasedDateTime
deceased token deceased@
email token ContactPoint@telecom[system=email]
family string string@name.family
gender token code(http://hl7.org/fhir/administrative-gender)@gender
general-practitioner reference Reference@generalPractitioner
given string string@name.given
identifier token Identifier@identifier
language token CodeableConcept@communication.language
link reference Reference@link.other
name string HumanName@name
organization reference Reference@managingOrganization
phone token ContactPoint@telecom[system=phone]
phonetic string HumanName@name
telecom token ContactPoint@telecom
race token code@extension[url=http://hl7.org/fhir/us/core/StructureDefinition/us-core-race].extension.valueCoding.code
ethnicity token code@extension[url=http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity].extension.valueCoding.code

Practitioner
active token boolean@active
` + addressed + `communication token CodeableConcept@communication
email token ContactPoint@telecom[system=email]
family string string@name.family
gender token code(http://hl7.org/fhir/administrative-gender)@gender
given string string@name.given
identifier token Identifier@identifier
name string HumanName@name
phone token ContactPoint@telecom[system=phone]
phonetic string HumanName@name
telecom token ContactPoint@telecom

Organization
active token boolean@active
` + addressed + `endpoint reference Reference@endpoint
identifier token Identifier@identifier
name string string@name string@alias
partof reference Reference@partOf
phonetic string string@name
type token CodeableConcept@type

Encounter
account reference Reference@account
appointment reference Reference@appointment
based-on reference Reference@basedOn
class token Coding@class
date date Period@period
diagnosis reference Reference@diagnosis.condition
episode-of-care reference Reference@episodeOfCare
identifier token Identifier@identifier
length quantity Quantity@length
location reference Reference@location.location
location-period date Period@location.period
part-of reference Reference@partOf
participant reference Reference@participant.individual
participant-type token CodeableConcept@participant.type
patient reference Reference(Patient)@subject
practitioner reference Reference(Practitioner)@participant.individual
reason-code token CodeableConcept@reasonCode
reason-reference reference Reference@reasonReference
service-provider reference Reference@serviceProvider
special-arrangement token CodeableConcept@hospitalization.specialArrangement
status token code(http://hl7.org/fhir/encounter-status)@status
subject reference Reference@subject
type token CodeableConcept@type

Condition
abatement-age quantity Quantity@abatementAge
abatement-date date date@abatementDateTime Period@abatementPeriod
abatement-string string string@abatementString
asserter reference Reference@asserter
body-site token CodeableConcept@bodySite
category token CodeableConcept@category
clinical-status token CodeableConcept@clinicalStatus
code token CodeableConcept@code
encounter reference Reference@encounter
evidence token CodeableConcept@evidence.code
evidence-detail reference Reference@evidence.detail
identifier token Identifier@identifier
onset-age quantity Quantity@onsetAge
onset-date date date@onsetDateTime Period@onsetPeriod
onset-info string string@onsetString
patient reference Reference(Patient)@subject
recorded-date date date@recordedDate
severity token CodeableConcept@severity
stage token CodeableConcept@stage.summary
subject reference Reference@subject
verification-status token CodeableConcept@verificationStatus

MedicationRequest
authoredon date date@authoredOn
category token CodeableConcept@category
code token CodeableConcept@medicationCodeableConcept
date date date@dosageInstruction.timing.event
encounter reference Reference@encounter
identifier token Identifier@identifier
intended-dispenser reference Reference@dispenseRequest.performer
intended-performer reference Reference@performer
intended-performertype token CodeableConcept@performerType
intent token code(http://hl7.org/fhir/CodeSystem/medicationrequest-intent)@intent
medication reference Reference@medicationReference
patient reference Reference(Patient)@subject
priority token code(http://hl7.org/fhir/request-priority)@priority
requester reference Reference@requester
status token code(http://hl7.org/fhir/CodeSystem/medicationrequest-status)@status
subject reference Reference@subject

Claim
care-team reference Reference@careTeam.provider
created date date@created
encounter reference Reference@item.encounter
enterer reference Reference@enterer
facility reference Reference@facility
identifier token Identifier@identifier
insurer reference Reference@insurer
patient reference Reference@patient
payee reference Reference@payee.party
priority token CodeableConcept@priority
provider reference Reference@provider
status token code(http://hl7.org/fhir/fm-status)@status
use token code(http://hl7.org/fhir/claim-use)@use

ExplanationOfBenefit
care-team reference Reference@careTeam.provider
claim reference Reference@claim
coverage reference Reference@insurance.coverage
created date date@created
disposition string string@disposition
encounter reference Reference@item.encounter
enterer reference Reference@enterer
facility reference Reference@facility
identifier token Identifier@identifier
patient reference Reference@patient
payee reference Reference@payee.party
provider reference Reference@provider
status token code(http://hl7.org/fhir/explanationofbenefit-status)@status

Observation
based-on reference Reference@basedOn
category token CodeableConcept@category
code token CodeableConcept@code
code-value-concept composite @CodeableConcept:code$CodeableConcept:valueCodeableConcept
code-value-date composite @CodeableConcept:code$date:valueDateTime|Period:valuePeriod
code-value-quantity composite @CodeableConcept:code$Quantity:valueQuantity
code-value-string composite @CodeableConcept:code$string:valueString
combo-code token CodeableConcept@code CodeableConcept@component.code
combo-code-value-concept composite @CodeableConcept:code$CodeableConcept:valueCodeableConcept component@CodeableConcept:code$CodeableConcept:valueCodeableConcept
combo-code-value-quantity composite @CodeableConcept:code$Quantity:valueQuantity component@CodeableConcept:code$Quantity:valueQuantity
combo-data-absent-reason token CodeableConcept@dataAbsentReason CodeableConcept@component.dataAbsentReason
combo-value-concept token CodeableConcept@valueCodeableConcept CodeableConcept@component.valueCodeableConcept
combo-value-quantity quantity Quantity@valueQuantity Quantity@component.valueQuantity
component-code token CodeableConcept@component.code
component-code-value-concept composite component@CodeableConcept:code$CodeableConcept:valueCodeableConcept
component-code-value-quantity composite component@CodeableConcept:code$Quantity:valueQuantity
component-data-absent-reason token CodeableConcept@component.dataAbsentReason
component-value-concept token CodeableConcept@component.valueCodeableConcept
component-value-quantity quantity Quantity@component.valueQuantity
data-absent-reason token CodeableConcept@dataAbsentReason
date date date@effectiveDateTime Period@effectivePeriod date@effectiveInstant
derived-from reference Reference@derivedFrom
device reference Reference@device
encounter reference Reference@encounter
focus reference Reference@focus
has-member reference Reference@hasMember
identifier token Identifier@identifier
method token CodeableConcept@method
part-of reference Reference@partOf
patient reference Reference(Patient)@subject
performer reference Reference@performer
specimen reference Reference@specimen
status token code(http://hl7.org/fhir/observation-status)@status
subject reference Reference@subject
value-concept token CodeableConcept@valueCodeableConcept
value-date date date@valueDateTime Period@valuePeriod
value-quantity quantity Quantity@valueQuantity
value-string string string@valueString string@valueCodeableConcept.text

Procedure
based-on reference Reference@basedOn
category token CodeableConcept@category
code token CodeableConcept@code
date date date@performedDateTime Period@performedPeriod
encounter reference Reference@encounter
identifier token Identifier@identifier
instantiates-canonical reference canonical@instantiatesCanonical
instantiates-uri uri uri@instantiatesUri
location reference Reference@location
part-of reference Reference@partOf
patient reference Reference(Patient)@subject
performer reference Reference@performer.actor
reason-code token CodeableConcept@reasonCode
reason-reference reference Reference@reasonReference
status token code(http://hl7.org/fhir/event-status)@status
subject reference Reference@subject

Immunization
date date date@occurrenceDateTime
identifier token Identifier@identifier
location reference Reference@location
lot-number string string@lotNumber
manufacturer reference Reference@manufacturer
patient reference Reference@patient
performer reference Reference@performer.actor
reaction reference Reference@reaction.detail
reaction-date date date@reaction.date
reason-code token CodeableConcept@reasonCode
reason-reference reference Reference@reasonReference
series string string@protocolApplied.series
status token code(http://hl7.org/fhir/event-status)@status
status-reason token CodeableConcept@statusReason
target-disease token CodeableConcept@protocolApplied.targetDisease
vaccine-code token CodeableConcept@vaccineCode

DiagnosticReport
based-on reference Reference@basedOn
category token CodeableConcept@category
code token CodeableConcept@code
conclusion token CodeableConcept@conclusionCode
date date date@effectiveDateTime Period@effectivePeriod
encounter reference Reference@encounter
identifier token Identifier@identifier
issued date date@issued
media reference Reference@media.link
patient reference Reference(Patient)@subject
performer reference Reference@performer
result reference Reference@result
results-interpreter reference Reference@resultsInterpreter
specimen reference Reference@specimen
status token code(http://hl7.org/fhir/diagnostic-report-status)@status
subject reference Reference@subject

CarePlan
activity-code token CodeableConcept@activity.detail.code
activity-date date Period@activity.detail.scheduledPeriod
activity-reference reference Reference@activity.reference
based-on reference Reference@basedOn
care-team reference Reference@careTeam
category token CodeableConcept@category
condition reference Reference@addresses
date date Period@period
encounter reference Reference@encounter
goal reference Reference@goal
identifier token Identifier@identifier
instantiates-canonical reference canonical@instantiatesCanonical
instantiates-uri uri uri@instantiatesUri
intent token code(http://hl7.org/fhir/request-intent)@intent
part-of reference Reference@partOf
patient reference Reference(Patient)@subject
performer reference Reference@activity.detail.performer
replaces reference Reference@replaces
status token code(http://hl7.org/fhir/request-status)@status
subject reference Reference@subject

Goal
achievement-status token CodeableConcept@achievementStatus
category token CodeableConcept@category
identifier token Identifier@identifier
lifecycle-status token code(http://hl7.org/fhir/goal-status)@lifecycleStatus
patient reference Reference(Patient)@subject
start-date date date@startDate
subject reference Reference@subject
target-date date date@target.dueDate

AllergyIntolerance
asserter reference Reference@asserter
category token code(http://hl7.org/fhir/allergy-intolerance-category)@category
clinical-status token CodeableConcept@clinicalStatus
code token CodeableConcept@code CodeableConcept@reaction.substance
criticality token code(http://hl7.org/fhir/allergy-intolerance-criticality)@criticality
date date date@recordedDate
identifier token Identifier@identifier
last-date date date@lastOccurrence
manifestation token CodeableConcept@reaction.manifestation
onset date date@reaction.onset
patient reference Reference@patient
recorder reference Reference@recorder
route token CodeableConcept@reaction.exposureRoute
severity token code(http://hl7.org/fhir/reaction-event-severity)@reaction.severity
type token code(http://hl7.org/fhir/allergy-intolerance-type)@type
verification-status token CodeableConcept@verificationStatus

ImagingStudy
basedon reference Reference@basedOn
bodysite token Coding@series.bodySite
dicom-class token Coding@series.instance.sopClass
encounter reference Reference@encounter
endpoint reference Reference@endpoint Reference@series.endpoint
identifier token Identifier@identifier
instance token code@series.instance.uid
interpreter reference Reference@interpreter
modality token Coding@series.modality
patient reference Reference(Patient)@subject
performer reference Reference@series.performer.actor
reason token CodeableConcept@reasonCode
referrer reference Reference@referrer
series token code@series.uid
started date date@started
status token code(http://hl7.org/fhir/imagingstudy-status)@status
subject reference Reference@subject

RiskAssessment
condition reference Reference@condition
date date date@occurrenceDateTime
encounter reference Reference@encounter
identifier token Identifier@identifier
method token CodeableConcept@method
patient reference Reference(Patient)@subject
performer reference Reference@performer
probability number decimal@prediction.probabilityDecimal
risk token CodeableConcept@prediction.qualitativeRisk
subject reference Reference@subject

Location
` + addressed + `endpoint reference Reference@endpoint
identifier token Identifier@identifier
name string string@name string@alias
operational-status token Coding@operationalStatus
organization reference Reference@managingOrganization
partof reference Reference@partOf
status token code(http://hl7.org/fhir/location-status)@status
type token CodeableConcept@type

List
code token CodeableConcept@code
date date date@date
empty-reason token CodeableConcept@emptyReason
encounter reference Reference@encounter
identifier token Identifier@identifier
item reference Reference@entry.item
patient reference Reference(Patient)@subject
source reference Reference@source
status token code(http://hl7.org/fhir/list-status)@status
subject reference Reference@subject
title string string@title

ValueSet
code token code@expansion.contains.code code@compose.include.concept.code
description string string@description
expansion uri uri@expansion.identifier
identifier token Identifier@identifier
jurisdiction token CodeableConcept@jurisdiction
publisher string string@publisher
reference uri uri@compose.include.system
url uri uri@url
name string string@name
title string string@title
status token code(http://hl7.org/fhir/publication-status)@status
date date date@date
version token code@version
`

// addressed are the parameters of what has an address.
const addressed = `address string Address@address
address-city string string@address.city
address-country string string@address.country
address-postalcode string string@address.postalCode
address-state string string@address.state
address-use token code(http://hl7.org/fhir/address-use)@address.use
`

// param is one parameter of one type.
type param struct {
	typ, code, kind string
	sources         []source
	groups          []group // of a composite
}

// source is where values are, and of which datatype.
type source struct {
	datatype, path string
	only           string // the one type a Reference must point to, or the system of a code
}

// group is an element of a composite and where its parts are.
type group struct {
	path  string
	parts [][]source
}

var params = readTable(table + moreTypes)

func readTable(text string) map[string]map[string]*param {
	all := map[string]map[string]*param{}
	typ := ""
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch len(fields) {
		case 0:
		case 1:
			typ = fields[0]
			all[typ] = map[string]*param{}
		default:
			p := &param{typ: typ, code: fields[0], kind: fields[1]}
			for _, field := range fields[2:] {
				p.add(field)
			}
			all[typ][p.code] = p
		}
	}
	return all
}

func (p *param) add(field string) {
	datatype, path, _ := strings.Cut(field, "@")
	if p.kind != "composite" {
		p.sources = append(p.sources, newSource(datatype, path))
		return
	}
	g := group{path: datatype}
	for _, part := range strings.Split(path, "$") {
		var sources []source
		for _, choice := range strings.Split(part, "|") {
			datatype, path, _ := strings.Cut(choice, ":")
			sources = append(sources, newSource(datatype, path))
		}
		g.parts = append(g.parts, sources)
	}
	p.groups = append(p.groups, g)
}

var restricted = regexp.MustCompile(`^(\w+)\((.+)\)$`)

func newSource(datatype, path string) source {
	if m := restricted.FindStringSubmatch(datatype); m != nil {
		return source{m[1], path, m[2]}
	}
	return source{datatype: datatype, path: path}
}

// lookup is the parameter of a type, the common ones included.
func lookup(typ, code string) (*param, error) {
	if p := params[typ][code]; p != nil {
		return p, nil
	}
	if p := params["*"][code]; p != nil {
		return p, nil
	}
	if p := searches[typ][code]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("the oracle does not know the parameter %s of %s", code, typ)
}

// Params are the names of the type's parameters of a kind, the common ones not
// included.
func Params(typ, kind string) []string { return paramNames[kind][typ] }

// paramNames are the names of the parameters of each kind and type: in the order of the first
// line of the tables that has the name, the same on each run.
var paramNames = func() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for line := range strings.Lines(table + moreTypes) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kind := fields[1]
		if all[kind] == nil {
			all[kind] = map[string][]string{}
		}
		for typ := range params {
			if p := params[typ][fields[0]]; p != nil && p.kind == kind && !contains(all[kind][typ], p.code) {
				all[kind][typ] = append(all[kind][typ], p.code)
			}
		}
	}
	return all
}()

func contains(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}
