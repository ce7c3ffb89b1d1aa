package sqlite

// arena is memory for many bodies, which are handed out together and never
// changed: one allocation for some dozens of them. A nil arena has one for each.
type arena struct {
	free []byte
	size int // of the memory that was allocated last
	// expected is how many bodies there will be at most, 0 if that is not known.
	expected     int
	taken, bytes int // how many there were, and of how many bytes
}

// The sizes of an arena's memory.
const (
	smallArena = 4 << 10 // the first
	largeArena = 64 << 10
)

// take is n bytes that nobody else has.
func (a *arena) take(n int) []byte {
	if a == nil || n > largeArena/4 {
		return make([]byte, n)
	}
	if n > len(a.free) {
		a.size = max(n, min(a.next(), largeArena))
		a.free = make([]byte, a.size)
	}
	b := a.free[:n:n]
	a.free, a.taken, a.bytes = a.free[n:], a.taken+1, a.bytes+n
	return b
}

// next is how much to allocate: twice as much as before; or what the bodies that are
// still to come need if they are like the others, and a sixteenth more, but no more
// than four times as much, since there may be fewer.
func (a *arena) next() int {
	left := a.expected - a.taken
	switch {
	case a.taken == 0:
		return smallArena
	case left <= 0:
		return 2 * a.size
	}
	return min(a.bytes/a.taken*left/16*17, 4*a.size)
}

// blobIn is blob in the memory of an arena.
func (r row) blobIn(column int, a *arena) []byte {
	b := a.take(r.raw.ColumnLen(column))
	return b[:r.raw.ColumnBytes(column, b)]
}

// blobOver is blob in memory that may be used again.
func (r row) blobOver(column int, memory []byte) []byte {
	n := r.raw.ColumnLen(column)
	if cap(memory) < n {
		memory = make([]byte, 2*n)
	}
	memory = memory[:n]
	return memory[:r.raw.ColumnBytes(column, memory)]
}
