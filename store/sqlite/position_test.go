package sqlite

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/granary-fhir/granary/store"
)

func TestPositionRoundTrip(t *testing.T) {
	for _, p := range []position{
		{},
		{sort: math.MinInt64, rid: math.MaxInt64},
		{keys: []value{null, num(-7), float(math.Inf(-1)), text(""), text("a\x00\xff")}, sort: -1, rid: 1},
	} {
		got, err := decodePosition(p.encode(), len(p.keys))
		if err != nil || !reflect.DeepEqual(*got, p) {
			t.Errorf("%+v came back as %+v, %v", p, got, err)
		}
		if _, err := decodePosition(p.encode(), len(p.keys)+1); !errors.Is(err, store.ErrCursor) {
			t.Errorf("another number of keys: %v", err)
		}
	}
}

func FuzzDecodePosition(f *testing.F) {
	f.Add([]byte{}, 0)
	f.Add([]byte((&position{keys: []value{text("a"), float(1)}, rid: 5}).encode()), 2)
	f.Add([]byte{1, byte(isText), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 1)
	f.Fuzz(func(t *testing.T, text []byte, keys int) {
		p, err := decodePosition(text, min(max(keys, 0), 10))
		if err != nil {
			if !errors.Is(err, store.ErrCursor) {
				t.Errorf("the error is %v", err)
			}
			return
		}
		if again, err := decodePosition(p.encode(), len(p.keys)); err != nil || !reflect.DeepEqual(again.encode(), p.encode()) {
			t.Errorf("%+v came back as %+v, %v", p, again, err)
		}
	})
}
