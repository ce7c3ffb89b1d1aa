package bench

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// observation is what is asked of an Observation of the data that are replicated.
type observation struct {
	key        string
	patient    string // key of its subject
	encounter  bool   // it has one
	noted      bool   // it has a note
	status     string
	categories []string // tokens: system|code
	codes      []string
	day        time.Time // zero if it has none
}

// census is what there is to ask for: the row of a table of what occurs decides
// each query, so that no query is about something that the data lack.
type census struct {
	families map[*family][]observation
	patients map[string]string // the first family name of each patient
	types    []string          // of the resources, in their order
}

func newCensus(families []*family) census {
	c := census{families: make(map[*family][]observation), patients: make(map[string]string)}
	for _, f := range families {
		for _, r := range f.source {
			if at, known := slices.BinarySearch(c.types, r.Type); !known {
				c.types = slices.Insert(c.types, at, r.Type)
			}
			switch r.Type {
			case "Observation":
				c.families[f] = append(c.families[f], newObservation(r))
			case "Patient":
				for _, name := range r.JSON.Get("name").Items() {
					c.patients[r.key()] = cmp.Or(c.patients[r.key()], name.Get("family").Text())
				}
			}
		}
	}
	return c
}

func newObservation(r Resource) observation {
	o := observation{
		key:       r.key(),
		patient:   r.JSON.At("subject", "reference").Text(),
		encounter: r.JSON.At("encounter", "reference") != nil,
		noted:     r.JSON.Get("note") != nil,
		status:    r.JSON.Get("status").Text(),
		codes:     tokens(r.JSON.Get("code")),
	}
	for _, category := range r.JSON.Get("category").Items() {
		o.categories = append(o.categories, tokens(category)...)
	}
	o.day, _, _ = parseDate(r.JSON.Get("effectiveDateTime").Text())
	return o
}

// tokens are the codings of a CodeableConcept as a search writes them.
func tokens(concept *fhirjson.Node) []string {
	var found []string
	for _, coding := range concept.Get("coding").Items() {
		if code := coding.Get("code").Text(); code != "" {
			found = append(found, escaped(coding.Get("system").Text())+"|"+escaped(code))
		}
	}
	return found
}

// escaped writes a text as part of a value (search.html#escaping).
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`).Replace(text)
}

func (o observation) has(category, code string) bool {
	return (category == "" || slices.Contains(o.categories, category)) && (code == "" || slices.Contains(o.codes, code))
}

// all are the Observations of all families.
func (c census) all() []observation {
	var all []observation
	for _, of := range c.families {
		all = append(all, of...)
	}
	slices.SortFunc(all, func(a, b observation) int { return cmp.Compare(a.key, b.key) })
	return all
}

// ranked are the tokens that values finds in the Observations, the most frequent
// first.
func ranked(all []observation, values func(observation) []string) []string {
	count := make(map[string]int)
	for _, o := range all {
		for _, v := range values(o) {
			count[v]++
		}
	}
	return slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
}

// place is an Observation in one replica of its family.
type place struct {
	observation
	naming naming
}

func (p place) id() string          { return p.naming.id(p.key) }
func (p place) patientLink() string { return p.naming.link(p.observation.patient) }
func (p place) near(days int) string {
	return p.naming.day(p.day).AddDate(0, 0, days).Format(time.DateOnly)
}

// places draws Observations that satisfy ok, from the first units of the data
// set: from any of its families that has one, and of it any that does. They are n,
// but no more than there are; nil if there is none.
func (d *Data) places(c census, random *rand.Rand, units, n int, ok func(observation) bool) []place {
	fitting := make(map[*family][]observation)
	for f, all := range c.families {
		for _, o := range all {
			if ok(o) {
				fitting[f] = append(fitting[f], o)
			}
		}
	}
	var candidates []unit
	there := 0
	for i := range units {
		if u := d.unit(i); fitting[u.family] != nil {
			candidates = append(candidates, u)
			there += len(fitting[u.family])
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	drawn := make([]place, min(n, there))
	for i := range drawn {
		u := candidates[random.IntN(len(candidates))]
		of := fitting[u.family]
		drawn[i] = place{of[random.IntN(len(of))], u.naming}
	}
	return drawn
}
