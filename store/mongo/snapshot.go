package mongo

import (
	"cmp"
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/granary-fhir/granary/store"
)

// snapshot implements store.Snapshot in a transaction.
type snapshot struct {
	backend *Backend
	*state
	now int64 // microseconds since 1970
	// writes is the transaction that the snapshot is of; nil where it is only read.
	writes *tx
	// room is how many bytes of bodies searches may still read; nil for all.
	room *int
}

// state is the transaction of a snapshot, and of those that are within it. The first
// command begins it: what that sees is the state.
type state struct {
	session *mongo.Session
	// seen tells that a command was answered.
	seen bool
	// broken is the first error of a command. The server has then ended the
	// transaction, or may have.
	broken error
	// trace is told of each query; nil for none. It is that of the Read or Write.
	trace *store.Trace
	// answers are those in a snapshot that is only read.
	answers *answers
}

// Read implements store.Backend.
func (b *Backend) Read(ctx context.Context, fn func(store.Snapshot) error) error {
	return b.read(ctx, func(s *snapshot) error { return fn(s) })
}

func (b *Backend) read(ctx context.Context, fn func(*snapshot) error) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.running.Done()
	s, err := b.begin(ctx)
	if err != nil {
		return translate(ctx, err)
	}
	ended := false
	defer func() {
		if !ended { // a panic is on its way, too
			s.abort(ctx)
		}
	}()
	answer := fn(s)
	if s.broken != nil || answer != nil && ctx.Err() != nil {
		return answer // fn knows of it
	}
	// A commit by a majority says that what was read is on a majority of the members: that
	// something is not there, too.
	ended = true
	if err := s.commit(ctx); err != nil {
		return translate(ctx, err)
	}
	return answer
}

// begin makes a snapshot, which ends with abort or commit.
func (b *Backend) begin(ctx context.Context) (*snapshot, error) {
	session, err := b.session(ctx)
	return &snapshot{backend: b, state: &state{session: session, answers: newAnswers(), trace: store.TraceOf(ctx)}, now: b.Now().UnixMicro()}, err
}

// ask runs a command that reads. As long as none was answered nobody has seen anything
// of the state, and it may be another one: so where a command fails for a reason that
// passes, as when another server has become the primary, it is sent again in a new
// transaction. A later one is not: its state is lost. A Write begins as a whole again,
// and not here.
func (s *snapshot) ask(ctx context.Context, command func(context.Context) error) error {
	limited, cancel := s.backend.limited(ctx)
	defer cancel()
	pause := newPause()
	for {
		within, err := s.in(ctx)
		if err != nil {
			return err
		}
		if err = command(within); err == nil {
			s.seen = true
			return nil
		}
		if s.seen || s.writes != nil || !passes(err) || pause.wait(limited) != nil {
			return s.ran(ctx, err)
		}
		if err := s.beginAgain(ctx); err != nil {
			return s.ran(ctx, err)
		}
	}
}

// beginAgain puts a new transaction in place of one in which nothing was seen.
func (s *snapshot) beginAgain(ctx context.Context) error {
	s.backend.undoAside(ctx, s.session)
	session, err := s.backend.session(ctx)
	if err == nil {
		s.session = session
	}
	return err
}

// limited is a context that has a deadline.
func (b *Backend) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, b.options.OperationTimeout)
}

// in is the context for a command: each goes through it. A context that is done
// sends none, since a command that is cut off would end the transaction.
func (s *snapshot) in(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.broken != nil {
		return nil, translate(ctx, s.broken)
	}
	return mongo.NewSessionContext(ctx, s.session), nil
}

// ran is the contract's error for that of a command: each goes through it.
func (s *snapshot) ran(ctx context.Context, err error) error {
	if err != nil && s.broken == nil {
		s.broken = err
	}
	return translate(ctx, err)
}

// commit ends the transaction and keeps what it has written. Once it has begun it goes
// on though the caller may be gone, until the deadline. Where an answer is lost the
// commit alone is sent again, which does nothing that was done already: what it was a
// commit of must not be run again before a server has said that it was none.
func (s *snapshot) commit(ctx context.Context) error {
	defer s.session.EndSession(context.WithoutCancel(ctx))
	if s.backend.standalone {
		return nil
	}
	lasting, cancel := s.backend.lasting(ctx)
	defer cancel()
	pause := newPause()
	for {
		err := s.session.CommitTransaction(lasting)
		if !isUnknown(err) {
			return err
		}
		if isUnselected(err) || pause.wait(lasting) != nil {
			return &failure{cmp.Or(ctx.Err(), store.ErrUnavailable), fmt.Errorf("whether it was committed is not known: %w", err)}
		}
	}
}

// lasting is a context that is not done before its deadline.
func (b *Backend) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), b.options.OperationTimeout)
}

// abort ends the transaction and undoes it. Nobody whose context is done waits for
// that: the server may still be at the last command. The driver knows of a deadline a
// little before the context does.
func (s *snapshot) abort(ctx context.Context) {
	if ctx.Err() == nil && (s.broken == nil || !mongo.IsTimeout(s.broken)) {
		s.backend.undo(ctx, s.session)
		return
	}
	s.backend.undoAside(ctx, s.session)
}

// undo ends a session, and the transaction that has begun in it.
func (b *Backend) undo(ctx context.Context, session *mongo.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.options.ConnectTimeout)
	defer cancel()
	session.EndSession(ctx)
}

// undoAside does so while the caller goes on.
func (b *Backend) undoAside(ctx context.Context, session *mongo.Session) {
	b.running.Go(func() { b.undo(ctx, session) })
}

// asked notes that a predicate was asked of all resources of some types. What a
// predicate itself asks of others is noted by asks.
func (s *snapshot) asked(types ...string) {
	if s.writes != nil {
		s.writes.reads.all(types...)
	}
}

// askedOf notes that one resource was asked for, and whether it was found.
func (s *snapshot) askedOf(key store.Key, found bool) {
	if s.writes != nil {
		s.writes.reads.one(resources, key.Type, resourceID(key), found)
	}
}
