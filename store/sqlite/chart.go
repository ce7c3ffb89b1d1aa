package sqlite

import "github.com/granary-fhir/granary/search"

// chart holds where the row is in the chart of a patient.
func (c *compiler) chart(e search.Chart) (test, error) {
	patient, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return constant(false), err
	}
	return &inCharts{func(chart int64) (bool, error) { return chart == patient, nil }}, nil
}

// panel holds where the row is in the chart of a patient with whom the party has
// a care relationship now. Each patient is looked up once for a statement.
func (c *compiler) panel(e search.Panel) test {
	q := concat(sql("SELECT 1 FROM care WHERE "), c.caring(e.Party, e.Organizations), sql(" AND care.patient = ?"))
	patients := matching{c.conn, q, map[int64]bool{}}
	return &inCharts{patients.has}
}

// caring selects the relationships of a party that are current, and with
// organizations those of the ones of which it is a member now: a range of each index.
func (c *compiler) caring(party string, organizations bool) fragment {
	parties := sql("care.party = ?", text(party))
	if organizations {
		parties = concat(
			sql("care.party IN (SELECT ? UNION ALL SELECT m.organization FROM member m WHERE m.party = ? AND ", text(party), text(party)),
			c.current("m"), sql(")"))
	}
	return concat(parties, sql(" AND "), c.current("care"))
}

// current selects the relationships that have begun and not ended.
func (c *compiler) current(alias string) fragment {
	return sql(alias+".start <= ? AND "+alias+".stop > ?", num(c.now), num(c.now))
}

// related does not depend on the row: it is answered at once.
func (c *compiler) related(e search.Related) (test, error) {
	patient, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return constant(false), err
	}
	q := concat(sql("SELECT 1 FROM care WHERE "), c.caring(e.Party, e.Organizations), sql(" AND care.patient = ?", num(patient)))
	found, err := c.conn.first(q.text, q.args, noColumns)
	return constant(found), err
}
