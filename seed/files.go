package seed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// File is one input: a Bundle or a resource as JSON, or one resource a line as
// NDJSON, plain or compressed by gzip.
type File struct {
	Name string // shown to people, and its ending tells NDJSON from JSON
	Size int64  // bytes as stored

	open  func() (io.ReadCloser, error)
	limit int         // bytes of one resource
	read  func(int64) // told of bytes read; may be nil
	// made makes the resources of a file that is not there; nil for others. It tells
	// how far it is in units of Size.
	made func(tell func(int64)) iter.Seq2[Item, *Refusal]
	// postpone asks for the refusal postponed, see document.
	postpone bool
}

// ErrNothingFound says that a folder has no file that could be imported.
var ErrNothingFound = errors.New("no .json, .ndjson or .jsonl file in it, plain or .gz")

// Find lists the files that paths name. A path of a file is taken whatever its
// name is; of a folder, everything below it that ends in .json, .ndjson or
// .jsonl, with or without .gz, in the order of the names, unless its name begins
// with a dot. The error names the path at fault.
func Find(paths []string) ([]File, error) {
	var files []File
	for _, path := range paths {
		found, err := findPath(path)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return files, nil
}

func findPath(path string) ([]File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Mode().IsRegular():
		return []File{diskFile(path, info.Size())}, nil
	case !info.IsDir():
		return nil, fmt.Errorf("%s: neither a file nor a folder; a Bundle is read twice, so that a pipe will not do", path)
	}
	var files []File
	// The separator makes WalkDir follow a path that is itself a link.
	err = filepath.WalkDir(path+string(filepath.Separator), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !importable(name) {
			return err
		}
		// Stat follows a link to a file; WalkDir does not follow one to a folder.
		if info, err := os.Stat(name); err != nil {
			return err
		} else if info.Mode().IsRegular() {
			files = append(files, diskFile(name, info.Size()))
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: %w", path, ErrNothingFound)
	}
	return files, err
}

func diskFile(name string, size int64) File {
	open := func() (io.ReadCloser, error) { return os.Open(name) }
	return File{Name: name, Size: size, open: open, limit: MaxResource}
}

// memoryFile is a File of bytes that are there already.
func memoryFile(name string, content []byte) File {
	open := func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(string(content))), nil
	}
	return File{Name: name, Size: int64(len(content)), open: open, limit: MaxResource}
}

// Made is a File whose resources are made while it is read, one after the other. The
// name is shown to people; work is how much there is to do, in any unit, in which made
// tells what it has done.
func Made(name string, work int64, made func(tell func(int64)) iter.Seq2[Item, *Refusal]) File {
	return File{Name: name, Size: work, made: made}
}

func importable(name string) bool {
	plain := strings.TrimSuffix(strings.ToLower(name), ".gz")
	return (strings.HasSuffix(plain, ".json") || isNDJSON(plain)) && !strings.HasPrefix(filepath.Base(name), ".")
}

func isNDJSON(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return slices.Contains([]string{".ndjson", ".jsonl"}, filepath.Ext(name))
}

// Resources reads the file. Each pair is either an Item or a *Refusal. A Bundle
// that is broken as a whole is refused as a whole: its links could not be
// followed.
func (f File) Resources() iter.Seq2[Item, *Refusal] {
	if f.made != nil {
		return f.made(f.tell)
	}
	return func(yield func(Item, *Refusal) bool) {
		if isNDJSON(f.Name) {
			f.lines(yield)
			return
		}
		document := document{open: f.text, at: Position{File: f.Name}, limit: f.limit, postpone: f.postpone}
		document.resources(yield)
	}
}

// tell passes on how much was done.
func (f File) tell(n int64) {
	if f.read != nil {
		f.read(n)
	}
}

// text opens the file for reading, decompressed if it is compressed, whatever
// its name says.
func (f File) text() (io.ReadCloser, error) {
	file, err := f.open()
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(&observed{file, f.read}, 1<<16)
	if magic, _ := buffered.Peek(2); string(magic) != "\x1f\x8b" {
		return readCloser{buffered, file}, nil
	}
	unzipped, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return readCloser{unzipped, file}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// observed tells how much was read.
type observed struct {
	from io.Reader
	tell func(int64)
}

func (o *observed) Read(p []byte) (int, error) {
	n, err := o.from.Read(p)
	if o.tell != nil && n > 0 {
		o.tell(int64(n))
	}
	return n, err
}
