package oracle

import (
	"fmt"
	"net/http"
	"slices"
)

// validations are the writes that a $validate may be about.
var validations = map[string]Kind{"create": Create, "update": Update, "delete": Delete}

// forbiddenValidation is the status of a refusal from the token alone, or 0. Who has a
// scope on the operation may have anything checked that they send; what tells of what
// is stored needs a letter.
func (t *tx) forbiddenValidation(r Request, asks bool) int {
	letters := "ru"
	switch {
	case r.Mode != "":
		letters = Request{Kind: validations[r.Mode]}.letters()
	case r.Body == nil:
		letters = "r"
	case asks:
		return 0
	case r.ID == "":
		letters = "cru"
	}
	if slices.ContainsFunc([]byte(letters), func(letter byte) bool { return t.ask().AllowsSome(letter, r.Type) }) {
		return 0
	}
	return http.StatusForbidden
}

// validate checks what is sent, or what a read shows, or tells what a write would be
// answered with; nothing is written.
func (t *tx) validate(r Request, entry int) Answer {
	checked := Answer{Status: http.StatusOK, Checked: true}
	switch {
	case r.Mode != "":
		meant := Request{Kind: validations[r.Mode], Type: r.Type, ID: r.ID, Body: r.Body, IfMatch: r.IfMatch}
		answer, _ := t.state.single(t.caller, meant, t.chosen, entry)
		checked.Refused = answer.Status >= 300
	case r.Body == nil:
		if answer := t.read(r); answer.Outcome {
			return answer
		}
	}
	return checked
}

// ofWrites are the codes of issues that say why a write is refused, whatever its content.
var ofWrites = []string{"forbidden", "not-found", "deleted", "conflict", "duplicate", "multiple-matches", "business-rule"}

// checked compares what a $validate tells: an error where the write that it names would
// be refused, and none of a write where it would be accepted.
func (c comparison) checked(want Answer, got Object) string {
	issues, _ := got["issue"].([]any)
	wrong := slices.ContainsFunc(issues, func(i any) bool {
		issue, _ := i.(Object)
		code, _ := issue["code"].(string)
		return issue["severity"] == "error" && (want.Refused || slices.Contains(ofWrites, code))
	})
	if got["resourceType"] != "OperationOutcome" || wrong != want.Refused {
		return fmt.Sprintf("refused is %v, not %v: %s", wrong, want.Refused, encode(got))
	}
	return ""
}
