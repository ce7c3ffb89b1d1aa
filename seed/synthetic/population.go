package synthetic

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// Population says which patients there are.
type Population struct {
	Patients int       // how many: the personas first, then the others; Fewest at least
	Seed     uint64    // other seeds, other people; the personas are always the same
	AsOf     time.Time // the day on which it is now; what is above days is ignored
}

// Personas is the number of personas, who are the first patients. Fewest is that of
// those who are written out as files and belong together: there is no population
// without them.
const (
	Personas = 12
	Fewest   = 7
)

// most is how many patients a Group can have and still be read (seed.MaxResource).
const most = 1_000_000

// Resource is one resource of a Population, as it is to be written.
type Resource struct {
	Type, ID string
	JSON     []byte // compact
}

// Check tells what is wrong with a Population.
func (p Population) Check() error {
	switch {
	case p.Patients < Fewest:
		return fmt.Errorf("%d patients: wants %d or more, since the first personas belong together; all of them are %d", p.Patients, Fewest, Personas)
	case p.Patients > most:
		return fmt.Errorf("%d patients: wants %d or fewer", p.Patients, most)
	case p.AsOf.Year() < 1980 || p.AsOf.Year() > 2200:
		return errors.New("the date must be between 1980 and 2200")
	}
	return nil
}

// Resources are the resources of a Population that passes Check, one after the other:
// organizations and people who work there, then the charts, patient by patient, and the
// Group of them all. References lead backwards, unless two resources name each other.
func (p Population) Resources() iter.Seq[Resource] {
	return func(yield func(Resource) bool) {
		w := newWorld(p, yield)
		w.forms()
		w.directories()
		w.personas()
		for i := Personas; i < p.Patients && !w.done; i++ {
			w.resident(i)
		}
		w.group()
	}
}

// world is what all charts of a Population share.
type world struct {
	Population
	today     time.Time
	prefix    string // of the ids of this seed
	clinics   []*clinic
	riverside *clinic // where the personas go
	yield     func(Resource) bool
	done      bool // whoever reads wants no more
	members   []string
}

func newWorld(p Population, yield func(Resource) bool) *world {
	year, month, d := p.AsOf.Date()
	w := &world{Population: p, today: time.Date(year, month, d, 0, 0, 0, 0, time.UTC), yield: yield}
	w.prefix = "s" + strconv.FormatUint(p.Seed, 10) + "-"
	return w
}

// ago is the date so many days before today.
func (w *world) ago(days int) time.Time { return w.today.AddDate(0, 0, -days) }

// put writes a resource that has its id.
func (w *world) put(resource r4.Any, profiles ...string) *r4.Reference {
	head := resource.Head()
	if len(profiles) > 0 {
		head.Meta = r4.WithProfiles(head.Meta, profiles)
	}
	text, err := r4.Marshal(resource)
	if err != nil {
		panic(err) // a struct of r4 always has a JSON form
	}
	w.write(Resource{resource.TypeName(), head.ID, text})
	return ref(resource.TypeName() + "/" + head.ID)
}

func (w *world) write(r Resource) {
	if !w.done {
		w.done = !w.yield(r)
	}
}

// group is the list of all patients, by which a population is exported.
func (w *world) group() {
	members := make([]r4.Member, len(w.members))
	for i, id := range w.members {
		members[i].Entity = ref("Patient/" + id)
	}
	w.put(&r4.Group{
		Resource: r4.Resource{ID: w.prefix + "everybody"},
		Type:     "person", Actual: true, Active: ptr(true),
		Name: "Everybody", Quantity: ptr(len(members)), Member: members,
	})
}
