package smart

import (
	"encoding/json"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
)

// notIssued stands where an answer would have a token.
const notIssued = "(not issued)"

// tellResponse shows what the token endpoint would answer.
func (s *Server) tellResponse(of auth.Rehearsal, to *page.Access) error {
	g := of.Issued.Grant
	if g.Account == "" && !s.forBackend(g) {
		to.Remark = "No app gets such a token: it has no user who could allow it. Choose one, or make the token on the command line."
		return nil
	}
	out := s.responseOf(of.Issued)
	out.AccessToken = notIssued
	if g.Offline() || g.Online() {
		out.RefreshToken = notIssued
	}
	var err error
	if hasIDToken(of.Issued) {
		out.IDToken = notIssued
		if to.Claims, err = legible(s.claims(of.Issued)); err != nil {
			return err
		}
	}
	if g.Account == "" {
		to.Remark = "This is the answer to a backend service that is registered for these scopes."
	}
	to.Response, err = legible(out)
	return err
}

// forBackend tells whether a grant is one that a backend service can have.
func (s *Server) forBackend(g auth.Grant) bool {
	scopes, _ := s.Language.ParseList(g.Scopes)
	for _, one := range scopes {
		if one.Level != scope.System && !one.Custom() {
			return false
		}
	}
	return g.Patient == ""
}

// legible is a document as JSON for people.
func legible(document any) (string, error) {
	var text strings.Builder
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	err := to.Encode(document)
	return strings.TrimSpace(text.String()), err
}

// tellCommands shows the commands that make such a token and use it, if there are any.
func (s *Server) tellCommands(of auth.Rehearsal, to *page.Access) {
	g := of.Issued.Grant
	var scopes []string
	for text := range strings.FieldsSeq(of.Issued.Scopes) {
		if parsed, _ := scope.ParseList(text); len(parsed) > 0 { // a custom scope is the server's alone
			scopes = append(scopes, text)
		}
	}
	switch {
	case g.Administrator:
		to.NoToken = "granary token makes no tokens of administrators, whose user/ scopes reach everything: take system/ scopes there."
	case len(g.Also) > 0:
		to.NoToken = "granary token knows one resource as whom a user acts, and this user acts as several."
	case len(scopes) == 0:
		to.NoToken = "granary token knows no scopes but SMART’s."
	default:
		to.Command = "token=$(granary token --scope " + quoted(strings.Join(scopes, " ")) + flag(" --patient ", g.Patient) + flag(" --user ", g.User) + ")" + s.curl(to)
	}
}

func flag(name, value string) string {
	if value == "" {
		return ""
	}
	return name + quoted(value)
}

// curl is the command that asks for some of what is visible, "" if nothing is.
func (s *Server) curl(of *page.Access) string {
	for _, types := range [][]page.TypeAccess{of.Types, of.Empty} {
		for _, t := range types {
			switch path := t.Type; {
			case strings.Contains(t.Letters, "s"):
				return curlOf(s.URLs.FHIR + "/" + path + "?_summary=count")
			case strings.Contains(t.Letters, "r") && len(t.First) > 0:
				return curlOf(s.URLs.FHIR + "/" + path + "/" + t.First[0].Text)
			}
		}
	}
	return ""
}

func curlOf(target string) string {
	return "\ncurl -sg -H \"Authorization: Bearer $token\" " + quoted(target)
}

// quoted is a text as a shell takes it for one word, whatever is in it.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
