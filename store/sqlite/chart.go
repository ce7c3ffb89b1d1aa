package sqlite

import "github.com/granary-fhir/granary/search"

// chartParam is the reserved parameter under which the charts of a version are
// entries; the term is the Patient's rid.
const chartParam = 0

// chart is true where the row is in the chart of a patient.
func (c *compiler) chart(s subject, e search.Chart) (fragment, error) {
	patient, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return never, err
	}
	return s.probe(oneOf(chartParam, []int64{patient}), ""), nil
}

// panel is true where the row is in the chart of a patient with whom the party
// has a care relationship now.
func (c *compiler) panel(s subject, e search.Panel) fragment {
	member := c.aliases.next("m")
	return s.exists(entryTest{"entry", chartParam, always}, member, concat(
		sql("EXISTS(SELECT 1 FROM care WHERE care.patient = "+member+".term AND "), c.caring(e.Party), sql(")"),
	))
}

// caring selects the relationships of a party that are current.
func (c *compiler) caring(party string) fragment {
	return sql("care.party = ? AND care.start <= ? AND care.stop > ?", text(party), num(c.now), num(c.now))
}

// related does not depend on the row: it is answered at once.
func (c *compiler) related(e search.Related) (fragment, error) {
	patient, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return never, err
	}
	q := concat(sql("SELECT 1 FROM care WHERE "), c.caring(e.Party), sql(" AND care.patient = ?", num(patient)))
	found, err := c.conn.first(q.text, q.args, noColumns)
	if err != nil || !found {
		return never, err
	}
	return always, nil
}
