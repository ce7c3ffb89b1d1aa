package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The parameters of US Core's $docref, as which value[x] each comes.
var docrefParams = params{
	"patient":   {"valueId", "valueString", "valueUri"},
	"start":     {"valueDateTime", "valueDate", "valueInstant"},
	"end":       {"valueDateTime", "valueDate", "valueInstant"},
	"type":      {"valueCoding"},
	"on-demand": {"valueBoolean"},
	"profile":   {"valueCanonical", "valueUri"},
}

// ccd is the type of a Continuity of Care Document.
const ccd = "http://loinc.org|34133-9"

// docref finds the references to a patient's documents
// (us/core/OperationDefinition-docref.html): the caller's own search of
// DocumentReference. No document is generated, so that none can hold what the caller
// may not see (leaks row 23). A patient who is hidden or absent has no documents.
func (s *server) docref(r *request) (action, error) {
	if err := r.readParameters(docrefParams.of); err != nil {
		return action{}, err
	}
	asked, err := s.readDocref(r)
	switch {
	case err != nil:
		return action{}, err
	case asked.onDemand:
		return s.noneGenerated(r, asked)
	case !asked.dated:
		return s.latest(r, asked)
	}
	return s.find(r, asked.query())
}

// docrefRequest is what a $docref asks for.
type docrefRequest struct {
	where    search.Expr   // the patient's documents, if dated those of these dates
	types    []search.Expr // one for each type that is asked for
	dated    bool
	onDemand bool
	shown    []search.Pair // for the links
	page     *search.Query
}

// query finds all documents that are asked for, in pages.
func (d docrefRequest) query() *search.Query {
	q := *d.page
	q.Applied = d.shown
	q.Selects = []search.Select{{Type: "DocumentReference", Where: d.where}}
	if len(d.types) > 0 {
		q.Selects[0].Where = search.Simplify(search.And{d.where, search.Or(d.types)})
	}
	return &q
}

func (s *server) readDocref(r *request) (d docrefRequest, err error) {
	once := []string{"patient", "start", "end", "on-demand"}
	d.dated = r.value("start") != "" || r.value("end") != ""
	if d.dated {
		once = append(once, cursorParam)
	}
	if err := r.only(once, []string{"type", "profile"}); err != nil {
		return d, err
	}
	if err := s.checkDocref(r); err != nil {
		return d, err
	}
	d.onDemand = r.value("on-demand") == "true"
	paging := *r
	paging.params = nil
	for _, p := range r.params {
		if p.Name == cursorParam {
			paging.params = append(paging.params, p)
		} else if slices.Contains(once, p.Name) || p.Name == "type" {
			d.shown = append(d.shown, p)
		}
	}
	if d.page, err = s.parse(&paging, []string{r.typ}); err != nil {
		return d, err
	}
	if d.where, err = s.documentsOf(r, d.dated); err != nil {
		return d, err
	}
	for _, p := range r.params {
		if p.Name != "type" {
			continue
		}
		is, err := s.documents(p)
		if err != nil {
			return d, err
		}
		d.types = append(d.types, is)
	}
	return d, nil
}

// checkDocref refuses what is missing or cannot be.
func (s *server) checkDocref(r *request) error {
	patient, onDemand := r.value("patient"), r.value("on-demand")
	id := strings.TrimPrefix(strings.TrimPrefix(patient, s.base+"/"), "Patient/")
	switch {
	case patient == "":
		return refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "$docref needs the id of a patient as the parameter patient").at("http.patient")
	case !store.ValidID(id):
		return &search.ParamError{Param: "patient", Value: patient, Reason: "is not the id of one patient, or a reference such as Patient/1"}
	case r.value("profile") != "":
		return &search.ParamError{Param: "profile", Reason: "is not supported: this server makes no documents, and does not know by which profile a stored one was made", Unsupported: true}
	case onDemand != "" && onDemand != "true" && onDemand != "false":
		return &search.ParamError{Param: "on-demand", Value: onDemand, Reason: "is true or false"}
	}
	for _, name := range []string{"start", "end"} {
		value := r.value(name)
		if _, _, err := search.ParseDate(value); value != "" && err != nil {
			return &search.ParamError{Param: name, Value: value, Reason: "is no date or dateTime"}
		}
	}
	return nil
}

// documents are those that filters describe.
func (s *server) documents(filters ...search.Pair) (search.Expr, error) {
	return s.registry.ParseWhere("DocumentReference", filters, search.Options{Base: s.base, Now: s.clock()})
}

// documentsOf are a patient's documents: with dates those about care in this time,
// else the current ones. The time of care is context.period; of a document that does
// not say it, its own date stands for it. One that was entered in error is none.
func (s *server) documentsOf(r *request, dated bool) (search.Expr, error) {
	patient := search.Pair{Name: "patient", Value: r.value("patient")}
	if !dated {
		return s.documents(patient, search.Pair{Name: "status", Value: "current"})
	}
	all, err := s.documents(patient, search.Pair{Name: "status:not", Value: "entered-in-error"})
	if err != nil {
		return nil, err
	}
	inCare, err := s.overlapping(r, search.Pair{Name: "period:missing", Value: "false"})
	if err != nil {
		return nil, err
	}
	made, err := s.overlapping(r, search.Pair{Name: "period:missing", Value: "true"}, search.Pair{Name: "date:missing", Value: "false"})
	return search.Simplify(search.And{all, search.Or{inCare, made}}), err
}

// overlapping are the documents of which the last parameter that is looked at has a
// time that neither ends before start nor begins after end.
func (s *server) overlapping(r *request, looked ...search.Pair) (search.Expr, error) {
	all, err := s.documents(looked...)
	if err != nil {
		return nil, err
	}
	where := search.And{all}
	param, _, _ := strings.Cut(looked[len(looked)-1].Name, ":")
	for _, bound := range []struct{ name, prefix string }{{"start", "eb"}, {"end", "sa"}} {
		if value := r.value(bound.name); value != "" {
			outside, err := s.documents(search.Pair{Name: param, Value: bound.prefix + value})
			if err != nil {
				return nil, err
			}
			where = append(where, search.Not{Of: outside})
		}
	}
	return where, nil
}

// latest finds the newest current document of each type that is asked for, and
// without types the newest CCD, as the definition has it.
func (s *server) latest(r *request, d docrefRequest) (action, error) {
	if len(d.types) == 0 {
		is, err := s.documents(search.Pair{Name: "type", Value: ccd})
		if err != nil {
			return action{}, err
		}
		d.types = []search.Expr{is}
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		var newest []store.Key
		for i := range d.types {
			one := d
			one.types = d.types[i : i+1]
			q := one.query()
			q.Count, q.Total = 1, search.TotalNone
			page, err := reader.Find(ctx, q, 0)
			if err != nil {
				return nil, err
			}
			for _, found := range page.Found {
				if !slices.Contains(newest, found.Key) {
					newest = append(newest, found.Key)
				}
			}
		}
		return s.inOrder(ctx, reader, r, d.query(), newest)
	})
}

// noneGenerated is what there is where only generated documents are wanted: nothing,
// and that is said.
func (s *server) noneGenerated(r *request, d docrefRequest) (action, error) {
	return reading(func(context.Context, *store.Reader) (*response, error) {
		none := 0
		b := s.newBundle("searchset", &none, 1)
		b.links(s.link(r, d.shown), "")
		b.outcome(operationOutcome(fhir.IssueSeverityWarning, []issue{{fhir.IssueTypeNotSupported, "http.on-demand",
			"this server generates no documents; leave on-demand out for those that it has stored"}}))
		b.endEntries()
		return &response{status: http.StatusOK, parts: b.end()}, nil
	})
}
