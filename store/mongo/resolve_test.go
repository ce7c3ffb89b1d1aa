package mongo

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Of the patients of several parties no more are read than a list may have, also where those
// of the first fill it.
func TestAPanelThatFillsTheListIsNotReadOn(t *testing.T) {
	r := newRecorder(t)
	r.Finds(func(c mongotest.Command) []bson.D {
		first, _ := c.Raw.Lookup("pipeline", "0", "$match").DocumentOK()
		switch text := first.String(); {
		case !strings.Contains(text, "Practitioner/1"):
			return []bson.D{{{Key: "_id", Value: "Patient/one-more"}}}
		case strings.Contains(text, "Organization/"):
			return []bson.D{{{Key: "_id", Value: "Organization/1"}}}
		}
		all := make([]bson.D, few)
		for i := range all {
			all[i] = is("_id", fmt.Sprint("Patient/", i))
		}
		return all
	})
	s, err := r.backend.begin(t.Context())
	r.must(err)
	defer s.abort(t.Context())
	panel := search.Panel{Party: "Practitioner/1", Organizations: true}
	got, err := s.resolver(t.Context()).resolve("Patient", panel)
	if err != nil || got != search.Expr(panel) {
		t.Errorf("%d patients and one more became %T, %v", few, got, err)
	}
	commands := r.Taken()
	last := commands[len(commands)-1].Raw
	if limit, ok := last.Lookup("pipeline", "2", "$limit").AsInt64OK(); len(commands) != 3 || !ok || limit != 1 {
		t.Errorf("the last of %d commands is %s", len(commands), last)
	}
}

// One resource may refer to more than a list has room for: then the reference is followed
// from each document.
func TestAGroupOfManyIsNoList(t *testing.T) {
	r := newRecorder(t)
	member := &search.Param{Type: "Group", Code: "member", Kind: search.KindReference}
	has := search.Has{Param: member, Where: search.True}
	resolved := func(members int) search.Expr {
		t.Helper()
		all := make(bson.A, members)
		for i := range all {
			all[i] = bson.D{{Key: "p", Value: "member"}, {Key: "c", Value: fmt.Sprint("Patient/", i)}, {Key: "y", Value: ""}}
		}
		r.Finds(func(mongotest.Command) []bson.D {
			return []bson.D{{{Key: "_id", Value: "Group/1"}, {Key: "t", Value: all}}}
		})
		s, err := r.backend.begin(t.Context())
		r.must(err)
		defer s.abort(t.Context())
		got, err := s.resolver(t.Context()).resolve("Patient", has)
		r.must(err)
		return got
	}
	list, ok := resolved(mostIDs).(learned)
	if ids, isIDs := list.Expr.(search.ID); !ok || !isIDs || len(ids) != mostIDs {
		t.Errorf("%d members became %T of %d ids", mostIDs, list.Expr, len(ids))
	}
	if got := resolved(mostIDs + 1); got != search.Expr(has) {
		t.Errorf("%d members became %T", mostIDs+1, got)
	}
}
