package seed

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// document is one JSON text that holds a resource or a Bundle. A Bundle is read
// twice: first for what its entries are called, since an entry may refer to a
// later one, then for the entries.
type document struct {
	open  func() (io.ReadCloser, error)
	at    Position
	limit int
	// postpone asks for the refusal postponed, and no more, if a resource
	// may have a conditional reference.
	postpone bool
}

// postponed stands for a document that should be read after the others.
var postponed = &Refusal{Reason: "it may refer to what another file brings"}

// yield takes what was read; false stops the reading.
type yield func(Item, *Refusal) bool

func (d document) resources(yield yield) {
	plan, err := d.plan()
	switch {
	case err != nil:
		yield(Item{}, &Refusal{At: d.at, Reason: err.Error()})
	case d.postpone && plan.conditional:
		yield(Item{}, postponed)
	case plan.resourceType != "Bundle":
		yield(d.single())
	default:
		d.entries(plan, yield)
	}
}

// single reads the document as one resource.
func (d document) single() (Item, *Refusal) {
	raw, err := d.whole()
	if err != nil {
		return Item{}, &Refusal{At: d.at, Reason: err.Error()}
	}
	return readSingle(d.at, raw)
}

// whole is the document's text.
func (d document) whole() ([]byte, error) {
	text, err := d.open()
	if err != nil {
		return nil, err
	}
	defer text.Close()
	raw, err := io.ReadAll(io.LimitReader(text, int64(d.limit)+1))
	if err == nil && len(raw) > d.limit {
		err = tooLarge(d.limit)
	}
	return raw, err
}

// readSingle makes an Item of a resource that is in no Bundle.
func readSingle(at Position, raw []byte) (Item, *Refusal) {
	resource, err := fhirjson.Parse(raw)
	if err != nil {
		return Item{}, &Refusal{At: at, Reason: err.Error()}
	}
	key := store.Key{Type: resource.Get("resourceType").Text(), ID: resource.Get("id").Text()}
	if reason := checkKey(key); reason != "" {
		return Item{}, &Refusal{At: at, Key: key, Reason: reason}
	}
	return Item{At: at, Key: key, Resource: resource}, nil
}

// entries reads the resources of a Bundle as its plan says.
func (d document) entries(plan plan, yield yield) {
	err := d.walk(ignoreMember, func(i int, raw []byte) error {
		if i >= len(plan.entries) {
			return errors.New("the file changed while it was read")
		}
		if plan.entries[i].skip {
			return nil
		}
		if !yield(d.entry(plan, i, raw)) {
			return errStop
		}
		return nil
	})
	if err != nil {
		yield(Item{}, &Refusal{At: d.at, Reason: err.Error()})
	}
}

func ignoreMember(string, []byte) error { return nil }

func (d document) entry(plan plan, i int, raw []byte) (Item, *Refusal) {
	planned, at := plan.entries[i], d.at
	if at.Place != "" {
		at.Place += ", "
	}
	at.Place += fmt.Sprintf("Bundle.entry[%d]", i)
	if planned.reason != "" {
		return Item{}, &Refusal{At: at, Key: planned.key, Reason: planned.reason}
	}
	entry, err := fhirjson.Parse(raw)
	if err != nil {
		return Item{}, &Refusal{At: at, Key: planned.key, Reason: err.Error()}
	}
	resource, err := plan.links.rewrite(entry.Get("resource"), planned.key)
	if err != nil {
		return Item{}, &Refusal{At: at, Key: planned.key, Reason: err.Error()}
	}
	return Item{At: at, Key: planned.key, Resource: resource}, nil
}

func tooLarge(limit int) error {
	return fmt.Errorf("larger than %d bytes, the most that one resource may have", limit)
}

// plainly says what is wrong with a text without the name of the library that
// found it.
func plainly(err error) error {
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return err
	}
	reason := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
	if syntactic.JSONPointer != "" {
		reason += " in " + string(syntactic.JSONPointer)
	}
	return fmt.Errorf("not valid JSON: %s, at byte %d", reason, syntactic.ByteOffset)
}
