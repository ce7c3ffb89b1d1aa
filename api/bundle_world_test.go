package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// sent is a Bundle of entries.
func sent(typ string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + typ + `","entry":[` + strings.Join(entries, ",") + `]}`
}

// asks is an entry without a resource. Further members of the request may follow.
func asks(method, url string, more ...string) string {
	return `{"request":` + requested(method, url, more) + `}`
}

// brings is an entry with a resource.
func brings(fullURL, method, url, resource string, more ...string) string {
	if fullURL != "" {
		fullURL = `"fullUrl":"` + fullURL + `",`
	}
	return `{` + fullURL + `"resource":` + resource + `,"request":` + requested(method, url, more) + `}`
}

// jsonPatch is a JSON Patch as an entry brings it.
func jsonPatch(patch string) string {
	return `{"resourceType":"Binary","contentType":"application/json-patch+json","data":"` + base64.StdEncoding.EncodeToString([]byte(patch)) + `"}`
}

func requested(method, url string, more []string) string {
	text := fmt.Sprintf(`{"method":%q,"url":%q`, method, url)
	for _, m := range more {
		text += "," + m
	}
	return text + `}`
}

// answered is a Bundle of answers.
func answered(typ string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + typ + `-response","entry":[` + strings.Join(entries, ",") + `]}`
}

var serverID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// renamed calls the ids that the server made new-0, new-1 and so on, in the order
// in which they are seen; a later text keeps the names of an earlier one.
type renamed map[string]string

func (names renamed) in(text string) string {
	return serverID.ReplaceAllStringFunc(text, func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprintf("new-%d", len(names))
		}
		return names[id]
	})
}

// post sends a Bundle, and names the ids in what comes back.
func (w *world) post(token, bundle string, headers ...string) reply {
	w.Helper()
	got := w.send(token, http.MethodPost, "", bundle, headers...)
	got.body = renamed{}.in(got.body)
	return got
}

// issueOf is one issue of an OperationOutcome.
func issueOf(code, expression, text string) string {
	outcome := oops(code, expression, text)
	return strings.TrimSuffix(strings.TrimPrefix(outcome, `{"resourceType":"OperationOutcome","issue":[`), `]}`)
}

func outcomeWith(issues ...string) string {
	return `{"resourceType":"OperationOutcome","issue":[` + strings.Join(issues, ",") + `]}`
}

// entries are the entries of a Bundle as they stand.
func (w *world) entries(got reply) []string {
	w.Helper()
	if got.status != http.StatusOK {
		w.Fatalf("status %d: %s", got.status, got.body)
	}
	node, err := fhirjson.Parse([]byte(got.body))
	w.must(err)
	var entries []string
	for _, item := range node.Get("entry").Items() {
		entries = append(entries, string(item.Raw()))
	}
	return entries
}
