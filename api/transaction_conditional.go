package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/links"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// maxRounds is how long a chain of resources may be that each refer by criteria to
// the next one, where their order does not help.
const maxRounds = 10

// conditionalReference is a reference by criteria that must match one resource.
type conditionalReference struct {
	links.Reference
	typ   string
	where search.Expr
}

// meaning is what a conditional reference means: its matches, two at most.
type meaning []store.Resource

// meant are the meanings found so far, by the text of the reference.
type meant map[string]meaning

// lookup is the literal reference for a conditional one.
func (m meant) lookup(url string) (string, bool) {
	if matches := m[url]; len(matches) == 1 {
		return matches[0].Key.String(), true
	}
	return "", false
}

// conditional reads a reference, if it is a conditional one. What the caller may
// not search at all is refused before data is asked.
func (p *plan) conditional(s *step, ref links.Reference) (c conditionalReference, ok bool, err error) {
	typ, query, ok := links.Conditional(ref.Text)
	if !ok {
		return c, false, nil
	}
	if !p.by.view.Allows(store.Search, typ) {
		return c, true, &store.Forbidden{Letter: store.Search, Type: typ}
	}
	pairs, err := parsePairs(query)
	if err == nil {
		c.where, err = p.server.where(typ, pairs, "it")
	}
	if err != nil {
		return c, true, p.about(s, ref, err)
	}
	c.Reference, c.typ = ref, typ
	return c, true, nil
}

// about makes the issues of an error those of a reference.
func (p *plan) about(s *step, ref links.Reference, err error) error {
	explained, ok := s.request.explain(err)
	if !ok {
		return err
	}
	var all errorList
	for _, i := range explained.issues {
		all = append(all, refuse(explained.status, i.code, "the conditional reference %q: %s", ref.Text, i.text).at(ref.Expression))
	}
	return all.join()
}

// resolve writes the resources with conditional references, each as soon as all of
// its references match one resource, which may be one that the transaction made.
func (t *transaction) resolve(ctx context.Context) error {
	var waiting []*step
	for _, s := range t.steps {
		if s.action.write != nil && s.conditionally() {
			waiting = append(waiting, s)
		}
	}
	for range maxRounds {
		before := len(waiting)
		var err error
		if waiting, err = t.round(ctx, waiting); err != nil || len(waiting) == 0 {
			return err
		}
		if len(waiting) == before {
			return t.unresolved(waiting)
		}
	}
	s := waiting[0]
	return s.failed(refuse(http.StatusBadRequest, fhir.IssueTypeTooCostly,
		"conditional references lead through more than %d resources of this transaction, each waiting for the next; refer to their fullUrls", maxRounds).at(s.refers[0].Expression))
}

// round writes those whose references all match, and returns the others. What was
// found is asked anew in the next round only, so that the same reference in many
// resources is looked up once; verify sees to it that it has stayed true.
func (t *transaction) round(ctx context.Context, waiting []*step) (still []*step, err error) {
	asked := make(map[string]bool)
	for _, s := range waiting {
		ready := true
		for _, c := range s.refers {
			if !asked[c.Text] {
				asked[c.Text] = true
				if t.meant[c.Text], err = t.match(ctx, c); err != nil {
					return nil, s.failed(err)
				}
			}
			ready = ready && len(t.meant[c.Text]) == 1
		}
		if !ready {
			still = append(still, s)
			continue
		}
		if err := t.write(ctx, s); err != nil {
			return nil, err
		}
	}
	return still, nil
}

func (t *transaction) match(ctx context.Context, c conditionalReference) (meaning, error) {
	found, err := t.reader.Match(ctx, c.typ, c.where, 2)
	for i := range found {
		found[i].Body = nil // not to be kept
	}
	return found, err
}

// unresolved are the references that do not match one resource.
func (t *transaction) unresolved(waiting []*step) failedEntries {
	var wrong failedEntries
	for _, s := range waiting {
		for _, c := range s.refers {
			switch len(t.meant[c.Text]) {
			case 0:
				wrong = append(wrong, s.failed(refuse(http.StatusPreconditionFailed, fhir.IssueTypeNotFound,
					"the conditional reference %q matches no resource, or none that the access token reaches", c.Text).at(c.Expression))...)
			case 2:
				wrong = append(wrong, s.failed(refuse(http.StatusPreconditionFailed, fhir.IssueTypeMultipleMatches,
					"the conditional reference %q matches more than one resource", c.Text).at(c.Expression))...)
			}
		}
	}
	return wrong
}

// verify checks that all criteria still mean what they were taken for: what the
// transaction wrote since may match them too, or no longer.
func (t *transaction) verify(ctx context.Context) error {
	asked := make(map[string]bool)
	for _, s := range t.steps {
		for _, c := range s.refers {
			if s.action.write == nil || asked[c.Text] {
				continue
			}
			asked[c.Text] = true
			before := t.meant[c.Text]
			after, err := t.match(ctx, c)
			if err != nil {
				return s.failed(err)
			}
			if len(after) != 1 || after[0].Key != before[0].Key {
				return s.failed(refuse(http.StatusPreconditionFailed, fhir.IssueTypeConflict,
					"another entry of the transaction changes what the conditional reference %q matches", c.Text).at(c.Expression))
			}
		}
	}
	return t.verifyTargets(ctx)
}
