package api

import (
	"bytes"
	"net/http"
	"strconv"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// answers is the Bundle of what the entries of another were answered with, in
// their order.
type answers struct{ bundle }

func (s *server) newAnswers(typ string, entries int) *answers {
	return &answers{*s.newBundle(typ, nil, entries)}
}

// room refuses another entry where the Bundle has become too large.
func (a *answers) room() error { return roomAfter(a.size) }

func roomAfter(size int) error {
	if size <= maxAnswers {
		return nil
	}
	return refuse(http.StatusRequestEntityTooLarge, fhir.IssueTypeTooCostly,
		"the answers to the entries so far have more than %d MB, which is all that one Bundle may bring; ask for less, or in several Bundles", maxAnswers>>20)
}

// add adds the answer to an entry (bundle.html#http).
func (a *answers) add(r *request, act action, answer *response) {
	body := answer.text()
	if r.method == http.MethodHead {
		body = nil
	}
	outcome := isOutcome(r, act, answer)
	a.entry()
	comma := ""
	if len(body) > 0 && !outcome {
		if answer.key != (store.Key{}) {
			a.fullURL(answer.key)
			comma = ","
		}
		a.write(comma, `"resource":`)
		a.resource(bytes.TrimSpace(body))
		comma = ","
	}
	a.write(comma, `"response":`)
	a.resource(entryResponse(answer, body, outcome))
	a.write(`}`)
}

// isOutcome tells whether the body of an answer is about the interaction, and not
// what it was to bring.
func isOutcome(r *request, act action, answer *response) bool {
	return answer.status >= http.StatusBadRequest || act.write != nil && r.returns() == returnOutcome
}

// entryResponse is Bundle.entry.response: the status and headers of an answer.
func entryResponse(answer *response, body []byte, outcome bool) []byte {
	var b fhirjson.Builder
	b.AddString("status", strconv.Itoa(answer.status)+" "+http.StatusText(answer.status))
	if answer.location != "" {
		b.AddString("location", answer.location)
	}
	if answer.version > 0 {
		b.AddString("etag", etag(answer.version))
	}
	if !answer.modified.IsZero() {
		b.AddString("lastModified", answer.modified.UTC().Format(store.InstantLayout))
	}
	if outcome {
		b.Add("outcome", body)
	}
	return b.Bytes()
}

func (a *answers) response() *response {
	a.endEntries()
	return &response{status: http.StatusOK, parts: a.end()}
}
