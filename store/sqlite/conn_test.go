package sqlite

import (
	"testing"

	"github.com/granary-fhir/granary/store/sqlite/internal/volatile"
)

// What blob returned stays as it was while the statement goes on, and after it.
func TestBlobIsACopy(t *testing.T) {
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	var all [][]byte
	err = b.read(t.Context(), func(c *conn) error {
		const rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT CAST(printf('%04d', i) AS BLOB) FROM n"
		for range 2 {
			if err := c.query(rows, nil, func(r row) error { all = append(all, r.blob(0)); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(all) != 200 {
		t.Fatal(len(all), err)
	}
	for i, blob := range all {
		n := i % 100
		if want := string([]byte{'0', '0', byte('0' + n/10), byte('0' + n%10)}); string(blob) != want {
			t.Errorf("row %d: %q, want %q", i, blob, want)
		}
	}
}

// What writes waits for the disk: only sqlitetest has a store that does not.
func TestCommitsWaitForTheDisk(t *testing.T) {
	for _, c := range []struct {
		of   volatile.Store
		want int64
	}{{volatile.Store{}, 2}, {volatile.Yes(), 0}} { // FULL and OFF
		b, err := Open(t.TempDir(), Options{Volatile: c.of})
		if err != nil {
			t.Fatal(err)
		}
		for name, writes := range map[string]*conn{"writer": b.writer.conn, "checkpointer": b.log.conn} {
			var got int64 = -1
			if _, err := writes.first("PRAGMA synchronous", nil, func(r row) { got = r.int(0) }); err != nil || got != c.want {
				t.Errorf("%s: synchronous is %d (%v), want %d", name, got, err, c.want)
			}
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
