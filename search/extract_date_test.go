package search

import "testing"

func TestExtractDate(t *testing.T) {
	runExtract(t, []extractCase{
		{"date", `{"resourceType":"Patient","birthDate":"1970-05-01"}`, "birthdate", []string{"birthdate 1970-05-01..1970-05-02"}},
		{"dateTime", `{"resourceType":"Observation","effectiveDateTime":"2020-01-01T10:00:00-05:00"}`, "date",
			[]string{"date 2020-01-01T15:00:00Z..2020-01-01T15:00:01Z"}},
		{"instant", `{"resourceType":"Observation","effectiveInstant":"2020-01-01T10:00:00.123Z"}`, "date",
			[]string{"date 2020-01-01T10:00:00.123Z..2020-01-01T10:00:00.124Z"}},
		{"Period", `{"resourceType":"Encounter","period":{"start":"2020-01","end":"2020-03"}}`, "date",
			[]string{"date 2020-01-01..2020-04-01"}},
		{"Period without end", `{"resourceType":"Encounter","period":{"start":"2020-01-05"}}`, "date", []string{"date 2020-01-05..open"}},
		{"Period without start", `{"resourceType":"Encounter","period":{"end":"2020"}}`, "date", []string{"date open..2021-01-01"}},
		{"Timing with events", `{"resourceType":"Observation","effectiveTiming":{"event":["2020-03-01","2020-01-01","bad"]}}`, "date",
			[]string{"date 2020-01-01..2020-03-02"}},
		{"Timing with bounds", `{"resourceType":"Observation","effectiveTiming":{"event":["2020-01-01"],"repeat":{"boundsPeriod":{"start":"2019"}}}}`, "date",
			[]string{"date 2019-01-01..open"}},
		{"Timing with neither", `{"resourceType":"Observation","effectiveTiming":{"repeat":{"frequency":1,"boundsDuration":{"value":1}}}}`, "date", nil},
		{"each event of its own", `{"resourceType":"MedicationRequest","dosageInstruction":[{"timing":{"event":["2020-01-01","2020-01-03"]}},
			{"timing":{"event":["2021"]}}]}`, "date",
			[]string{"date 2020-01-01..2020-01-02", "date 2020-01-03..2020-01-04", "date 2021-01-01..2022-01-01"}},
		{"a choice takes what has dates", `{"resourceType":"Immunization","occurrenceString":"2020"}`, "date", nil},
	})
}
