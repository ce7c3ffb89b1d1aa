package smart

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/store"
)

// transact does something, with the record of it, in one transaction: both happen or
// neither. Do returns what is to be recorded. A refusal that has ended a grant is
// committed, recorded, and returned.
func (s *Server) transact(ctx context.Context, do func(tx *store.Tx) ([]audit.Event, error)) error {
	var refused *auth.Ended
	err := s.admin.Transact(ctx, func(tx *store.Tx) error {
		refused = nil // it may run again
		events, err := do(tx)
		if errors.As(err, &refused) {
			events, err = append(events, ended(refused.Grant)), nil
		}
		if err != nil {
			return err
		}
		for _, event := range events {
			if err := s.Audit.Record(ctx, tx, event); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}
