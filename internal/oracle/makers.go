package oracle

// makers make the content of each type.
var makers = map[string]func(*maker) Object{
	"Patient": func(m *maker) Object {
		body := Object{"name": m.names(), "gender": pick(m, "male", "female", "other"), "identifier": m.identifiers()}
		m.maybe(body, 60, "birthDate", func() any { return m.day() })
		m.maybe(body, 70, "generalPractitioner", func() any { return m.refs("Practitioner", "Practitioner", "PractitionerRole", "Organization") })
		m.maybe(body, 30, "managingOrganization", func() any { return m.ref("Organization") })
		m.maybe(body, 30, "link", func() any { return []any{Object{"other": m.ref("Patient"), "type": "seealso"}} })
		m.maybe(body, 30, "photo", func() any { return []any{Object{"url": m.binary()}} })
		m.maybe(body, 30, "active", func() any { return m.chance(50) })
		m.maybe(body, 30, "telecom", func() any {
			return []any{Object{"system": pick(m, "phone", "email"), "value": pick(m, "555,0100", "555|0101", "555")}}
		})
		m.maybe(body, 30, "address", func() any { return []any{Object{"city": m.text(), "line": []any{m.text()}, "use": "home"}} })
		m.maybe(body, 20, "deceasedBoolean", func() any { return m.chance(50) })
		return body
	},
	"Practitioner": func(m *maker) Object {
		return Object{"name": m.names(), "gender": pick(m, "male", "female"), "identifier": m.identifiers()}
	},
	"PractitionerRole": func(m *maker) Object {
		return Object{"practitioner": m.ref("Practitioner"), "organization": m.ref("Organization"), "code": []any{m.concept()}, "period": m.period()}
	},
	"Organization": func(m *maker) Object {
		body := Object{"name": m.text(), "identifier": m.identifiers()}
		m.maybe(body, 40, "partOf", func() any { return m.ref("Organization") })
		return body
	},
	"Location": func(m *maker) Object {
		body := Object{"name": m.text(), "status": pick(m, "active", "suspended")}
		m.maybe(body, 40, "partOf", func() any { return m.ref("Location") })
		m.maybe(body, 40, "managingOrganization", func() any { return m.ref("Organization") })
		return body
	},
	"RelatedPerson": func(m *maker) Object {
		body := Object{"patient": m.subject(), "name": m.names()}
		m.maybe(body, 50, "period", func() any { return m.period() })
		m.maybe(body, 40, "active", func() any { return m.chance(70) })
		m.maybe(body, 40, "birthDate", func() any { return m.day() })
		return body
	},
	"CareTeam": func(m *maker) Object {
		body := Object{"status": pick(m, "active", "active", "active", "inactive", "proposed"), "subject": m.subject(), "identifier": m.identifiers()}
		var all []any
		for _, member := range m.refs("Practitioner", "Practitioner", "Practitioner", "PractitionerRole", "Patient", "RelatedPerson", "Organization") {
			p := Object{"member": member}
			m.maybe(p, 40, "period", func() any { return m.period() })
			m.maybe(p, 30, "role", func() any { return []any{m.concept()} })
			all = append(all, p)
		}
		body["participant"] = all
		m.maybe(body, 50, "period", func() any { return m.period() })
		m.maybe(body, 30, "category", func() any { return []any{m.concept()} })
		m.maybe(body, 30, "encounter", func() any { return m.ref("Encounter") })
		return body
	},
	"Encounter": func(m *maker) Object {
		body := Object{"status": pick(m, "finished", "in-progress", "planned", "cancelled", "arrived"), "subject": m.subject(),
			"class": Object{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": pick(m, "AMB", "VR", "EMER")}}
		var all []any
		for _, who := range m.refs("Practitioner", "Practitioner", "PractitionerRole", "RelatedPerson") {
			p := Object{"individual": who}
			m.maybe(p, 40, "period", func() any { return m.period() })
			all = append(all, p)
		}
		body["participant"] = all
		m.maybe(body, 60, "period", func() any { return m.period() })
		m.maybe(body, 40, "identifier", func() any { return m.identifiers() })
		m.maybe(body, 30, "type", func() any { return []any{m.concept()} })
		m.maybe(body, 30, "length", func() any { return m.quantity() })
		m.maybe(body, 40, "location", func() any { return []any{Object{"location": m.ref("Location"), "period": m.period()}} })
		m.maybe(body, 30, "partOf", func() any { return m.ref("Encounter") })
		m.maybe(body, 30, "reasonReference", func() any { return m.refs("Condition", "Observation") })
		return body
	},
	"Observation": func(m *maker) Object {
		body := Object{"status": pick(m, "final", "amended", "preliminary"), "code": m.concept(), "subject": m.subject()}
		m.maybe(body, 80, "category", func() any { return m.category() })
		m.maybe(body, 40, "identifier", func() any { return m.identifiers() })
		m.maybe(body, 40, "performer", func() any { return m.refs("Practitioner", "Patient", "PractitionerRole", "RelatedPerson", "CareTeam") })
		m.maybe(body, 30, "encounter", func() any { return m.ref("Encounter") })
		m.maybe(body, 20, "focus", func() any { return m.refs("Patient", "Medication", "Substance", "Group", "Task") })
		m.maybe(body, 20, "hasMember", func() any { return m.refs("Observation") })
		m.maybe(body, 20, "derivedFrom", func() any { return m.refs("Observation", "Media", "DocumentReference") })
		m.maybe(body, 20, "device", func() any { return m.ref("Device") })
		m.maybe(body, 20, "component", func() any {
			return []any{Object{"code": m.concept(), "valueQuantity": m.quantity()}, Object{"code": m.concept(), "valueCodeableConcept": m.concept()}}
		})
		if m.chance(60) {
			m.either(body, "effectiveDateTime", m.date(), "effectivePeriod", m.period())
		}
		switch m.IntN(4) {
		case 0:
			body["valueQuantity"] = m.quantity()
		case 1:
			body["valueString"] = m.text()
		case 2:
			body["valueCodeableConcept"] = m.concept()
		}
		if m.chance(15) {
			body["contained"] = []any{Object{"resourceType": "Patient", "id": "in", "gender": "male", "name": m.names()}}
			body["performer"] = []any{Object{"reference": "#in"}}
		}
		return body
	},
	"Condition": func(m *maker) Object {
		body := Object{"subject": m.subject(), "code": m.concept(), "clinicalStatus": m.concept()}
		m.maybe(body, 40, "category", func() any { return []any{m.concept()} })
		m.maybe(body, 40, "recordedDate", func() any { return m.date() })
		m.maybe(body, 30, "asserter", func() any { return m.ref(pick(m, "Practitioner", "Patient", "RelatedPerson")) })
		m.maybe(body, 30, "encounter", func() any { return m.ref("Encounter") })
		m.maybe(body, 20, "evidence", func() any {
			return []any{Object{"detail": m.refs("Medication", "Observation", "DocumentReference"), "code": []any{m.concept()}}}
		})
		switch m.IntN(4) {
		case 0:
			body["onsetDateTime"] = m.date()
		case 1:
			body["onsetPeriod"] = m.period()
		case 2:
			body["onsetString"] = m.text()
		}
		return body
	},
	"MedicationRequest": func(m *maker) Object {
		body := Object{"status": pick(m, "active", "stopped", "draft"), "intent": pick(m, "order", "plan"), "subject": m.subject()}
		m.maybe(body, 40, "authoredOn", func() any { return m.date() })
		m.maybe(body, 40, "requester", func() any { return m.ref(pick(m, "Practitioner", "Patient")) })
		m.maybe(body, 30, "identifier", func() any { return m.identifiers() })
		m.maybe(body, 30, "encounter", func() any { return m.ref("Encounter") })
		if m.chance(80) {
			body["medicationReference"] = m.ref("Medication")
		} else {
			body["medicationCodeableConcept"] = m.concept()
		}
		return body
	},
	"Medication": func(m *maker) Object {
		body := Object{"code": m.concept(), "status": pick(m, "active", "inactive")}
		m.maybe(body, 60, "ingredient", func() any {
			var all []any
			for _, item := range m.refs("Medication", "Substance") {
				all = append(all, Object{"itemReference": item})
			}
			return append(all, Object{"itemCodeableConcept": m.concept()})
		})
		m.maybe(body, 30, "batch", func() any { return Object{"lotNumber": m.text(), "expirationDate": m.date()} })
		m.maybe(body, 30, "manufacturer", func() any { return m.ref("Organization") })
		return body
	},
	"Substance": func(m *maker) Object {
		body := Object{"code": m.concept(), "status": pick(m, "active", "inactive")}
		m.maybe(body, 60, "ingredient", func() any { return []any{Object{"substanceReference": m.ref("Substance")}} })
		m.maybe(body, 30, "instance", func() any { return []any{Object{"quantity": m.quantity(), "expiry": m.date()}} })
		return body
	},
	"DiagnosticReport": func(m *maker) Object {
		body := Object{"status": pick(m, "final", "amended"), "code": m.concept(), "subject": m.subject(), "category": []any{m.concept()}}
		m.maybe(body, 40, "issued", func() any { return m.start.Format("2006-01-02T15:04:05.000Z") })
		m.maybe(body, 50, "result", func() any { return m.refs("Observation") })
		m.maybe(body, 40, "performer", func() any { return m.refs("Practitioner", "Organization", "CareTeam") })
		m.maybe(body, 50, "presentedForm", func() any { return []any{Object{"url": m.binary()}} })
		m.either(body, "effectiveDateTime", m.date(), "effectivePeriod", m.period())
		return body
	},
	"DocumentReference": func(m *maker) Object {
		body := Object{"status": pick(m, "current", "current", "current", "superseded", "entered-in-error"), "subject": pick(m, m.subject(), Object{"reference": "Patient/a"}), "content": []any{Object{"attachment": Object{"url": m.binary()}}}}
		m.maybe(body, 70, "type", func() any { return pick(m, m.concept(), Object{"coding": []any{ccd()}}) })
		m.maybe(body, 40, "category", func() any { return []any{m.concept()} })
		m.maybe(body, 60, "date", func() any { return m.start.AddDate(0, 0, -m.IntN(4)).Format("2006-01-02T15:04:05.000Z") })
		m.maybe(body, 40, "author", func() any { return m.refs("Practitioner", "Patient", "RelatedPerson", "Device") })
		m.maybe(body, 30, "description", func() any { return m.text() })
		m.maybe(body, 40, "context", func() any {
			return Object{"encounter": m.refs("Encounter"), "period": m.period(), "related": m.refs("Medication", "Patient", "Substance", "Group")}
		})
		m.maybe(body, 30, "identifier", func() any { return m.identifiers() })
		m.maybe(body, 30, "relatesTo", func() any {
			return []any{Object{"code": pick(m, "replaces", "appends"), "target": m.ref("DocumentReference")}}
		})
		m.maybe(body, 30, "securityLabel", func() any { return []any{m.concept()} })
		return body
	},
	"Media": func(m *maker) Object {
		body := Object{"status": pick(m, "completed", "in-progress"), "subject": m.subject(), "content": Object{"url": m.binary()}}
		m.maybe(body, 40, "operator", func() any { return m.ref("Practitioner") })
		m.maybe(body, 40, "createdDateTime", func() any { return m.date() })
		return body
	},
	"Binary": func(m *maker) Object {
		body := Object{"contentType": "text/plain", "data": "aGVsbG8="}
		m.maybe(body, 50, "securityContext", func() any {
			return m.ref(pick(m, "Patient", "DocumentReference", "Observation", "Practitioner", "Task"))
		})
		return body
	},
	"Provenance": func(m *maker) Object {
		body := Object{"target": m.refs("Patient", "Observation", "Observation", "Condition", "Practitioner", "Medication", "DocumentReference", "Provenance", "Binary", "Group"),
			"recorded": m.start.Format("2006-01-02T15:04:05.000Z"), "agent": []any{Object{"who": m.ref(pick(m, "Practitioner", "Patient", "Device", "RelatedPerson"))}}}
		m.maybe(body, 30, "entity", func() any {
			return []any{Object{"role": "source", "what": m.ref(pick(m, "DocumentReference", "Observation"))}}
		})
		m.maybe(body, 30, "location", func() any { return m.ref("Location") })
		if m.chance(20) { // one that is contained, or should be
			body["contained"] = []any{Object{"resourceType": "Observation", "id": pick(m, "in", "out")}}
			body["target"] = append(body["target"].([]any), Object{"reference": "#in"})
		}
		return body
	},
	"Device": func(m *maker) Object {
		body := Object{"status": pick(m, "active", "inactive"), "type": m.concept(), "identifier": m.identifiers()}
		m.maybe(body, 80, "patient", func() any { return m.subject() })
		m.maybe(body, 40, "owner", func() any { return m.ref("Organization") })
		m.maybe(body, 40, "manufacturer", func() any { return m.text() })
		m.maybe(body, 30, "url", func() any { return "http://example.org/d/" + pick(m, "1", "2,3") })
		return body
	},
	"Task": func(m *maker) Object {
		body := Object{"status": pick(m, "requested", "completed"), "intent": "order", "code": m.concept(),
			"for": pick(m, m.subject(), m.subject(), m.ref("Medication"), m.ref("Group"))}
		m.maybe(body, 40, "focus", func() any { return m.ref(pick(m, "Observation", "MedicationRequest", "Medication", "Substance")) })
		m.maybe(body, 40, "owner", func() any { return m.ref(pick(m, "Practitioner", "Patient", "CareTeam")) })
		m.maybe(body, 40, "requester", func() any { return m.ref("Practitioner") })
		m.maybe(body, 40, "authoredOn", func() any { return m.date() })
		m.maybe(body, 30, "encounter", func() any { return m.ref("Encounter") })
		m.maybe(body, 30, "priority", func() any { return pick(m, "routine", "urgent") })
		return body
	},
	"Group": func(m *maker) Object {
		return Object{"type": "person", "actual": m.chance(50), "code": m.concept(), "identifier": m.identifiers(),
			"member": []any{Object{"entity": m.ref("Patient")}, Object{"entity": m.ref("Patient")}}}
	},
	"List": func(m *maker) Object {
		body := Object{"status": "current", "mode": "working", "title": m.text(), "code": m.concept()}
		m.maybe(body, 80, "subject", func() any { return m.subject() })
		m.maybe(body, 40, "source", func() any { return m.ref(pick(m, "Practitioner", "Patient")) })
		m.maybe(body, 40, "date", func() any { return m.date() })
		var all []any
		for range 4 {
			all = append(all, Object{"item": m.ref(pick(m, "Observation", "Condition", "Medication", "Patient", "Practitioner"))})
		}
		body["entry"] = all
		return body
	},
	"AuditEvent": func(m *maker) Object {
		return Object{"type": m.coding(), "action": pick(m, "C", "R"), "recorded": m.start.Format("2006-01-02T15:04:05.000Z"), "outcome": pick(m, "0", "4"),
			"agent":  []any{Object{"who": m.ref(pick(m, "Practitioner", "Patient")), "name": m.text(), "requestor": true}},
			"source": Object{"observer": m.ref("Device"), "site": m.text()}, "entity": []any{Object{"what": m.ref(pick(m, "Patient", "Observation")), "name": m.text()}}}
	},
	"RiskAssessment": func(m *maker) Object {
		body := Object{"status": "final", "subject": m.subject(), "prediction": []any{Object{"probabilityDecimal": number(pick(m, "0.5", "0.50", "0.499", "1", "12.25")), "qualitativeRisk": m.concept()}}}
		m.maybe(body, 50, "performer", func() any { return m.ref("Practitioner") })
		m.maybe(body, 50, "occurrenceDateTime", func() any { return m.date() })
		return body
	},
	"ValueSet": func(m *maker) Object {
		return Object{"status": pick(m, "active", "draft"), "url": pick(m, "http://example.org/v", "http://example.org/v/1", "urn:oid:1.2,3"), "name": m.text(),
			"title": m.text(), "version": pick(m, "1", "a|b"), "date": m.day()}
	},
}

// either sets one of two members.
func (m *maker) either(body Object, name string, value any, other string, instead any) {
	if m.chance(50) {
		name, value = other, instead
	}
	body[name] = value
}
