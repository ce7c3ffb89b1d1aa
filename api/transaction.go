package api

import (
	"context"
	"errors"
	"maps"

	"github.com/granary-fhir/granary/store"
)

// transaction does all that the entries of a Bundle ask for, or nothing
// (http.html#trules). All that can be known to be wrong without data is said at
// once.
func (s *server) transaction(ctx context.Context, by caller, entries []*bundleEntry) (*response, error) {
	p := newPlan(s, by, entries)
	if err := p.prepare(); err != nil {
		return nil, err
	}
	var t *transaction
	run := func(reader *store.Reader, tx *store.Tx) error {
		t = p.begin(reader, tx)
		return t.run(ctx)
	}
	var err error
	if p.writes() {
		err = by.view.Transact(ctx, func(tx *store.Tx) error { return run(tx.Reader, tx) })
	} else {
		err = by.view.Snapshot(ctx, func(reader *store.Reader) error { return run(reader, nil) })
	}
	if err != nil {
		return nil, t.named(err)
	}
	return t.response()
}

// transaction is a plan that is being carried out on one state of the data. A plan
// may have to be carried out more than once, each time from the beginning: what is
// found out on the way is kept here.
type transaction struct {
	*plan
	reader  *store.Reader
	tx      *store.Tx         // nil where nothing is written
	links   map[string]string // as the plan's, with those to the targets of conditional entries
	owners  owners            // as the plan's, with what conditional entries turned out to mean
	meant   meant             // what conditional references mean
	steps   []*step           // as the plan's, as far as they have come
	answers []*response
	seen    int // how many of the touched resources have been given their owner
}

func (p *plan) begin(reader *store.Reader, tx *store.Tx) *transaction {
	p.by.noted = nil // of an earlier attempt
	t := &transaction{
		plan:    p,
		reader:  reader,
		tx:      tx,
		links:   maps.Clone(p.links),
		owners:  maps.Clone(p.owners),
		meant:   make(meant),
		steps:   make([]*step, len(p.steps)),
		answers: make([]*response, len(p.steps)),
	}
	for i, s := range p.steps {
		again := *s
		t.steps[i] = &again
	}
	return t
}

// run carries the plan out in R4's order, whatever that of the entries is. What a
// write may show is decided when all are done, since later ones can change it.
func (t *transaction) run(ctx context.Context) error {
	for _, do := range []func(context.Context) error{
		t.deletes, t.decide, t.creates, t.updates, t.resolve, t.verify, t.show, t.reads,
	} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) deletes(ctx context.Context) error { return t.each(ctx, isDelete) }
func (t *transaction) creates(ctx context.Context) error {
	return t.each(ctx, func(s *step) bool { return isCreate(s) && !s.conditionally() })
}

func (t *transaction) updates(ctx context.Context) error {
	return t.each(ctx, func(s *step) bool { return isUpdate(s) && !s.conditionally() })
}

// each does the writes that are of a kind.
func (t *transaction) each(ctx context.Context, is func(*step) bool) error {
	for _, s := range t.steps {
		if s.action.write == nil || !is(s) {
			continue
		}
		if err := t.write(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// write does one write, with its links as they are known by now.
func (t *transaction) write(ctx context.Context, s *step) error {
	defer t.by.explanation.at(store.Whole)
	t.by.explanation.at(s.entry.index)
	if err := t.relink(s); err != nil {
		return s.failed(err)
	}
	answer, err := s.action.write(ctx, t.tx)
	if err != nil {
		return s.failed(err)
	}
	t.answers[s.entry.index] = answer
	for _, key := range t.tx.Touched()[t.seen:] {
		t.seen++
		if taken := t.owners.claim(key, s); taken != nil {
			return taken
		}
	}
	return nil
}

// show leaves a body to the answers of those writes whose outcome the caller may
// read.
func (t *transaction) show(ctx context.Context) error {
	for _, s := range t.steps {
		answer := t.answers[s.entry.index]
		if answer == nil || answer.key.ID == "" || s.request.returns() != returnRepresentation {
			continue
		}
		t.by.explanation.at(s.entry.index)
		readable, err := t.tx.Readable(ctx, answer.key)
		t.by.explanation.at(store.Whole)
		switch {
		case err != nil:
			return err
		case !readable:
			answer.body = nil
		case answer.body == nil:
			found, err := t.tx.Read(ctx, answer.key)
			if err != nil {
				return err
			}
			answer.body = found.Body
		}
	}
	return nil
}

// reads answers the entries that write nothing. They see all that was written.
func (t *transaction) reads(ctx context.Context) error {
	size := 0
	for _, s := range t.steps {
		if s.action.write != nil {
			continue
		}
		t.by.explanation.at(s.entry.index)
		answer, err := s.action.on(ctx, t.reader)
		t.by.explanation.at(store.Whole)
		if err == nil {
			size += answer.size()
			err = roomAfter(size)
		}
		if err != nil {
			return s.failed(err)
		}
		t.answers[s.entry.index] = answer
		t.note(s, answer)
	}
	return nil
}

// note keeps what an entry has shown for the record of the transaction.
func (t *transaction) note(s *step, answer *response) {
	if t.server.dispatcher.audit != nil {
		t.by.noted = append(t.by.noted, s.request.about(answer, t.server.base)...)
	}
}

func (t *transaction) response() (*response, error) {
	all := t.server.newAnswers("transaction-response", len(t.steps))
	for _, s := range t.steps {
		answer := t.answers[s.entry.index]
		all.add(s.request, s.action, answer)
		s.request.explanation.answered(s.request, answer.status, nil)
	}
	return all.response(), nil
}

// named says which entry wrote what the caller's grant does not admit, which turns
// out only when all is written.
func (t *transaction) named(err error) error {
	var failed failedEntries
	var notAdmitted *store.NotAdmitted
	if t == nil || errors.As(err, &failed) || !errors.As(err, &notAdmitted) {
		return err
	}
	if owner, ok := t.owners[notAdmitted.Key]; ok {
		return t.steps[owner].failed(err)
	}
	return err
}
