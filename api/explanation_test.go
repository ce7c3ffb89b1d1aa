package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store/testbackend"
)

// explaining is a world where everyone may have answers explained, with two charts.
func explaining(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	w := newWorld(t, append([]func(*Config){func(c *Config) { c.ExplainToEveryone = true }}, change...)...)
	w.add(
		`{"resourceType":"Patient","id":"1","name":[{"family":"Okafor"}]}`,
		`{"resourceType":"Patient","id":"2"}`,
		`{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/1"},"category":[{"coding":[{"system":"http://c","code":"vital-signs"}]}]}`,
		`{"resourceType":"Observation","id":"b","subject":{"reference":"Patient/2"}}`,
	)
	return w
}

const explain = explainHeader + ": true"

var linked = regexp.MustCompile(`^<` + regexp.QuoteMeta(base) + `(/\$explanation/[A-Za-z0-9_-]{22})>; rel="describedby"; type="application/fhir\+json"$`)

// explanationOf is the path of the explanation that an answer links to.
func (w *world) explanationOf(got reply) string {
	w.Helper()
	match := linked.FindStringSubmatch(got.header.Get("Link"))
	if match == nil {
		w.Fatalf("%d without a link to an explanation: %q\n%s", got.status, got.header.Get("Link"), got.body)
	}
	return match[1]
}

var took = regexp.MustCompile(`\d+\.\d{3} ms`)

// explained is what the explanation of an answer says, with T for each time: each issue
// with its expression in front. What is said of queries stands apart.
func (w *world) explained(token string, got reply) (said, queries []string) {
	w.Helper()
	answer := w.get(token, w.explanationOf(got))
	var outcome struct {
		ResourceType string
		Issue        []struct {
			Severity, Code, Diagnostics string
			Expression                  []string
		}
	}
	w.must(json.Unmarshal([]byte(answer.body), &outcome))
	if answer.status != http.StatusOK || outcome.ResourceType != "OperationOutcome" {
		w.Fatalf("the explanation is %d %s", answer.status, answer.body)
	}
	for _, i := range outcome.Issue {
		if i.Severity != "information" || i.Code != "informational" {
			w.Errorf("an issue is %s %s", i.Severity, i.Code)
		}
		text := took.ReplaceAllString(strings.Join(append(i.Expression, i.Diagnostics), " "), "T")
		if strings.Contains(text, "query, ") {
			queries = append(queries, text)
		} else {
			said = append(said, text)
		}
	}
	return said, queries
}

// explains compares what is said of an answer, and wants a query that contains each of
// some texts; without any, that there is none.
func (w *world) explains(token string, got reply, said []string, queries ...string) {
	w.Helper()
	is, ran := w.explained(token, got)
	if !slices.Equal(is, said) {
		w.Errorf("explained as\n\t%s\nwant\n\t%s", strings.Join(is, "\n\t"), strings.Join(said, "\n\t"))
	}
	for _, text := range queries {
		if testbackend.IsMongoDB() {
			text = mongoForm(text)
		}
		if !slices.ContainsFunc(ran, func(q string) bool { return strings.Contains(q, text) }) {
			w.Errorf("no query has %q:\n\t%s", text, strings.Join(ran, "\n\t"))
		}
	}
	if len(queries) == 0 && len(ran) > 0 {
		w.Errorf("queries are shown:\n\t%s", strings.Join(ran, "\n\t"))
	}
}

// mongoForm is what of a query in SQL that of MongoDB has too: how often it ran, for
// which entry, and a command that reads.
func mongoForm(sql string) string {
	before, _, isQuery := strings.Cut(sql, "query, once, T: ")
	if !isQuery || strings.Contains(sql, "INSERT") {
		return "query, "
	}
	return before + "query, once, T: {\""
}

// The texts of most explanations.
const (
	onSigns = "on Observation is granted by patient/Observation.crus?category=http://c|vital-signs, where chart(Patient/1) AND category = http://c|vital-signs"
	hushed  = "native queries of such an answer are shown to administrators, since they would tell what is hidden from what is not there"
	isSign  = `,"category":[{"coding":[{"system":"http://c","code":"vital-signs"}]}]}`
)

func TestExplanation(t *testing.T) {
	t.Parallel()
	w := explaining(t)
	signs := w.token("patient/Observation.crus?category=http://c|vital-signs patient/Patient.r", "Patient/1")
	user := w.token("user/Observation.cruds user/Patient.s?family=okafor patient/Patient.rs", "Practitioner/1", "Patient/1")
	for _, c := range []struct {
		token, method, path, body string
		status                    int
		said                      []string
		queries                   []string
	}{
		{signs, "GET", "/Observation/a", "", 200, []string{
			"GET Observation/a (read): 200 OK, in T",
			"r (read) " + onSigns,
		}, []string{"query, once, T: SELECT rid, sort, e, "}},
		{signs, "GET", "/Observation?status:missing=true", "", 200, []string{
			"GET Observation?status:missing=true (search-type): 200 OK, in T",
			"s (search) " + onSigns,
		}, []string{" FROM ix p CROSS JOIN res r ON r.rid = p.rid WHERE p.chart = ? AND p.term = ?"}},
		{user, "GET", "/Observation?subject:Patient.name=oka&_include=Observation:subject:Patient", "", 200, []string{
			"GET Observation?subject:Patient.name=oka&_include=Observation:subject:Patient (search-type): 200 OK, in T",
			"s (search) on Observation is granted by user/Observation.cruds, without a condition",
			`s (search) on Patient is granted by patient/Patient.rs user/Patient.s?family=okafor, where chart(Patient/1) OR family starts with "okafor"`,
			"r (read) on Patient is granted by patient/Patient.rs, where chart(Patient/1)",
		}, []string{"'oka', 'okb'", "SELECT DISTINCT q.rid"}},
		{signs, "GET", "/Condition?code=x", "", 403, []string{
			"GET Condition?code=x (search-type): 403 Forbidden, in T",
			"s (search) on Condition is granted by no scope; needed is one such as patient/Condition.s",
			hushed,
		}, nil},
		{signs, "GET", "?_type=Condition,Encounter", "", 403, []string{
			"GET ?_type=Condition,Encounter (search-system): 403 Forbidden, in T",
			"s (search) on Condition, Encounter is granted by no scope; needed is one such as patient/*.s",
			hushed,
		}, nil},
		{signs, "POST", "/Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/1"}` + isSign, 201, []string{
			"POST Observation (create): 201 Created, in T",
			"c (create) " + onSigns,
			"r (read) " + onSigns,
		}, []string{"INSERT INTO res("}},
		{signs, "POST", "/Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/2"}` + isSign, 403, []string{
			"POST Observation (create): 403 Forbidden, in T",
			"c (create) " + onSigns,
			"r (read) " + onSigns,
			"what would be left behind does not satisfy the condition of c (create) on Observation; needed is content that does, or a scope with a wider one: patient/Observation.c has none but that of its context, and system/Observation.c none at all",
			hushed,
		}, nil},
		{user, "POST", "/Observation/b/$validate?mode=delete", "", 200, []string{
			"POST Observation/b/$validate?mode=delete ($validate): 200 OK, in T",
			"r (read) on Observation is granted by user/Observation.cruds, without a condition",
			"d (delete) on Observation is granted by user/Observation.cruds, without a condition",
			hushed,
		}, nil},
		{user, "DELETE", "/Observation/nothing", "", 204, []string{
			"DELETE Observation/nothing (delete): 204 No Content, in T",
			"d (delete) on Observation is granted by user/Observation.cruds, without a condition",
			hushed,
		}, nil},
	} {
		got := w.send(c.token, c.method, c.path, c.body, explain)
		if got.status != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
		w.explains(c.token, got, c.said, c.queries...)
	}
}

// What is hidden is explained as what is not there.
func TestLeak05ExplanationsOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	w := explaining(t)
	signs := w.token("patient/Observation.crus?category=http://c|vital-signs", "Patient/1")
	for _, c := range []struct{ method, body string }{
		{"GET", ""}, {"HEAD", ""}, {"PUT", `{"resourceType":"Observation","id":"ID"}`},
	} {
		for range 2 { // the second time it is known which row it is
			var said [2][]string
			for i, id := range []string{"b", "x"} {
				got := w.send(signs, c.method, "/Observation/"+id, strings.Replace(c.body, "ID", id, 1), explain)
				if got.status < 400 {
					t.Errorf("%s: %d", c.method, got.status)
				}
				texts, queries := w.explained(signs, got)
				for _, text := range append(texts, queries...) {
					said[i] = append(said[i], strings.Replace(text, "Observation/"+id, "Observation/ID", 1))
				}
			}
			if !slices.Equal(said[0], said[1]) || !slices.Contains(said[0], hushed) {
				t.Errorf("%s of what is hidden is explained as\n%q\nand of what is not there\n%q", c.method, said[0], said[1])
			}
		}
	}
	w.explains(signs, w.get(signs, "/Observation/b", explain), []string{"GET Observation/b (read): 404 Not Found, in T", "r (read) " + onSigns, hushed})
	all := w.administrator("user/*.rs")
	w.explains(all, w.get(all, "/Observation/x", explain), []string{
		"GET Observation/x (read): 404 Not Found, in T",
		"r (read) on Observation is granted by user/*.rs, without a condition",
	}, "-- 'Observation', 'x'")
}

// Each entry of a Bundle is explained by itself.
func TestExplanationOfBundles(t *testing.T) {
	t.Parallel()
	w := explaining(t)
	signs := w.token("patient/Observation.crus?category=http://c|vital-signs", "Patient/1")
	bundle := func(typ string, entries ...string) string {
		return `{"resourceType":"Bundle","type":"` + typ + `","entry":[` + strings.Join(entries, ",") + `]}`
	}
	get := func(url string) string { return `{"request":{"method":"GET","url":"` + url + `"}}` }
	post := `{"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","subject":{"reference":"Patient/1"}` + isSign + `}`

	w.explains(signs, w.send(signs, "POST", "", bundle("batch", get("Observation/a"), get("Observation/b"), get("Condition"), get("a/b/c/d/e")), explain), []string{
		"POST of a batch: 200 OK, in T",
		"Bundle.entry[0] GET Observation/a (read): 200 OK",
		"Bundle.entry[0] r (read) " + onSigns,
		"Bundle.entry[1] GET Observation/b (read): 404 Not Found",
		"Bundle.entry[1] r (read) " + onSigns,
		"Bundle.entry[1] " + hushed,
		"Bundle.entry[2] GET Condition (search-type): 403 Forbidden",
		"Bundle.entry[2] s (search) on Condition is granted by no scope; needed is one such as patient/Condition.s",
		"Bundle.entry[2] " + hushed,
		"Bundle.entry[3] GET: 404 Not Found",
		"Bundle.entry[3] " + hushed,
	}, "Bundle.entry[0] query, once, T: SELECT rid, ")
	w.explains(signs, w.send(signs, "POST", "", bundle("transaction", get("Observation/a"), post), explain), []string{
		"POST of a transaction: 200 OK, in T",
		"c (create) " + onSigns, // of all that was written, at its end
		"Bundle.entry[0] GET Observation/a (read): 200 OK",
		"Bundle.entry[0] r (read) " + onSigns,
		"Bundle.entry[1] POST Observation (create): 201 Created",
		"Bundle.entry[1] c (create) " + onSigns,
		"Bundle.entry[1] r (read) " + onSigns,
	}, "Bundle.entry[0] query, once, T: SELECT rid, ", "Bundle.entry[1] query, once, T: INSERT INTO res(")
	w.explains(signs, w.send(signs, "POST", "", bundle("transaction", post, get("Condition/c"), get("Observation/b")), explain), []string{
		"POST of a transaction: 403 Forbidden, in T",
		hushed,
		"Bundle.entry[1] GET Condition/c (read): 403 Forbidden",
		"Bundle.entry[1] r (read) on Condition is granted by no scope; needed is one such as patient/Condition.r",
		"Bundle.entry[1] " + hushed,
	})
}

// A long answer is explained as a whole; until it is sent, as far as it has come.
func TestExplanationOfALongAnswer(t *testing.T) {
	t.Parallel()
	w := explaining(t, chunksOf(2))
	w.add(family()...)
	token := w.token("system/Observation.s")
	w.explains(token, w.get(token, "/Observation", explain), []string{
		"GET Observation (search-type): 200 OK, in T",
		"s (search) on Observation is granted by system/Observation.s, without a condition",
	}, "query, once, T: SELECT p.rid", "query, 2 times, T: SELECT r.rid, ")
}

func TestExplanationWithoutTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.AuthOff = true })
	w.add(eve)
	w.explains("", w.get("", "/Patient/eve", explain), []string{
		"GET Patient/eve (read): 200 OK, in T",
		"r (read) on Patient is granted by --auth=off, without a condition",
	}, "SELECT rid, ")
	w.explains("", w.get("", "/Patient/adam", explain), []string{
		"GET Patient/adam (read): 404 Not Found, in T",
		"r (read) on Patient is granted by --auth=off, without a condition",
	}, "-- 'Patient', 'adam'")
}
