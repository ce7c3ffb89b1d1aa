package seed

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// errStop ends a walk whose consumer wants no more.
var errStop = errors.New("stop")

// walk goes through the members of the document's one JSON object. It calls
// entry for each item of an array "entry", in order, and member for every other
// member. The values are literal JSON, valid until the next call, and no larger
// than the document's limit. Duplicate names and invalid UTF-8 are left for the
// strict parser, which names them, except among the members themselves.
func (d document) walk(member func(name string, raw []byte) error, entry func(i int, raw []byte) error) error {
	text, err := d.open()
	if err != nil {
		return err
	}
	defer text.Close()
	meter := &meter{from: text, limit: 2 * d.limit}
	w := walker{meter: meter, limit: d.limit, member: member, entry: entry,
		dec: jsontext.NewDecoder(meter, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	err = w.object()
	switch {
	case errors.Is(err, errStop):
		return nil
	case errors.Is(err, errMetered):
		return tooLarge(d.limit)
	}
	return plainly(err)
}

type walker struct {
	dec    *jsontext.Decoder
	meter  *meter
	limit  int
	member func(string, []byte) error
	entry  func(int, []byte) error
}

func (w *walker) object() error {
	token, err := w.dec.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty")
	case err != nil:
		return err
	case token.Kind() != '{':
		return errors.New("not a JSON object")
	}
	seen := make(map[string]bool)
	for w.dec.PeekKind() != '}' {
		token, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if seen[name] {
			return errors.New("duplicate object member name at /" + name)
		}
		seen[name] = true
		if err := w.value(name); err != nil {
			return err
		}
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	return w.end()
}

func (w *walker) value(name string) error {
	if name == "entry" && w.dec.PeekKind() == '[' {
		return w.array()
	}
	raw, err := w.next()
	if err != nil {
		return err
	}
	return w.member(name, raw)
}

func (w *walker) array() error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; w.dec.PeekKind() != ']'; i++ {
		raw, err := w.next()
		if errors.Is(err, errMetered) {
			return fmt.Errorf("in Bundle.entry[%d]: %w", i, tooLarge(w.limit))
		}
		if err != nil {
			return err
		}
		if err := w.entry(i, raw); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

// next reads one value whole.
func (w *walker) next() ([]byte, error) {
	w.meter.reset()
	raw, err := w.dec.ReadValue()
	if err == nil && len(raw) > w.limit {
		err = errMetered
	}
	return raw, err
}

// end makes sure that nothing follows.
func (w *walker) end() error {
	w.meter.reset()
	_, err := w.dec.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, errMetered):
		return err
	}
	return errors.New("more than one JSON value; a file with one resource a line is named .ndjson")
}

// meter bounds how much is read between two resets, and so how large a single
// value can grow in memory. Reads ahead count for the value before, therefore
// the limit must leave room.
type meter struct {
	from        io.Reader
	limit, used int
}

var errMetered = errors.New("too large")

func (m *meter) reset() { m.used = 0 }

func (m *meter) Read(p []byte) (int, error) {
	if m.used > m.limit {
		return 0, errMetered
	}
	n, err := m.from.Read(p)
	m.used += n
	return n, err
}
