package search

import "time"

// Stamp are the entries of a resource once it has the meta.lastUpdated of its
// version, in milliseconds: all that a write changes in what Extract makes. The
// given entries stay as they are.
func (r *Registry) Stamp(typ string, e Entries, lastUpdated time.Time) Entries {
	param, ok := r.Param(typ, "_lastUpdated")
	if !ok {
		return e
	}
	dates := make([]DateEntry, 0, len(e.Dates)+1)
	for _, d := range e.Dates {
		if d.Param != param {
			dates = append(dates, d)
		}
	}
	low := lastUpdated.Truncate(time.Millisecond).UnixMicro()
	dates = append(dates, DateEntry{Param: param, Low: low, High: low + time.Millisecond.Microseconds()})
	e.Dates = dates
	return e
}
