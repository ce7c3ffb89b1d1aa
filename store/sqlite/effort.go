package sqlite

// effort bounds what is spent on choosing a driver.
type effort struct {
	small    int // up to so many candidates are worth collecting and sorting
	tiny     int // so few that looking for fewer is not worth it
	counts   int // counting queries for one statement
	expanded int // up to so many terms a code without a system becomes before a statement is made
}

var usualEffort = effort{small: 1000, tiny: 50, counts: 40, expanded: 64}

// count counts the rows of a query up to a bound; it says the bound where too
// much has been counted already.
func (c *compiler) count(rows fragment, bound int) (int, error) {
	if c.counts++; c.counts > c.effort.counts {
		return bound, nil
	}
	n := bound
	q := concat(sql("SELECT count(*) FROM ("), rows, sql(" LIMIT ?+0)", num(int64(bound))))
	_, err := c.conn.first(q.text, q.args, func(r row) { n = int(r.int(0)) })
	return n, err
}
