package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Inventory is all that a store holds, summed up.
type Inventory struct {
	Types map[string]*Tally // resources, by type
	Kinds map[string]*Tally // records, by kind
}

// Tally sums up resources of one type, or records of one kind. The digest is over all
// of each, in order.
type Tally struct {
	Live, Deleted, Versions int64 // resources, and their versions
	Records                 int64
	digest                  hash.Hash
}

// Digest is that of everything that the tally is of.
func (t *Tally) Digest() string { return hex.EncodeToString(t.digest.Sum(nil)) }

// shortLived is how long a record must be good for to be compared: it should not expire
// while that is done.
const shortLived = 10 * time.Minute

// compare reads both stores.
func (c *copier) compare(ctx context.Context) (*Inventory, error) {
	until := time.Now().Add(shortLived)
	var told sync.Mutex // both stores are read at once, and progress is told one step after the other
	var done int64
	note := func(n int64) {
		told.Lock()
		defer told.Unlock()
		done += n
		c.progress(Copying{Comparing: true, Done: done, Total: 2 * c.total})
	}
	var source, target *Inventory
	group, both := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		source, err = c.from.inventory(both, c.source, until, note)
		return err
	})
	group.Go(func() (err error) {
		target, err = c.to.inventory(both, c.target, until, note)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return source, errors.Join(differences("", source.Types, target.Types), differences("records of kind ", source.Kinds, target.Kinds))
}

// differences are the types, or kinds, of which two stores do not hold the same.
func differences(what string, source, target map[string]*Tally) error {
	var found []error
	names := slices.Collect(maps.Keys(source))
	for name := range target {
		if source[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if is, want := target[name].String(), source[name].String(); is != want {
			found = append(found, fmt.Errorf("%w: %s%s: the source has %s, and the target %s", ErrCopyDiffers, what, name, want, is))
		}
	}
	return errors.Join(found...)
}

// String says all that must be the same.
func (t *Tally) String() string {
	switch {
	case t == nil:
		return "none"
	case t.Records > 0:
		return fmt.Sprintf("%d, digest %.12s", t.Records, t.Digest())
	}
	return fmt.Sprintf("%d resources, %d deleted ones and %d versions, digest %.12s", t.Live, t.Deleted, t.Versions, t.Digest())
}

// inventory reads everything, the records first.
func (s *Store) inventory(ctx context.Context, w Walker, until time.Time, note func(int64)) (*Inventory, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := &Inventory{Types: map[string]*Tally{}, Kinds: map[string]*Tally{}}
	for after := (RecordName{}); ; {
		names, err := w.Names(ctx, after, copyRecords)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			break
		}
		found, err := s.recordsOf(ctx, names)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.Expires.IsZero() || r.Expires.After(until) {
				tallyOf(all.Kinds, r.Kind).addRecord(r)
			}
		}
		after = names[len(names)-1]
	}
	for read := range ahead(ctx, s.batches(ctx, w, unfinishedCopy{})) {
		if read.err != nil {
			return nil, read.err
		}
		for _, v := range read.batch.versions {
			tallyOf(all.Types, v.Type).addVersion(v)
		}
		for _, v := range read.batch.ended() {
			tallyOf(all.Types, v.Type).addResource(v)
		}
		note(int64(len(read.batch.versions)))
	}
	return all, ctx.Err()
}

// ended are the current versions in a batch.
func (b batch) ended() (current []Resource) {
	for i, v := range b.versions {
		last := i == len(b.versions)-1
		if !last && b.versions[i+1].Key != v.Key || last && b.within == (Key{}) {
			current = append(current, v)
		}
	}
	return current
}

func tallyOf(of map[string]*Tally, name string) *Tally {
	if of[name] == nil {
		of[name] = &Tally{digest: sha256.New()}
	}
	return of[name]
}

func (t *Tally) addResource(current Resource) {
	if current.Deleted {
		t.Deleted++
	} else {
		t.Live++
	}
}

// addVersion: that a deletion was made by DELETE goes without saying, and old stores do
// not say it.
func (t *Tally) addVersion(v Resource) {
	t.Versions++
	verb := v.Verb
	if v.Deleted {
		verb = DELETE
	}
	fmt.Fprintf(t.digest, "%s\n%d\n%d\n%t\n%d\n%d\n", v.Key, v.Version, v.Updated.UnixMilli(), v.Deleted, verb, len(v.Body))
	t.digest.Write(v.Body)
}

func (t *Tally) addRecord(r namedRecord) {
	t.Records++
	t.text(r.RecordName.Key)
	t.text(string(r.Value))
	t.text(expiryText(r.Expires))
}

func (t *Tally) text(s string) {
	t.digest.Write(binary.AppendUvarint(nil, uint64(len(s))))
	t.digest.Write([]byte(s))
}

// expiryText is when a record expires. No kind of store tells apart what is later than
// two centuries from now.
func expiryText(t time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case t.Year() > 2200:
		return "late"
	}
	return t.UTC().Format(time.RFC3339Nano)
}
