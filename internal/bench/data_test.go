package bench

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// written is the whole data set, in its order.
func written(d *Data) []Written {
	return append(slices.Collect(d.Small()), slices.Collect(d.Rest())...)
}

func TestDataIsTheSameEachTime(t *testing.T) {
	source := builtIn(t)
	var sets [2][]Written
	for i := range sets {
		d, err := NewData(source, 300, 3000)
		if err != nil {
			t.Fatal(err)
		}
		sets[i] = written(d)
		if len(sets[i]) != d.Resources() || d.Resources() < 3000 || d.Resources() > 3153 {
			t.Errorf("%d resources, %d are said to be there", len(sets[i]), d.Resources())
		}
		if n := len(slices.Collect(d.Small())); n < 300 || n > 453 {
			t.Errorf("%d resources in the small set", n)
		}
	}
	same := slices.EqualFunc(sets[0], sets[1], func(a, b Written) bool {
		return a.Type == b.Type && a.ID == b.ID && bytes.Equal(a.JSON, b.JSON)
	})
	if !same {
		t.Error("the same source makes different data")
	}
}

// A reference that leads to a resource of the source leads to its replica, which
// comes with it; there are no two resources of the same id.
func TestReplicasHangTogether(t *testing.T) {
	source := builtIn(t)
	original, links := make(map[string]bool), 0
	for _, r := range source {
		original[r.key()] = true
	}
	for _, r := range source {
		for _, key := range references(r.JSON) {
			if original[key] {
				links++
			}
		}
	}
	d, err := NewData(source, 300, 3000)
	if err != nil {
		t.Fatal(err)
	}
	all, keys := written(d), make(map[string]bool)
	for _, w := range all {
		if key := w.Type + "/" + w.ID; keys[key] {
			t.Errorf("%s is there twice", key)
		} else {
			keys[key] = true
		}
	}
	led := 0
	for _, w := range all {
		node, err := fhirjson.Parse(w.JSON)
		if err != nil {
			t.Fatalf("%s: %v", w.JSON, err)
		}
		if node.Get("resourceType").Text() != w.Type || node.Get("id").Text() != w.ID {
			t.Errorf("%s/%s is written as %s", w.Type, w.ID, w.JSON)
		}
		for _, key := range references(node) {
			switch {
			case keys[key]:
				led++
			case original[key]:
				t.Errorf("%s/%s refers to the original %s", w.Type, w.ID, key)
			}
		}
	}
	// On average a replica has as many links as its source.
	if least := links * (len(all) - 2*len(source)) / len(source); links == 0 || led < least {
		t.Errorf("%d links in the source, %d in %d resources", links, led, len(all))
	}
}

func TestSharedIsThereOnce(t *testing.T) {
	const patient, other = `{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner/d"}]}`, `{"resourceType":"Patient","id":"q"}`
	d, err := NewData(parse(t, patient, other,
		`{"resourceType":"Practitioner","id":"d"}`,
		`{"resourceType":"Location","id":"l","managingOrganization":{"reference":"Organization/o"}}`,
		`{"resourceType":"Organization","id":"o"}`,
		`{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/p"},"performer":[{"reference":"Practitioner/d"}]}`,
		`{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/a"}]}`,
		`{"resourceType":"Observation","id":"b","subject":{"reference":"Patient/q"}}`,
	), 1, 20)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.shared) != 3 || len(d.families) != 2 || len(d.families[0].templates) != 3 || len(d.families[1].templates) != 2 {
		t.Fatalf("%d shared, %d families", len(d.shared), len(d.families))
	}
	count := make(map[string]int)
	for _, w := range written(d) {
		count[w.Type]++
	}
	if count["Practitioner"] != 1 || count["Location"] != 1 || count["Organization"] != 1 {
		t.Errorf("%v", count)
	}
}

func TestLargeCharts(t *testing.T) {
	d, err := NewData(builtIn(t), 200, 2000)
	if err != nil {
		t.Fatal(err)
	}
	patient := d.chart(0, 0).naming.link(d.heavy.patient)
	size := 0
	for w := range d.Rest() {
		node, err := fhirjson.Parse(w.JSON)
		if err != nil {
			t.Fatal(err)
		}
		if w.Type+"/"+w.ID == patient || slices.Contains(references(node), patient) {
			size++
		}
	}
	if size <= ChartSize {
		t.Errorf("the chart has %d resources", size)
	}
}

func TestNoPatients(t *testing.T) {
	_, err := NewData(parse(t, `{"resourceType":"Organization","id":"o"}`), 1, 10)
	if !errors.Is(err, ErrNoPatients) {
		t.Error(err)
	}
}
