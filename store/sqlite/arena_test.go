package sqlite

import (
	"bytes"
	"testing"
)

// Bodies share memory and must not share a byte.
func TestArenaBodiesAreApart(t *testing.T) {
	a := arena{expected: 100}
	var all [][]byte
	for i := range 300 { // more than were expected
		b := a.take(i * 97 % 5000)
		for k := range b {
			b[k] = byte(i)
		}
		all = append(all, b)
	}
	for i, b := range all {
		if len(b) != i*97%5000 || cap(b) != len(b) || !bytes.Equal(b, bytes.Repeat([]byte{byte(i)}, len(b))) {
			t.Fatalf("body %d is not what was written to it", i)
		}
	}
}

func TestArenaTakesWhatIsExpected(t *testing.T) {
	for _, c := range []struct{ expected, bodies, bytes, most int }{
		{51, 51, 800, 44 << 10}, // 40,800 bytes: a page
		{51, 4, 800, 4 << 10},   // a small one
		{51, 10, 800, 20 << 10}, // and one that is not full
		{1001, 100, 800, 84 << 10},
		{51, 51, 100_000, 51 * 100_000}, // each by itself
	} {
		a := arena{expected: c.expected}
		allocated := 0
		for range c.bodies {
			before := len(a.free)
			b := a.take(c.bytes)
			switch grown := len(a.free) + len(b) - before; {
			case len(b) > largeArena/4:
				allocated += len(b)
			case grown > 0:
				allocated += a.size
			}
		}
		if allocated < c.bodies*c.bytes || allocated > c.most {
			t.Errorf("for %d of %d bodies of %d bytes: %d were allocated, want at most %d", c.bodies, c.expected, c.bytes, allocated, c.most)
		}
	}
}
