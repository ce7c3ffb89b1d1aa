package ig

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// limits are how large a package may be, in bytes.
type limits struct {
	unpacked int64 // all files together, read or not
	read     int64 // the files that are read together
	file     int64 // one file that is read
	files    int   // entries of the archive, read or not
}

// standard limits: US Core has 12 MB in 750 files, and R4's own package about ten
// times of both.
var standard = limits{unpacked: 1 << 30, read: 128 << 20, file: 16 << 20, files: 20_000}

// FormatError tells why something is not a package that Granary can use.
type FormatError struct {
	// File is the file of the package that is at fault, "" for the whole.
	File string
	// Reason says what is wrong.
	Reason string
	cause  error
}

func (e *FormatError) Error() string {
	if e.File == "" {
		return "the package " + e.Reason
	}
	return "the package's " + shortened(e.File) + " " + e.Reason
}

func (e *FormatError) Unwrap() error { return e.cause }

// isDefinition tells the files of a package that define something: those
// directly in its folder.
func isDefinition(name string) bool {
	return path.Dir(name) == "package" && isJSON(name)
}

// isExample tells the files of a package that are examples.
func isExample(name string) bool {
	return path.Dir(name) == "package/example" && isJSON(name)
}

// isJSON leaves out indexes such as .index.json, which are for package managers.
func isJSON(name string) bool {
	return path.Ext(name) == ".json" && !strings.HasPrefix(path.Base(name), ".")
}

// readArchive is the text of the wanted files by name. Names that lead elsewhere,
// and whatever is no plain file, are not wanted.
func (l limits) readArchive(r io.Reader, wanted func(name string) bool) (map[string][]byte, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, &FormatError{Reason: fmt.Sprintf("is not a .tgz: %v", err), cause: err}
	}
	a := archive{limits: l, wanted: wanted, files: make(map[string][]byte)}
	limited := &io.LimitedReader{R: unzipped, N: l.unpacked}
	err = a.read(tar.NewReader(limited))
	if limited.N == 0 {
		return nil, tooLarge("", l.unpacked, "unpacked")
	}
	return a.files, err
}

// archive is what was read of an archive so far.
type archive struct {
	limits limits
	wanted func(name string) bool
	files  map[string][]byte
	bytes  int64 // in files
}

func (a *archive) read(from *tar.Reader) error {
	for count := 0; ; count++ {
		header, err := from.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &FormatError{Reason: fmt.Sprintf("cannot be read as a tar: %v", err), cause: err}
		case count == a.limits.files:
			return &FormatError{Reason: fmt.Sprintf("has more than %d files", a.limits.files)}
		}
		name := header.Name
		if header.Typeflag != tar.TypeReg || path.Clean(name) != name || !a.wanted(name) {
			continue
		}
		if err := a.readFile(header, from); err != nil {
			return err
		}
	}
}

func (a *archive) readFile(header *tar.Header, content io.Reader) error {
	a.bytes += header.Size
	switch _, twice := a.files[header.Name]; {
	case twice:
		return &FormatError{File: header.Name, Reason: "is in it twice"}
	case header.Size > a.limits.file:
		return tooLarge(header.Name, a.limits.file, "in one file")
	case a.bytes > a.limits.read:
		return tooLarge("", a.limits.read, "of definitions")
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return &FormatError{File: header.Name, Reason: fmt.Sprintf("cannot be read: %v", err), cause: err}
	}
	a.files[header.Name] = text
	return nil
}

func tooLarge(file string, limit int64, what string) error {
	return &FormatError{File: file, Reason: fmt.Sprintf("is too large: more than %d bytes %s", limit, what)}
}

func sorted(files map[string][]byte) []string {
	return slices.Sorted(maps.Keys(files))
}
