package bench

import "time"

// Report is all that a run found out.
type Report struct {
	Store     string // what kind it is of, and what it runs on
	Resources int    // in the data set
	Small     int    // of them in the small one
	Clients   int
	Duration  time.Duration // of each row

	JSONBytes int64   // of all resources
	Entries   float64 // index entries of a resource, on average
	DiskBytes int64   // of the store's files when all is loaded

	Loads   []Load        // in their order
	Ready   time.Duration // from the start of the process to the first resource that is read
	Results []Result
}

// Load is a part of the loading of the data set.
type Load struct {
	Resources int
	Elapsed   time.Duration
}

// Rate is how many resources were loaded in a second.
func (l Load) Rate() float64 {
	if l.Elapsed <= 0 {
		return 0
	}
	return float64(l.Resources) / l.Elapsed.Seconds()
}

// Loaded is the loading as a whole.
func (r *Report) Loaded() Load {
	var sum Load
	for _, l := range r.Loads {
		sum.Resources += l.Resources
		sum.Elapsed += l.Elapsed
	}
	return sum
}

// Peak is the most memory that the server had in any row.
func (r *Report) Peak() int64 {
	var peak int64
	for _, result := range r.Results {
		if result.isFloor() {
			continue
		}
		peak = max(peak, result.Peak)
	}
	return peak
}

// row is a row that was measured, on the whole data set.
func (r *Report) row(name string) *Result {
	for i := range r.Results {
		result := &r.Results[i]
		if result.Name == name && result.Of != r.Small && result.Ops > 0 {
			return result
		}
	}
	return nil
}

// small is a row that was measured on the small data set.
func (r *Report) small(name string) *Result {
	for i := range r.Results {
		result := &r.Results[i]
		if result.Name == name && result.Of == r.Small && result.Ops > 0 {
			return result
		}
	}
	return nil
}

// Failed tells whether a row was not measured, or had errors.
func (r *Report) Failed() bool {
	for _, result := range r.Results {
		if result.Refused != "" || result.Errors > 0 {
			return true
		}
	}
	return false
}
