package synthetic

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func TestShiftText(t *testing.T) {
	for _, c := range []struct{ text, name, want string }{
		{"2024-02-28", "start", "2024-03-09"},
		{"2024-12-30T23:10:00.000-05:00", "issued", "2025-01-09T23:10:00.000-05:00"},
		{"2024-02", "onsetDateTime", "2024-02"}, // its middle is still in February
		{"2024", "birthDate", "2024"},
		{"2024", "value", "2024"}, // a number of something
		{"MRN-2024", "value", "MRN-2024"},
		{"born 28 December 1962", "div", "born 7 January 1963"},
		{"born 28 December 1962", "text", "born 28 December 1962"},
	} {
		if got := shiftText(c.text, c.name, 10); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.name, c.text, got, c.want)
		}
	}
	if got := shiftText("2024-02", "onsetDateTime", 20); got != "2024-03" {
		t.Error(got)
	}
	if got := shiftText("1938", "birthDate", 365); got != "1939" {
		t.Error(got)
	}
}

// On the day on which the files were written they are as they stand; on other days
// every date is as far from today, and nothing else is different.
func TestBuiltInIsMoved(t *testing.T) {
	const by = 761
	same := map[string]string{}
	for r := range (Population{Patients: Fewest, AsOf: WrittenOn}).Resources() {
		same[r.Type+"/"+r.ID] = string(r.JSON)
	}
	for _, item := range builtIn() {
		if got := same[item.Key.String()]; got != string(item.Resource.Raw()) {
			t.Errorf("%s was changed: %s", item.Key, got)
		}
	}
	moved := 0
	for r := range (Population{Patients: Fewest, AsOf: WrittenOn.AddDate(0, 0, by)}).Resources() {
		now, err := fhirjson.Parse(r.JSON)
		if err != nil {
			t.Fatal(err)
		}
		before, err := fhirjson.Parse([]byte(same[r.Type+"/"+r.ID]))
		if err != nil {
			t.Fatal(err)
		}
		moved += distances(t, before, now, by)
	}
	if moved != 144 {
		t.Errorf("%d whole dates were moved", moved)
	}
}

// distances compares two versions of a value, and counts the whole dates in it.
func distances(t *testing.T, before, now *fhirjson.Node, by int) (dates int) {
	t.Helper()
	if len(before.Members()) != len(now.Members()) || before.Kind() != now.Kind() {
		t.Errorf("%s became %s", before.Raw(), now.Raw())
		return 0
	}
	for i, m := range before.Members() {
		dates += distances(t, m.Value, now.Members()[i].Value, by)
	}
	if before.Kind() == fhirjson.Array {
		for i, item := range before.Items() {
			dates += distances(t, item, now.Items()[i], by)
		}
	}
	if before.Kind() != fhirjson.String {
		return dates
	}
	if !wholeDate.MatchString(before.Text()) {
		if before.Text() != now.Text() && !partDate.MatchString(before.Text()) && !wordDate.MatchString(before.Text()) {
			t.Errorf("%s became %s", before.Text(), now.Text())
		}
		return dates
	}
	a, err := time.Parse(time.DateOnly, before.Text()[:10])
	if err != nil {
		t.Error(err)
	}
	b, err := time.Parse(time.DateOnly, now.Text()[:10])
	if err != nil || days(a, b) != by || before.Text()[10:] != now.Text()[10:] {
		t.Errorf("%s became %s", before.Text(), now.Text())
	}
	return 1
}
