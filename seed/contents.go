package seed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Content is a resource as it stands in a file, to be looked at and not loaded: it
// needs no id, and no link of it is rewritten.
type Content struct {
	At Position
	// Resource is the resource; nil for an entry of a Bundle that has none.
	Resource *fhirjson.Node
	// Bundle is the Bundle that it is an entry of, with this one entry, whose place
	// in the whole Bundle is Entry; nil for what is no entry. The Bundle itself
	// comes last, without its entries.
	Bundle *fhirjson.Node
	Entry  int
}

// Contents reads what is in the file, a Bundle entry by entry. Each pair is either a
// Content or a *Refusal of what cannot be read.
func (f File) Contents() iter.Seq2[Content, *Refusal] {
	return func(yield func(Content, *Refusal) bool) {
		if !isNDJSON(f.Name) {
			f.contents(document{open: f.text, at: Position{File: f.Name}, limit: f.limit}, yield)
			return
		}
		refusal := f.eachLine(func(at Position, line []byte) bool {
			return f.lineContents(at, bytes.TrimSpace(line), yield)
		})
		if refusal != nil {
			yield(Content{}, refusal)
		}
	}
}

func (f File) lineContents(at Position, line []byte, yield func(Content, *Refusal) bool) bool {
	switch {
	case len(line) == 0:
		return true
	case len(line) > f.limit:
		return yield(Content{}, &Refusal{At: at, Reason: tooLarge(f.limit).Error()})
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(line)), nil }
	return f.contents(document{open: open, at: at, limit: f.limit}, yield)
}

// contents reads one JSON text; false if the consumer wants no more.
func (f File) contents(d document, yield func(Content, *Refusal) bool) bool {
	bundle, isBundle, err := d.envelope()
	if err != nil {
		return yield(Content{}, &Refusal{At: d.at, Reason: err.Error()})
	}
	if !isBundle {
		resource, err := d.parsed()
		if err != nil {
			return yield(Content{}, &Refusal{At: d.at, Reason: err.Error()})
		}
		return yield(Content{At: d.at, Resource: resource}, nil)
	}
	more := true
	err = d.walk(ignoreMember, func(i int, raw []byte) error {
		if more = yield(d.content(bundle, i, raw)); !more {
			return errStop
		}
		return nil
	})
	switch {
	case err != nil:
		return yield(Content{}, &Refusal{At: d.at, Reason: err.Error()})
	case !more:
		return false
	}
	return yield(Content{At: d.at, Resource: bundle}, nil)
}

// envelope is a Bundle without its entries. Of what is no Bundle nothing is kept.
func (d document) envelope() (bundle *fhirjson.Node, isBundle bool, err error) {
	var b fhirjson.Builder
	err = d.walk(func(name string, raw []byte) error {
		if name == "resourceType" {
			var typ string
			isBundle = json.Unmarshal(raw, &typ) == nil && typ == "Bundle"
		}
		b.Add(name, raw)
		return nil
	}, func(int, []byte) error { return nil })
	if err != nil || !isBundle {
		return nil, false, err
	}
	bundle, err = fhirjson.Parse(b.Bytes())
	return bundle, true, err
}

func (d document) parsed() (*fhirjson.Node, error) {
	raw, err := d.whole()
	if err != nil {
		return nil, err
	}
	return fhirjson.Parse(raw)
}

// content is an entry, within a Bundle of the same type that has no other.
func (d document) content(bundle *fhirjson.Node, i int, raw []byte) (Content, *Refusal) {
	at := d.at
	if at.Place != "" {
		at.Place += ", "
	}
	at.Place += fmt.Sprintf("Bundle.entry[%d]", i)
	var alone fhirjson.Builder
	alone.AddString("resourceType", "Bundle").Add("type", bundle.Get("type").Raw()).Add("entry", fhirjson.List(raw))
	within, err := fhirjson.Parse(alone.Bytes())
	if err != nil {
		return Content{}, &Refusal{At: at, Reason: err.Error()}
	}
	return Content{At: at, Resource: within.Get("entry").Items()[0].Get("resource"), Bundle: within, Entry: i}, nil
}
