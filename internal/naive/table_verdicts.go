package naive

// moreTypes are the types that Synthea's data lacks: those of which each verdict on
// types outside the compartment is about, and who can be users.
const moreTypes = `
Provenance
agent reference Reference@agent.who
agent-role token CodeableConcept@agent.role
agent-type token CodeableConcept@agent.type
entity reference Reference@entity.what
location reference Reference@location
patient reference Reference(Patient)@target
recorded date date@recorded
signature-type token Coding@signature.type
target reference Reference@target
when date date@occurredDateTime

Medication
code token CodeableConcept@code
expiration-date date date@batch.expirationDate
form token CodeableConcept@form
identifier token Identifier@identifier
ingredient reference Reference@ingredient.itemReference
ingredient-code token CodeableConcept@ingredient.itemCodeableConcept
lot-number token code@batch.lotNumber
manufacturer reference Reference@manufacturer
status token code(http://hl7.org/fhir/CodeSystem/medication-status)@status

Substance
category token CodeableConcept@category
code token CodeableConcept@code CodeableConcept@ingredient.substanceCodeableConcept
container-identifier token Identifier@instance.identifier
expiry date date@instance.expiry
identifier token Identifier@identifier
quantity quantity Quantity@instance.quantity
status token code(http://hl7.org/fhir/substance-status)@status
substance-reference reference Reference@ingredient.substanceReference

Binary

CareTeam
category token CodeableConcept@category
date date Period@period
encounter reference Reference@encounter
identifier token Identifier@identifier
participant reference Reference@participant.member
patient reference Reference(Patient)@subject
role token CodeableConcept@participant.role
status token code(http://hl7.org/fhir/care-team-status)@status
subject reference Reference@subject

Device
device-name string string@deviceName.name string@type.coding.display string@type.text
identifier token Identifier@identifier
location reference Reference@location
manufacturer string string@manufacturer
model string string@modelNumber
organization reference Reference@owner
patient reference Reference@patient
status token code(http://hl7.org/fhir/device-status)@status
type token CodeableConcept@type
udi-carrier string string@udiCarrier.carrierHRF
udi-di string string@udiCarrier.deviceIdentifier
url uri uri@url

Task
authored-on date date@authoredOn
based-on reference Reference@basedOn
business-status token CodeableConcept@businessStatus
code token CodeableConcept@code
encounter reference Reference@encounter
focus reference Reference@focus
group-identifier token Identifier@groupIdentifier
identifier token Identifier@identifier
intent token code(http://hl7.org/fhir/request-intent)@intent
modified date date@lastModified
owner reference Reference@owner
part-of reference Reference@partOf
patient reference Reference(Patient)@for
performer token CodeableConcept@performerType
period date Period@executionPeriod
priority token code(http://hl7.org/fhir/request-priority)@priority
requester reference Reference@requester
status token code(http://hl7.org/fhir/task-status)@status
subject reference Reference@for

Group
actual token boolean@actual
characteristic token CodeableConcept@characteristic.code
code token CodeableConcept@code
exclude token boolean@characteristic.exclude
identifier token Identifier@identifier
managing-entity reference Reference@managingEntity
member reference Reference@member.entity
type token code(http://hl7.org/fhir/group-type)@type

AuditEvent
action token code(http://hl7.org/fhir/audit-event-action)@action
address string string@agent.network.address
agent reference Reference@agent.who
agent-name string string@agent.name
agent-role token CodeableConcept@agent.role
altid token code@agent.altId
date date date@recorded
entity reference Reference@entity.what
entity-name string string@entity.name
entity-role token Coding@entity.role
entity-type token Coding@entity.type
outcome token code(http://hl7.org/fhir/audit-event-outcome)@outcome
patient reference Reference(Patient)@agent.who Reference(Patient)@entity.what
policy uri uri@agent.policy
site token code@source.site
source reference Reference@source.observer
subtype token Coding@subtype
type token Coding@type

DocumentReference
authenticator reference Reference@authenticator
author reference Reference@author
category token CodeableConcept@category
contenttype token code@content.attachment.contentType
custodian reference Reference@custodian
date date date@date
description string string@description
encounter reference Reference@context.encounter
event token CodeableConcept@context.event
facility token CodeableConcept@context.facilityType
format token Coding@content.format
language token code@content.attachment.language
identifier token Identifier@masterIdentifier Identifier@identifier
location uri uri@content.attachment.url
patient reference Reference(Patient)@subject
period date Period@context.period
related reference Reference@context.related
relatesto reference Reference@relatesTo.target
relation token code(http://hl7.org/fhir/document-relationship-type)@relatesTo.code
security-label token CodeableConcept@securityLabel
setting token CodeableConcept@context.practiceSetting
status token code(http://hl7.org/fhir/document-reference-status)@status
subject reference Reference@subject
type token CodeableConcept@type

RelatedPerson
active token boolean@active
` + addressed + `birthdate date date@birthDate
email token ContactPoint@telecom[system=email]
gender token code(http://hl7.org/fhir/administrative-gender)@gender
identifier token Identifier@identifier
name string HumanName@name
patient reference Reference@patient
phone token ContactPoint@telecom[system=phone]
phonetic string HumanName@name
relationship token CodeableConcept@relationship
telecom token ContactPoint@telecom

PractitionerRole
active token boolean@active
date date Period@period
email token ContactPoint@telecom[system=email]
endpoint reference Reference@endpoint
identifier token Identifier@identifier
location reference Reference@location
organization reference Reference@organization
phone token ContactPoint@telecom[system=phone]
practitioner reference Reference@practitioner
role token CodeableConcept@code
service reference Reference@healthcareService
specialty token CodeableConcept@specialty
telecom token ContactPoint@telecom

Media
based-on reference Reference@basedOn
created date date@createdDateTime Period@createdPeriod
device reference Reference@device
encounter reference Reference@encounter
identifier token Identifier@identifier
modality token CodeableConcept@modality
operator reference Reference@operator
patient reference Reference(Patient)@subject
site token CodeableConcept@bodySite
status token code(http://hl7.org/fhir/event-status)@status
subject reference Reference@subject
type token CodeableConcept@type
view token CodeableConcept@view
`
