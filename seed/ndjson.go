package seed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads a file with one resource, or one Bundle, a line. A bad line does
// not stop the others.
func (f File) lines(yield yield) {
	refusal := f.eachLine(func(at Position, line []byte) bool { return f.line(at, line, yield) })
	if refusal != nil {
		yield(Item{}, refusal)
	}
}

// eachLine reads a file line by line, until do returns false. The refusal says why it
// cannot be read any further.
func (f File) eachLine(do func(at Position, line []byte) bool) *Refusal {
	text, err := f.text()
	if err != nil {
		return &Refusal{At: Position{File: f.Name}, Reason: err.Error()}
	}
	defer text.Close()
	reader := bufio.NewReaderSize(text, 1<<16)
	for number := 1; ; number++ {
		at := Position{f.Name, fmt.Sprintf("line %d", number)}
		line, err := readLine(reader, f.limit)
		if err != nil && !errors.Is(err, io.EOF) {
			return &Refusal{At: at, Reason: err.Error()}
		}
		if !do(at, line) || errors.Is(err, io.EOF) {
			return nil
		}
	}
}

// line reads the resources of one line; false if the consumer wants no more.
func (f File) line(at Position, line []byte, yield yield) bool {
	switch line = bytes.TrimSpace(line); {
	case len(line) == 0:
		return true
	case len(line) > f.limit:
		return yield(Item{}, &Refusal{At: at, Reason: tooLarge(f.limit).Error()})
	}
	item, refusal := readSingle(at, line)
	if item.Key.Type != "Bundle" && (refusal == nil || refusal.Key.Type != "Bundle") {
		return yield(item, refusal)
	}
	more := true
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(line)), nil }
	document{open: open, at: at, limit: f.limit}.resources(func(item Item, refusal *Refusal) bool {
		more = yield(item, refusal)
		return more
	})
	return more
}

// readLine reads up to the next line feed or the end, which is io.EOF. Of a line
// that is longer than limit it keeps one byte more, and skips the rest.
func readLine(from *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		if room := limit + 2 - len(line); room > 0 { // the line feed is not part of it
			line = append(line, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
