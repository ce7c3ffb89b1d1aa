package search

import (
	"math"
	"testing"
)

// The examples of search.html#date.
func TestDate(t *testing.T) {
	checkParsed(t, []parsed{
		{"Observation", "date=2013", "date eq [2013-01-01 2014-01-01)"},
		{"Observation", "date=2013-01", "date eq [2013-01-01 2013-02-01)"},
		{"Observation", "date=eq2013-01-14", "date eq [2013-01-14 2013-01-15)"},
		{"Observation", "date=ne2013-01-14", "date ne [2013-01-14 2013-01-15)"},
		{"Observation", "date=lt2013-01-14T10:00", "date lt [2013-01-14T10:00:00 2013-01-14T10:01:00)"},
		{"Observation", "date=gt2013-01-14T10:00:00Z", "date gt [2013-01-14T10:00:00 2013-01-14T10:00:01)"},
		{"Observation", "date=ge2013-03-14", "date ge [2013-03-14 2013-03-15)"},
		{"Observation", "date=le2013-03-14", "date le [2013-03-14 2013-03-15)"},
		{"Observation", "date=sa2013-03-14", "date sa [2013-03-14 2013-03-15)"},
		{"Observation", "date=eb2013-03-14", "date eb [2013-03-14 2013-03-15)"},
		// The clock stands at 2024: 100 days after the range are 10 on either side.
		{"Observation", "date=ap2023-09-22", "date ap [2023-09-12 2023-10-03)"},
		{"Observation", "date=ap2024-04-10", "date ap [2024-03-31 2024-04-21)"},
		{"Observation", "date=ap2024", "date ap [2024-01-01 2025-01-01)"},
		{"Procedure", "date=ge2010-01-01&date=le2011-12-31",
			"(date ge [2010-01-01 2010-01-02) & date le [2011-12-31 2012-01-01))"},
		{"Observation", "_lastUpdated=gt2010-10-01", "_lastUpdated gt [2010-10-01 2010-10-02)"},
		{"Observation", "date:missing=true", "no date"},
	})
	checkRejected(t, []rejected{
		{"Observation", "date=soon", `begins with "so"`},
		{"Observation", "date=gt", "no value after its prefix"},
		{"Observation", "date=2013-13", "month"},
		{"Observation", "date=2013-01-14T10", "no date"},
		{"Observation", "date=2013-01-14T10:00:00 01:00", "%2B"},
		{"Observation", "date:exact=2013", "right are :missing"},
	})
}

func TestApproximatelyStaysOnTheTimeLine(t *testing.T) {
	low, high := approximately(TimeBegin, TimeBegin+1, TimeEnd)
	if low != TimeBegin || high <= TimeBegin {
		t.Error(low, high)
	}
	low, high = approximately(TimeEnd-1, TimeEnd, math.MinInt64)
	if high != TimeEnd || low >= TimeEnd {
		t.Error(low, high)
	}
}
