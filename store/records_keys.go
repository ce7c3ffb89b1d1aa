package store

import (
	"context"
	"iter"
	"strings"
)

// keysAtOnce is how many keys are asked for at a time.
const keysAtOnce = 100

// KeysBelow are the keys of a kind that begin with a prefix and are longer, in their
// order, each without the prefix. They may be deleted on the way. After an error there
// is nothing more.
func KeysBelow(ctx context.Context, records Records, kind, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for after := prefix; ; {
			keys, err := records.List(ctx, kind, after, keysAtOnce)
			if err != nil {
				yield("", err)
				return
			}
			for _, key := range keys {
				rest, below := strings.CutPrefix(key, prefix)
				if !below || !yield(rest, nil) {
					return
				}
				after = key
			}
			if len(keys) < keysAtOnce {
				return
			}
		}
	}
}
