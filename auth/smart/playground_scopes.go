package smart

import (
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
)

// askedScopes say what becomes of each scope, in the order in which they were typed.
func (s *Server) askedScopes(p play, got rehearsed) []page.AskedScope {
	list := outcomes{s, p, got, scope.ThePatient, map[string]int{}}
	if p.account != nil {
		list.whose = whose(*p.account, p.patient)
	}
	var asked []page.AskedScope
	for i, text := range strings.Fields(p.scopes) {
		asked = append(asked, list.of(i+1, text))
	}
	return asked
}

// outcomes tell what becomes of scopes.
type outcomes struct {
	server *Server
	play   play
	got    rehearsed
	whose  scope.Whose
	first  map[string]int // canonical form -> where it was typed first
}

func (o outcomes) of(number int, text string) page.AskedScope {
	asked := page.AskedScope{Scope: text}
	parsed, refused := o.server.Language.ParseList(text)
	if len(refused) > 0 {
		asked.Refused = refused[0].Reason
		return asked
	}
	one := parsed[0]
	form := one.String()
	if first := o.first[form]; first > 0 {
		asked.Text = "It says the same as number " + strconv.Itoa(first) + "."
		return asked
	}
	o.first[form] = number
	switch parts := o.parts(one); {
	case slices.ContainsFunc(parts, func(part scope.Scope) bool { return part.String() == form }):
		words := one.WordsFor(o.whose)
		asked.Text, asked.Detail, asked.Writes = words.Text, words.Detail, words.Writes
	case len(parts) > 0:
		asked.Limited = o.limit(one)
		for _, part := range parts {
			asked.Parts = append(asked.Parts, page.Granted{Scope: part.Written(), Text: part.WordsFor(o.whose).Text})
		}
	default:
		asked.Refused = o.reason(one)
	}
	return asked
}

// parts are what is granted of a scope.
func (o outcomes) parts(asked scope.Scope) []scope.Scope {
	for _, granted := range o.got.granted { // itself, mostly
		if granted.String() == asked.String() {
			return []scope.Scope{granted}
		}
	}
	whole := scope.Within([]scope.Scope{asked})
	var parts []scope.Scope
	for _, granted := range o.got.granted {
		if whole.Covers(granted) {
			parts = append(parts, granted)
		}
	}
	return parts
}

// limit says by whom a scope was limited.
func (o outcomes) limit(one scope.Scope) string {
	if o.play.app != nil {
		if bounds, _ := o.server.Language.ParseBounds(o.play.app.Scopes); !bounds.Covers(one) {
			return "The app is registered for a part of it:"
		}
	}
	return "A user of this role may grant a part of it:"
}

// reason is why nothing of a scope is granted.
func (o outcomes) reason(one scope.Scope) string {
	whole := scope.Within([]scope.Scope{one})
	for _, r := range o.got.refused {
		if r.Scope == one.Written() {
			return r.Reason
		}
	}
	for _, r := range o.got.refused { // of a part of it
		if parsed, _ := o.server.Language.ParseList(r.Scope); len(parsed) > 0 && whole.Covers(parsed[0]) {
			return r.Reason
		}
	}
	return "there would be no token"
}
