package naive

// searches are the parameters of the table below.
var searches = readTable(moreSearches)

// moreSearches are parameters that US Core names, of types of which the oracle does
// not know what scopes show of them, and those that US Core adds to others. It answers
// searches by them, and makes up none.
const moreSearches = `
Patient
gender-identity token code@extension[url=http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity].valueCodeableConcept.coding.code

Encounter
discharge-disposition token CodeableConcept@hospitalization.dischargeDisposition

Condition
asserted-date date date@extension[url=http://hl7.org/fhir/StructureDefinition/condition-assertedDate].valueDateTime

Goal
description token CodeableConcept@description

Coverage
beneficiary reference Reference@beneficiary
class-type token CodeableConcept@class.type
class-value string string@class.value
dependent string string@dependent
identifier token Identifier@identifier
patient reference Reference@beneficiary
payor reference Reference@payor
policy-holder reference Reference@policyHolder
status token code(http://hl7.org/fhir/fm-status)@status
subscriber reference Reference@subscriber
type token CodeableConcept@type

MedicationDispense
code token CodeableConcept@medicationCodeableConcept
context reference Reference@context
destination reference Reference@destination
identifier token Identifier@identifier
medication reference Reference@medicationReference
patient reference Reference(Patient)@subject
performer reference Reference@performer.actor
prescription reference Reference@authorizingPrescription
receiver reference Reference@receiver
responsibleparty reference Reference@substitution.responsibleParty
status token code(http://terminology.hl7.org/CodeSystem/medicationdispense-status)@status
subject reference Reference@subject
type token CodeableConcept@type
whenhandedover date date@whenHandedOver
whenprepared date date@whenPrepared

QuestionnaireResponse
author reference Reference@author
authored date date@authored
based-on reference Reference@basedOn
encounter reference Reference@encounter
identifier token Identifier@identifier
part-of reference Reference@partOf
patient reference Reference(Patient)@subject
questionnaire reference canonical@questionnaire
source reference Reference@source
status token code(http://hl7.org/fhir/questionnaire-answers-status)@status
subject reference Reference@subject

ServiceRequest
authored date date@authoredOn
based-on reference Reference@basedOn
body-site token CodeableConcept@bodySite
category token CodeableConcept@category
code token CodeableConcept@code
encounter reference Reference@encounter
identifier token Identifier@identifier
intent token code(http://hl7.org/fhir/request-intent)@intent
patient reference Reference(Patient)@subject
performer reference Reference@performer
priority token code(http://hl7.org/fhir/request-priority)@priority
replaces reference Reference@replaces
requester reference Reference@requester
requisition token Identifier@requisition
specimen reference Reference@specimen
status token code(http://hl7.org/fhir/request-status)@status
subject reference Reference@subject

Specimen
accession token Identifier@accessionIdentifier
bodysite token CodeableConcept@collection.bodySite
collected date date@collection.collectedDateTime Period@collection.collectedPeriod
collector reference Reference@collection.collector
container token CodeableConcept@container.type
identifier token Identifier@identifier
parent reference Reference@parent
patient reference Reference(Patient)@subject
status token code(http://hl7.org/fhir/specimen-status)@status
subject reference Reference@subject
type token CodeableConcept@type
`
