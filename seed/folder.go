package seed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// Folder is the Target that writes files, which Import reads again.
type Folder struct {
	path  string
	write func(Item) error
	open  map[string]*writing // by name
	order []string            // of the names
	last  *writing            // the Bundle that is being written
	begun int                 // Bundles
}

// writing is a file that is being written.
type writing struct {
	file    *os.File
	text    *bufio.Writer
	entries int
}

// Formats of a Folder.
const (
	NDJSON  = "ndjson"  // a file for each type, with a resource a line, as bulk export has them
	Bundles = "bundles" // a transaction for what comes before all patients, one for each patient, and one for what ends it
)

// NewFolder writes to a folder, which is made if it is absent and must be empty, in
// one of the Formats. A Bundle begins with each Patient: resources have to come in the
// order of their charts.
func NewFolder(path, format string) (*Folder, error) {
	f := &Folder{path: path, open: make(map[string]*writing)}
	switch format {
	case NDJSON:
		f.write = f.line
	case Bundles:
		f.write = f.entry
	default:
		return nil, fmt.Errorf("%q is not a format of a folder: wants %s or %s", format, NDJSON, Bundles)
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return nil, err
	}
	there, err := os.ReadDir(path)
	if err == nil && len(there) > 0 {
		err = fmt.Errorf("%s: is not empty; nothing is written among other files", path)
	}
	return f, err
}

// Put writes the items.
func (f *Folder) Put(_ context.Context, items []Item) ([]Result, error) {
	results := make([]Result, 0, len(items))
	for _, item := range items {
		if err := f.write(item); err != nil {
			return results, err
		}
		results = append(results, Result{Outcome: store.Created})
	}
	return results, nil
}

// Close ends the files.
func (f *Folder) Close() error {
	err := f.endBundle()
	for _, name := range f.order {
		err = errors.Join(err, f.open[name].close())
	}
	return err
}

func (f *Folder) create(name string) (*writing, error) {
	file, err := os.OpenFile(filepath.Join(f.path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, err
	}
	return &writing{file: file, text: bufio.NewWriterSize(file, 1<<16)}, nil
}

func (w *writing) close() error { return errors.Join(w.text.Flush(), w.file.Close()) }

// line writes a resource to the file of its type.
func (f *Folder) line(item Item) error {
	name := item.Key.Type + ".ndjson"
	w := f.open[name]
	if w == nil {
		var err error
		if w, err = f.create(name); err != nil {
			return err
		}
		f.open[name], f.order = w, append(f.order, name)
	}
	if _, err := w.text.Write(item.Resource.Raw()); err != nil {
		return err
	}
	return w.text.WriteByte('\n')
}

// entry writes a resource to the Bundle of its patient.
func (f *Folder) entry(item Item) error {
	name := ""
	switch {
	case f.last == nil:
		name = "directory.json"
	case item.Key.Type == "Patient":
		name = item.Key.ID + ".json"
	case item.Key.Type == "Group" && f.begun > 1:
		name = "group.json"
	}
	if name != "" {
		if err := f.beginBundle(name); err != nil {
			return err
		}
	}
	if f.last.entries++; f.last.entries > 1 {
		if _, err := io.WriteString(f.last.text, ",\n"); err != nil {
			return err
		}
	}
	var entry, request fhirjson.Builder
	request.AddString("method", "PUT").AddString("url", item.Key.String())
	entry.AddString("fullUrl", exampleBase+item.Key.String()).Add("resource", item.Resource.Raw()).Add("request", request.Bytes())
	_, err := f.last.text.Write(entry.Bytes())
	return err
}

// exampleBase is where resources of files are said to come from.
const exampleBase = "https://granary.example/fhir/"

func (f *Folder) beginBundle(name string) error {
	err := f.endBundle()
	if err != nil {
		return err
	}
	if f.last, err = f.create(name); err != nil {
		return err
	}
	f.begun++
	_, err = io.WriteString(f.last.text, `{"resourceType":"Bundle","type":"transaction","entry":[`+"\n")
	return err
}

func (f *Folder) endBundle() error {
	if f.last == nil {
		return nil
	}
	_, err := io.WriteString(f.last.text, "\n]}\n")
	return errors.Join(err, f.last.close())
}
