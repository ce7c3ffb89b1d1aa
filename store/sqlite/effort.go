package sqlite

import (
	"strings"
	"sync"
	"time"
)

// effort bounds what is spent on choosing a driver.
type effort struct {
	small    int // up to so many candidates are worth collecting and sorting
	tiny     int // so few that looking for fewer is not worth it
	counts   int // counting queries for one statement
	expanded int // up to so many terms a code without a system becomes before a statement is made
}

var usualEffort = effort{small: 1000, tiny: 50, counts: 40, expanded: 64}

// count counts the rows of a query up to a bound; it says the bound where too
// much has been counted already. What it says may be a minute old: it decides how
// rows are looked for, never which are found.
func (c *compiler) count(rows fragment, bound int) (int, error) {
	key := countKey(rows)
	if n, ok := c.shared.counts.get(key, bound); ok {
		return n, nil
	}
	if c.counts++; c.counts > c.effort.counts {
		return bound, nil
	}
	n := bound
	q := concat(sql("SELECT count(*) FROM ("), rows, sql(" LIMIT ?+0)", num(int64(bound))))
	_, err := c.conn.first(q.text, q.args, func(r row) { n = int(r.int(0)) })
	if err == nil {
		c.shared.counts.put(key, n, bound)
	}
	return n, err
}

// countKey names what is worth remembering: the postings of terms, for which
// searches ask again and again. It is "" for everything else.
func countKey(rows fragment) string {
	if !strings.HasPrefix(rows.text, datePostings) && !strings.HasPrefix(rows.text, rowPostings) {
		return ""
	}
	var b strings.Builder
	b.WriteString(rows.text[len("SELECT rid FROM "):])
	for _, arg := range rows.args {
		b.WriteByte(' ')
		arg.write(&b)
	}
	return b.String()
}

// The counts that are remembered.
const (
	maxCounts   = 20_000
	countsAge   = time.Minute
	maxCountKey = 500 // bytes
	manyCounted = 20_000
)

// counts remembers what was counted. It is safe for concurrent use.
type counts struct {
	used  usage
	mu    sync.Mutex
	known map[string]counted
}

// counted says that there were n rows, or more if n is the bound.
type counted struct {
	n, bound int
	at       time.Time
}

// get is the count up to a bound, if it is known.
func (m *counts) get(key string, bound int) (int, bool) {
	m.mu.Lock()
	known, ok := m.known[key]
	m.mu.Unlock()
	ok = ok && (known.n < known.bound || known.bound >= bound) && time.Since(known.at) <= known.age()
	if key != "" {
		m.used.count(ok)
	}
	if !ok {
		return 0, false
	}
	return min(known.n, bound), true
}

// age is how long a count is good. What is many stays so.
func (c counted) age() time.Duration {
	if c.n >= manyCounted {
		return 10 * countsAge
	}
	return countsAge
}

func (m *counts) put(key string, n, bound int) {
	if key == "" || len(key) > maxCountKey {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxCounts {
		m.known = map[string]counted{}
	}
	m.known[key] = counted{n, bound, time.Now()}
}
