package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// outcome is the explanation as an OperationOutcome. What is about an entry of a Bundle
// names it.
func (e *explanation) outcome() []byte {
	said := e.part(store.Whole, "")
	slices.Sort(e.entries)
	for _, entry := range slices.Compact(e.entries) {
		said = append(said, e.part(entry, "Bundle.entry["+strconv.Itoa(entry)+"]")...)
	}
	return outcomeOf(said)
}

// part is what there is to be said of a request.
func (e *explanation) part(entry int, expression string) []fhir.OperationOutcomeIssue {
	of := e.parts[entry]
	if of == nil {
		return nil
	}
	traced := e.trace.Part(entry)
	texts := []string{e.caption(of)}
	for _, d := range of.decisions(traced.Needs) {
		texts = append(texts, d.text(of))
	}
	texts = append(texts, of.admission()...)
	switch {
	case e.showsQueries(of):
		texts = append(texts, queryTexts(traced.Queries)...)
		if traced.More > 0 {
			texts = append(texts, fmt.Sprintf("%d more needs and runs of queries are not shown", traced.More))
		}
	default:
		texts = append(texts, "native queries of such an answer are shown to administrators, since they would tell what is hidden from what is not there")
	}
	issues := make([]fhir.OperationOutcomeIssue, len(texts))
	for i, text := range texts {
		text = shortenedTo(maxExplained, text)
		issues[i] = fhir.OperationOutcomeIssue{Severity: fhir.IssueSeverityInformation, Code: fhir.IssueTypeInformational, Diagnostics: &text}
		if expression != "" {
			issues[i].Expression = []string{expression}
		}
	}
	return issues
}

// maxExplained is how long a text of an explanation may be, in bytes. The predicate of
// a Provenance in a chart, which names every type, fits.
const maxExplained = 32 << 10

// caption says what was asked and answered.
func (e *explanation) caption(of *explained) string {
	r := of.request
	text := r.method
	switch {
	case r.bundle != "":
		text += " of a " + r.bundle
	case r.route != nil:
		text = strings.TrimSuffix(text+" "+r.question(), " ") + " (" + r.route.interaction + ")"
	}
	text += fmt.Sprintf(": %d %s", of.status, http.StatusText(of.status))
	switch {
	case r.entry != store.Whole:
		return text
	case e.took == 0:
		return text + ", which is still being sent"
	}
	return text + ", in " + milliseconds(e.took)
}

// decision is what the policy has for a letter, and the types for which it is that.
type decision struct {
	letter    store.Letter
	by, where string // by is "" where there is nothing
	types     []string
}

// decisions are what the policy had for what was needed. Types for which it is the same
// stand together: an include may lead to all of them.
func (of *explained) decisions(needs []store.Need) []*decision {
	var all []*decision
	for _, need := range needs {
		d := decision{letter: need.Letter}
		if !search.IsConst(need.Where, search.False) {
			d.by, d.where = of.grantedBy(need), search.Format(need.Where)
		}
		i := slices.IndexFunc(all, func(o *decision) bool { return o.letter == d.letter && o.by == d.by && o.where == d.where })
		if i < 0 {
			i, all = len(all), append(all, &d)
		}
		all[i].types = append(all[i].types, need.Type)
	}
	return all
}

// grantedBy says what grants a need.
func (of *explained) grantedBy(need store.Need) string {
	switch {
	case len(need.Scopes) > 0:
		return strings.Join(need.Scopes, " ")
	case of.request.caller.Token == "":
		return "--auth=off"
	}
	return "a scope on the operation"
}

// text says what was decided, and where nothing is granted what would have to be.
func (d *decision) text(of *explained) string {
	text := fmt.Sprintf("%c (%s) on %s is granted by ", d.letter, d.letter.Interaction(), strings.Join(d.types, ", "))
	switch {
	case d.by == "" && len(d.types) > 1:
		return text + "no scope; needed is one such as " + missingScope(of.request.caller, d.letter, "*")
	case d.by == "":
		return text + "no scope; needed is one such as " + missingScope(of.request.caller, d.letter, d.types[0])
	case d.where == search.Format(search.True):
		return text + d.by + ", without a condition"
	}
	return text + d.by + ", where " + d.where
}

// admission says why what a write would have left behind was refused.
func (of *explained) admission() []string {
	var notAdmitted *store.NotAdmitted
	if !errors.As(of.cause, &notAdmitted) {
		return nil
	}
	letter, typ := notAdmitted.Letter, notAdmitted.Key.Type
	return []string{fmt.Sprintf("what would be left behind does not satisfy the condition of %c (%s) on %s; needed is content that does, or a scope with a wider one: %s has none but that of its context, and system/%s.%c none at all",
		letter, letter.Interaction(), typ, missingScope(of.request.caller, letter, typ), typ, letter)}
}

// queryTexts are the native queries with the values of their parameters.
func queryTexts(queries []store.Query) []string {
	texts := make([]string, len(queries))
	for i, q := range queries {
		runs := "once"
		if q.Runs > 1 {
			runs = strconv.Itoa(q.Runs) + " times"
		}
		texts[i] = fmt.Sprintf("query, %s, %s: %s", runs, milliseconds(q.Took), q.Text)
		if q.Values != "" {
			texts[i] += " -- " + q.Values
		}
	}
	return texts
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 3, 64) + " ms"
}
