package api

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/links"
)

// readReferences reads the references of what an entry writes, and refuses those
// that cannot be resolved whatever the data is: a URN in a Reference means another
// entry (bundle.html#references).
func (p *plan) readReferences(s *step) failedEntries {
	var wrong errorList
	for _, ref := range s.references {
		if c, ok, err := p.conditional(s, ref); err != nil {
			wrong = append(wrong, err)
		} else if ok {
			s.refers = append(s.refers, c)
		}
		if _, known := p.urls[ref.Text]; links.IsURN(ref.Text) && !known {
			wrong = append(wrong, refuse(http.StatusBadRequest, fhir.IssueTypeNotFound,
				"the reference %q is not the fullUrl of an entry that writes a resource", ref.Text).at(ref.Expression))
		}
	}
	if len(wrong) > 0 {
		return s.failed(wrong.join())
	}
	return nil
}

// link puts literal references into the resource of an entry: for the fullUrls of
// other entries, and what further says of the rest.
func (p *plan) link(s *step, known map[string]string, further links.Lookup) error {
	if s.entry.resource == nil {
		return nil
	}
	root := restfulBase(s.entry.fullURL)
	linked := links.Rewrite(s.entry.resource, func(url string) (string, bool) {
		if reference, ok := known[url]; ok {
			return reference, true
		}
		if reference, ok := known[root+url]; ok && root != "" {
			return reference, true
		}
		return further(url)
	})
	if bytes.Equal(linked, s.request.content.Raw()) {
		return nil
	}
	content, err := fhirjson.Parse(linked)
	if err != nil {
		return err
	}
	s.request.content = content
	return nil
}

// restfulBase is the base of a fullUrl that is a RESTful one, against which the
// relative references of its resource are resolved, with a slash at the end; "" for
// any other (bundle.html#references).
func restfulBase(fullURL string) string {
	base, _, _, ok := fhirpath.SplitLiteral(fullURL)
	if !ok || !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		return ""
	}
	return base
}

// relink prepares the action of an entry again if its links have become other ones
// than they were when it was prepared.
func (t *transaction) relink(s *step) error {
	if !s.brings() || !s.conditionally() && len(t.links) == len(t.plan.links) {
		return nil
	}
	before := s.request.content
	fresh := t.server.entryRequest(t.by, s.entry)
	fresh.target, fresh.content = s.request.target, before
	again := &step{entry: s.entry, request: fresh}
	if err := t.link(again, t.links, t.meant.lookup); err != nil {
		return err
	}
	if fresh.content == before {
		return nil
	}
	act, _, err := t.server.enterEntry(t.by, s.entry, fresh)
	if err == nil && act.write == nil {
		err = errors.New("an entry that wrote does not any more")
	}
	s.request, s.action = fresh, act
	return err
}
