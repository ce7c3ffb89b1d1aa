package synthetic

import (
	"iter"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// File is the Population as an input of seed.Import, which writes what differs from
// what is there. Its work is counted in patients.
func (p Population) File() seed.File {
	return seed.Made("the synthetic patients", int64(p.Patients), p.items)
}

func (p Population) items(tell func(int64)) iter.Seq2[seed.Item, *seed.Refusal] {
	return func(yield func(seed.Item, *seed.Refusal) bool) {
		for r := range p.Resources() {
			item, refusal := r.item()
			if !yield(item, refusal) {
				return
			}
			if r.Type == "Patient" {
				tell(1)
			}
		}
	}
}

func (r Resource) item() (seed.Item, *seed.Refusal) {
	key := store.Key{Type: r.Type, ID: r.ID}
	at := seed.Position{File: "the synthetic patients", Place: key.String()}
	node, err := fhirjson.Parse(r.JSON)
	if err != nil {
		return seed.Item{}, &seed.Refusal{At: at, Key: key, Reason: err.Error()}
	}
	return seed.Item{At: at, Key: key, Resource: node}, nil
}
