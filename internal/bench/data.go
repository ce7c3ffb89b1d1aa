package bench

import (
	"cmp"
	"errors"
	"iter"
	"slices"
)

// Written is a resource of the data set, as it is written.
type Written struct {
	Type, ID string
	JSON     []byte
}

// Data is a data set of the size that was asked: real patients, replicated with
// new ids and dates that are shifted. What does not belong to a patient, such as
// practitioners and organizations, is there once.
//
// It is made of families. A family is what hangs together: a patient and the
// resources that refer to it, to each other, or to what does, and more than one
// patient where resources refer to several. First come small families, up to a
// number of resources at which [Data.Small] ends; then patients whose charts have
// more than [ChartSize] resources; then families again.
type Data struct {
	shared   []*template
	families []*family
	byKey    map[string]*template
	heavy    *family
	copies   int // how often the heavy family's resources are there for one patient

	small, charts, replicas int // units: families before the charts, charts, families in all
	resources               int
}

// ChartSize is how many resources a large chart has at least.
const ChartSize = 1000

// family is what is replicated together.
type family struct {
	templates []*template
	source    []Resource // of the templates, in their order
	patient   string     // the key of its first Patient
}

// unit is one replica of a family.
type unit struct {
	family *family
	naming naming
}

// resources is how many resources a large chart's unit adds.
func (d *Data) chartResources() int {
	return (len(d.heavy.templates)-d.heavy.patients())*d.copies + d.heavy.patients()
}

func (f *family) patients() int {
	n := 0
	for _, t := range f.templates {
		if t.typ == "Patient" {
			n++
		}
	}
	return n
}

// ErrNoPatients says that what should be replicated has no patient.
var ErrNoPatients = errors.New("there is no Patient in the data")

// NewData plans a data set of at least size resources, of which the first small
// ones, at least, are to be loaded before the others. Whole families are taken,
// and so it is a little more.
func NewData(source []Resource, small, size int) (*Data, error) {
	d := new(Data)
	d.split(source)
	if len(d.families) == 0 {
		return nil, ErrNoPatients
	}
	d.heavy = slices.MaxFunc(d.families, func(a, b *family) int { return cmp.Compare(a.weight(), b.weight()) })
	d.copies = ChartSize/max(1, d.heavy.weight()) + 1
	d.resources = len(d.shared)
	for ; d.small == 0 || d.resources < small; d.small++ {
		d.resources += len(d.unit(d.small).family.templates)
	}
	// Charts are up to a tenth of the data, and there is one in any case.
	d.charts = min(16, max(1, size/10/d.chartResources()))
	d.resources += d.charts * d.chartResources()
	for d.replicas = d.small; d.resources < size; d.replicas++ {
		d.resources += len(d.unit(d.replicas).family.templates)
	}
	return d, nil
}

// weight is how many resources refer to the first patient of the family, of one
// patient alone; 0 of other families, which make no large chart.
func (f *family) weight() int {
	if f.patients() != 1 {
		return 0
	}
	n := 0
	for _, r := range f.source {
		if r.key() != f.patient && slices.Contains(references(r.JSON), f.patient) {
			n++
		}
	}
	return n
}

// unit is the family at a place in the order, which goes through all families
// again and again.
func (d *Data) unit(i int) unit {
	return unit{d.families[i%len(d.families)], naming{replica: i / len(d.families)}}
}

// chart is a large chart's Patient and the copy of the resources around it.
func (d *Data) chart(i, copy int) unit {
	return unit{d.heavy, naming{replica: -1 - i, copy: copy}}
}

// Resources is how many resources the data set has.
func (d *Data) Resources() int { return d.resources }

// Small are the resources up to the size that was asked for first.
func (d *Data) Small() iter.Seq[Written] {
	return func(yield func(Written) bool) {
		for _, t := range d.shared {
			if !yield(Written{t.typ, t.id, t.render(naming{})}) {
				return
			}
		}
		d.units(0, d.small)(yield)
	}
}

// Rest are the resources that come after those of Small.
func (d *Data) Rest() iter.Seq[Written] {
	return func(yield func(Written) bool) {
		for i := range d.charts {
			for copy := range d.copies {
				if !d.chart(i, copy).each(copy > 0, yield) {
					return
				}
			}
		}
		d.units(d.small, d.replicas)(yield)
	}
}

func (d *Data) units(from, to int) iter.Seq[Written] {
	return func(yield func(Written) bool) {
		for i := from; i < to; i++ {
			if !d.unit(i).each(false, yield) {
				return
			}
		}
	}
}

// each writes the unit, with or without its patients, until yield wants no more.
func (u unit) each(withoutPatients bool, yield func(Written) bool) bool {
	for _, t := range u.family.templates {
		if withoutPatients && t.typ == "Patient" {
			continue
		}
		if !yield(Written{t.typ, u.naming.id(t.key()), t.render(u.naming)}) {
			return false
		}
	}
	return true
}

func (t *template) key() string { return t.typ + "/" + t.id }
