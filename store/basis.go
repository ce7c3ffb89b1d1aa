package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/granary-fhir/granary/search"
)

// derivation is the version of the way from a body to its entries, charts and
// relationships, as far as the definitions do not say it. It is raised when another
// granary would make something else of a body: TestDerivation tells.
const derivation = 1

// basisOf tells apart what everything is derived by: the search parameters with their
// expressions, and the version of what is done with them. The base URL is not in it: it
// says what is local in a few references, and is chosen by the operator.
func basisOf(r *search.Registry) string { return fmt.Sprintf("%d:%s", derivation, r.Digest()) }

// The record of the bases by which entries of the store were made.
const basesKind, basesKey = "index", "bases"

// unknownBasis is that of a granary which kept no record of it.
const unknownBasis = "unknown"

// bases are all by which something in the store may have been derived. Whoever opens the
// store may write, and so puts its own at the end; a reindex leaves its own alone.
type bases struct {
	Of []string `json:"of"`
	// Writers are those of them that may go on writing: a reindex shuts out all others
	// when it begins. Without them it is all.
	Writers []string  `json:"writers,omitempty"`
	Shut    time.Time `json:"shut,omitzero"` // when it did
	// Packaged are the parameters of IG packages of each basis, as packagedOf names
	// them: none of a basis that is not there.
	Packaged map[string][]string `json:"packaged,omitempty"`
	revision int64               // changes whenever another granary than the last one opens the store
}

// are tells whether all is derived by one basis.
func (b bases) are(basis string) bool { return slices.Equal(b.Of, []string{basis}) }

// newest tells whether nobody with another basis has opened the store since.
func (b bases) newest(basis string) bool {
	return len(b.Of) > 0 && b.Of[len(b.Of)-1] == basis
}

// mayWrite tells whether what is derived by a basis may be written.
func (b bases) mayWrite(basis string) bool {
	return len(b.Of) == 0 || slices.Contains(b.Of, basis) && (b.Writers == nil || slices.Contains(b.Writers, basis))
}

// with puts a basis at the end.
func (b bases) with(basis string, packaged []string) bases {
	others := func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(b string) bool { return b == basis })
	}
	b.Of = append(others(b.Of), basis)
	if b.Writers != nil {
		b.Writers = append(others(b.Writers), basis)
	}
	known := map[string][]string{basis: packaged}
	for _, of := range b.Of {
		if p, ok := b.Packaged[of]; ok && of != basis {
			known[of] = p
		}
	}
	b.Packaged = known
	return b
}

// packagedOf are the parameters of IG packages, each with all that says what entries it
// has.
func packagedOf(r *search.Registry) []string {
	names := []string{}
	for _, p := range r.Packaged() {
		names = append(names, packagedName(p))
	}
	slices.Sort(names)
	return names
}

func packagedName(p *search.Param) string {
	sum := sha256.Sum256(fmt.Append(nil, derivation, p.Making()))
	return fmt.Sprintf("%s %x", p.Name(), sum[:8])
}

// NeedsReindex tells whether entries may be there that this granary would not have made:
// another one wrote to the store, and no Reindex has come to its end since. What asks for
// an entry then finds too little, and what asks that there be none finds too much.
func (s *Store) NeedsReindex(ctx context.Context) (bool, error) {
	kept, err := s.keptBases(ctx)
	return !kept.are(s.basis), err
}

// enter puts the store's own basis at the end of the bases, if it is not there.
func (s *Store) enter(ctx context.Context) (bases, error) {
	return s.changeBases(ctx, func(kept bases) (bases, bool) {
		if kept.newest(s.basis) && kept.mayWrite(s.basis) {
			return kept, false
		}
		return kept.with(s.basis, s.packaged), true
	})
}

// claim is enter, and shuts out all who derive otherwise: what they wrote is there by
// now, and they write nothing more.
func (s *Store) claim(ctx context.Context) (bases, error) {
	if _, err := s.enter(ctx); err != nil {
		return bases{}, err
	}
	return s.changeBases(ctx, func(kept bases) (bases, bool) {
		if kept.are(s.basis) || slices.Equal(kept.Writers, []string{s.basis}) {
			return kept, false
		}
		kept = kept.with(s.basis, s.packaged)
		kept.Writers, kept.Shut = []string{s.basis}, s.backend.Now()
		return kept, true
	})
}

// changeBases changes the record, whoever else does so at the same time.
func (s *Store) changeBases(ctx context.Context, change func(bases) (changed bases, is bool)) (bases, error) {
	for {
		kept, err := s.keptBases(ctx)
		if err != nil {
			return kept, err
		}
		changed, is := change(kept)
		if !is {
			return kept, nil
		}
		kept, err = s.keepBases(ctx, changed)
		if !errors.Is(err, ErrRecordChanged) { // else another process was first
			return kept, err
		}
	}
}

// keptBases are the bases by the record. A new store, in which nothing is derived, has
// none; of an older granary's that is all that is known.
func (s *Store) keptBases(ctx context.Context) (kept bases, err error) {
	defer func() {
		if err == nil {
			s.indexing.note(kept)
		}
	}()
	record, err := s.Records().Get(ctx, basesKind, basesKey)
	switch {
	case errors.Is(err, ErrNotFound):
		_, err := s.Records().Get(ctx, sealingKind, sealingKey) // which every store has that was opened before
		if errors.Is(err, ErrNotFound) {
			return bases{}, nil
		}
		return bases{Of: []string{unknownBasis}}, err
	case err != nil:
		return bases{}, err
	}
	return basesIn(record)
}

// basesIn are the bases in their record.
func basesIn(record Record) (kept bases, err error) {
	if err := json.Unmarshal(record.Value, &kept); err != nil {
		return bases{}, fmt.Errorf("the record of what the index was made by: %w", err)
	}
	kept.revision = record.Revision
	return kept, nil
}

// keepBases writes the record, if it is still the one that was read; else
// ErrRecordChanged.
func (s *Store) keepBases(ctx context.Context, b bases) (bases, error) {
	value, err := json.Marshal(b)
	if err != nil {
		return b, err
	}
	b.revision, err = s.Records().Swap(ctx, basesKind, basesKey, b.revision, value, time.Time{})
	if err == nil {
		s.indexing.note(b)
	}
	return b, err
}

// settle says that everything is derived by the store's own basis, unless another granary
// has opened the store since it had these bases.
func (s *Store) settle(ctx context.Context, since bases) error {
	if since.are(s.basis) {
		return nil
	}
	settled := bases{revision: since.revision}.with(s.basis, s.packaged)
	_, err := s.keepBases(ctx, settled)
	if !errors.Is(err, ErrRecordChanged) {
		return err
	}
	if now, err := s.keptBases(ctx); err != nil || now.are(s.basis) { // another process did the same
		return err
	}
	return errors.New("another granary has opened the store meanwhile, and may have written what it derives otherwise: stop it, and reindex again")
}
