package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// MaxFindings is how many findings a Report lists.
const MaxFindings = 100

// Report is what a check has found.
type Report struct {
	Checked
	Findings                []Finding // the first of those that are Damaged or Lost
	Damaged, Lost, Outdated int64     // how many there are
}

// errNoChecker: a kind of store may come without.
var errNoChecker = errors.New("this kind of store can neither be checked nor reindexed")

func (s *Store) checker() (Checker, error) {
	c, ok := s.backend.(Checker)
	if !ok {
		return nil, errNoChecker
	}
	return c, nil
}

// Check verifies the store, also while it is in use.
func (s *Store) Check(ctx context.Context) (*Report, error) {
	c, err := s.checker()
	if err != nil {
		return nil, err
	}
	var r Report
	r.Checked, err = c.Check(ctx, s.indexAnew, r.add)
	if err != nil {
		return nil, err
	}
	return &r, nil
}

func (r *Report) add(f Finding) {
	switch f.Kind {
	case Outdated:
		r.Outdated++
		return
	case Lost:
		r.Lost++
	case Damaged:
		r.Damaged++
	}
	if len(r.Findings) < MaxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// Err is nil if everything agrees, and else an error that names the findings.
func (r *Report) Err() error {
	if r.Damaged+r.Lost+r.Outdated == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("%d findings, and entries of %d versions that are not what this granary would write", r.Damaged+r.Lost, r.Outdated)}
	for _, f := range r.Findings {
		lines = append(lines, f.String())
	}
	return errors.New(strings.Join(lines, "\n"))
}

// String names the resource, if there is one, and says what is wrong.
func (f Finding) String() string {
	switch {
	case f.Key == Key{}:
		return f.Text
	case f.Version > 0:
		return fmt.Sprintf("%s/_history/%d: %s", f.Key, f.Version, f.Text)
	}
	return fmt.Sprintf("%s: %s", f.Key, f.Text)
}

// Repair puts right what Check finds, but for what is Lost.
func (s *Store) Repair(ctx context.Context, progress func(Reindexed)) error {
	c, err := s.checker()
	if err != nil {
		return err
	}
	return c.Repair(ctx, s.indexAnew, progress)
}
