package sqlite

import (
	"path/filepath"
	"runtime"
	"testing"
)

// A process that has no file descriptor left, because so many clients are connected,
// opens no further connection, and answers with those that it has.
func TestReadersThatCannotBecomeMoreAreShared(t *testing.T) {
	dir := t.TempDir()
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }() // what it says is tested elsewhere
	p := newPool(b.path)
	only, err := p.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.path = filepath.Join(dir, "absent")
	type taken struct {
		conn *conn
		err  error
	}
	second := make(chan taken, 1)
	go func() {
		c, err := p.take(t.Context())
		second <- taken{c, err}
	}()
	for p.waits.Load() == 0 {
		select {
		case got := <-second:
			t.Fatalf("it did not wait: %v", got.err)
		default:
			runtime.Gosched()
		}
	}
	p.put(only)
	if got := <-second; got.conn != only || got.err != nil {
		t.Errorf("got %p, %v, want %p", got.conn, got.err, only)
	}
	p.put(only)
	if err := p.close(); err != nil {
		t.Error(err)
	}

	none := newPool(p.path)
	if c, err := none.take(t.Context()); err == nil {
		t.Errorf("got %p of none", c)
	}
}
