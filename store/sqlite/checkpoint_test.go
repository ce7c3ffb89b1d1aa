package sqlite

import (
	"fmt"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The log is brought into the database while a reader has a snapshot, and begins
// anew when there is none.
func TestCheckpoint(t *testing.T) {
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	write := func(id string) {
		t.Helper()
		err := b.Write(t.Context(), func(w store.Writer) error {
			return w.Put(t.Context(), store.NewVersion{
				Resource: store.Resource{Key: keyOf("Patient", id), Version: 1, Updated: b.Now(), Body: []byte("{}")},
				Entries:  search.Entries{Sort: search.NoSort}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.log.close(); err != nil { // this one would do it when it likes
		t.Fatal(err)
	}
	p := &checkpointer{written: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	close(p.ended)
	if p.conn, err = openConn(b.path, 1024); err != nil {
		t.Fatal(err)
	}
	b.log = p
	for i := range 10 {
		write(fmt.Sprint("a", i))
	}
	before, _, err := p.frames("NOOP")
	if err != nil || before == 0 {
		t.Fatalf("the log has %d pages, %v", before, err)
	}
	err = b.Read(t.Context(), func(store.Snapshot) error {
		if err := p.checkpoint(false); err != nil {
			return err
		}
		if _, done, err := p.frames("NOOP"); err != nil || done > 0 {
			t.Errorf("%d pages were brought over, though there are few, %v", done, err)
		}
		err := p.checkpoint(true)
		if log, done, failed := p.frames("NOOP"); failed != nil || log != done {
			t.Errorf("%d of %d pages are brought over, %v", done, log, failed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	write("b")
	if after, _, err := p.frames("NOOP"); err != nil || after >= before {
		t.Errorf("the log has %d pages after a checkpoint, %d before, %v", after, before, err)
	}
}
