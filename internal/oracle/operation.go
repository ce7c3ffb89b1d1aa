package oracle

import (
	"net/http"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// operation tells whether the request is one of an operation.
func (r Request) operation() bool { return strings.HasPrefix(string(r.Kind), "$") }

// forbiddenOperation is the status of a refusal that is decided before any look-up, or
// 0: it takes the letter, or a scope on the operation; and inside, where the latter
// stands for scopes on resources, the letter. Then the parameters must be right.
func (t *tx) forbiddenOperation(r Request) int {
	asks := t.caller.MayAsk(string(r.Kind), r.Type, t.before, t.state.Now)
	if r.Kind == Validate {
		return t.forbiddenValidation(r, asks)
	}
	inside := t.within(r)
	for _, letter := range r.letters() {
		if !asks && !t.ask().AllowsSome(byte(letter), r.Type) || !inside.AllowsSome(byte(letter), r.Type) {
			return http.StatusForbidden
		}
	}
	if r.malformed(t.state.World.Base) {
		return http.StatusBadRequest
	}
	return 0
}

// malformed tells whether the parameters of an operation are refused.
func (r Request) malformed(base string) bool {
	switch r.Kind {
	case Everything:
		return r.record().Wrong()
	case Docref:
		_, ok := naive.ReadDocuments(base, r.Asks)
		return !ok
	}
	return false
}

// within is the oracle for the caller as the operation sees them.
func (t *tx) within(r Request) *naive.Oracle {
	return naive.NewOracleAfter(t.state.World, t.before, t.caller.Inside(string(r.Kind), r.Type), t.state.Now, naive.NoBug)
}

// operate answers an operation by what counts inside it.
func (t *tx) operate(r Request, entry int, answer func(r Request, entry int) Answer) Answer {
	t.inside = t.within(r)
	defer func() { t.inside = nil }()
	return answer(r, entry)
}

// meta answers as a read or vread does, with the meta of what these show.
func (t *tx) meta(r Request, _ int) Answer {
	of := t.read
	if r.Version > 0 {
		of = t.versionRead
	}
	answer := of(r)
	if answer.Outcome {
		return answer
	}
	result := Object{"name": "return", "valueMeta": answer.Body["meta"]}
	return Answer{Status: http.StatusOK, Body: Object{"resourceType": "Parameters", "parameter": []any{result}}}
}

// record is what an $everything is about.
func (r Request) record() naive.Record {
	rec := naive.Record{Of: r.Type, Types: r.Only}
	if r.ID != "" {
		rec.Of = r.key()
	}
	if r.Since != "" {
		rec.Since, _ = span(r.Since)
	}
	if r.Care[0] != "" {
		rec.Start, _ = span(r.Care[0])
	}
	if r.Care[1] != "" {
		_, rec.End = span(r.Care[1])
	}
	return rec
}

// everything finds what a search of the record would find.
func (t *tx) everything(r Request, _ int) Answer {
	rec := r.record()
	found := t.ask().Everything(rec)
	if found.Forbidden {
		return failed(http.StatusForbidden)
	}
	if r.ID != "" {
		if answer := t.read(r); answer.Outcome {
			return answer
		}
	}
	return Answer{Status: http.StatusOK, Found: &Found{Record: &rec, Matches: found.Matches, Oracle: t.ask()}}
}

// lastn ranks what a search finds.
func (t *tx) lastn(r Request, entry int) Answer {
	found, err := t.ask().Ask(r.Query)
	if err != nil {
		panic(err)
	}
	newest := t.ask().Lastn(found.Matches, max(1, r.Most), t.chosen.shown(entry))
	return Answer{Status: http.StatusOK, Found: &Found{Matches: newest, Ranked: true, Oracle: t.ask()}}
}

// docref finds documents.
func (t *tx) docref(r Request, entry int) Answer {
	asked, _ := naive.ReadDocuments(t.state.World.Base, r.Asks)
	documents, err := t.ask().Documents(asked, t.chosen.shown(entry))
	if err != nil {
		panic(err)
	}
	found := &Found{Matches: documents, Warned: asked.OnDemand, Oracle: t.ask()}
	if asked.Dated() {
		found.Query.Types = []string{"DocumentReference"} // in whose order they stand
	}
	return Answer{Status: http.StatusOK, Found: found}
}
