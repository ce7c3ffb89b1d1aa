package views

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// codeSystem is one with the concepts animal > (dog > poodle, cat) and plant.
func codeSystem(id, extra string) string {
	return fmt.Sprintf(`{"resourceType":"CodeSystem","id":%q,"url":"s","status":"active",%s"concept":[`+
		`{"code":"animal","concept":[{"code":"dog","concept":[{"code":"poodle"}]},{"code":"cat"}]},{"code":"plant"}]}`, id, extra)
}

const complete = `"content":"complete",`

func testSubsumed(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(codeSystem("s", complete),
		// By properties, one of them under another name; with a circle.
		`{"resourceType":"CodeSystem","id":"p","url":"p","status":"active","content":"fragment","hierarchyMeaning":"is-a",
			"property":[{"code":"up","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},{"code":"child","uri":"http://x/toys","type":"code"}],
			"concept":[{"code":"a","property":[{"code":"up","valueCode":"c"}]},{"code":"b","property":[{"code":"up","valueCode":"a"},{"code":"parent","valueCode":"x"},{"code":"child","valueCode":"z"}]},
			{"code":"c","property":[{"code":"up","valueCode":"b"}]},{"code":"x"},{"code":"z"}]}`)
	for _, code := range []string{"animal", "dog", "poodle", "cat", "plant"} {
		w.seed(observation(code, "1", code))
	}
	w.seed(`{"resourceType":"Observation","id":"other","status":"final","code":{"coding":[{"system":"o","code":"dog"}]}}`)
	for _, code := range []string{"a", "b", "c", "x", "z"} {
		w.seed(`{"resourceType":"Observation","id":"p-` + code + `","status":"final","code":{"coding":[{"system":"p","code":"` + code + `"}]}}`)
	}
	for query, want := range map[string]string{
		"code:below=s|animal":                           "animal cat dog poodle",
		"code:below=s|dog":                              "dog poodle",
		"code:below=s|poodle":                           "poodle",
		"code:above=s|poodle":                           "animal dog poodle",
		"code:above=s|animal":                           "animal",
		"code:below=s|cat,s|plant":                      "cat plant",
		"code:below=s|dog&code=s|dog":                   "dog",
		"_filter=code ss s|dog":                         "dog poodle",
		"_filter=code sb s|dog":                         "animal dog",
		"_filter=not (code ss s|animal) and code eq s|": "plant",
		"code:below=p|a":                                "p-a p-b p-c",
		"code:above=p|a":                                "p-a p-b p-c p-x",
		"code:below=p|x":                                "p-a p-b p-c p-x",
		"code:below=p|z":                                "p-z",
	} {
		if got, err := w.find(w.admin(), "Observation", query); err != nil || got != observations(want) {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
}

func observations(ids string) string {
	if ids == "" {
		return "|"
	}
	return "Observation/" + strings.ReplaceAll(ids, " ", " Observation/") + "|"
}

func testSubsumedCannotBeToldOf(t *testing.T, open Open) {
	w := newWorld(t, open)
	var many []string
	for i := range 10_001 {
		many = append(many, fmt.Sprintf(`{"code":"c%d"}`, i))
	}
	w.seed(codeSystem("s", complete),
		`{"resourceType":"CodeSystem","id":"n","url":"n","status":"active","content":"not-present"}`,
		`{"resourceType":"CodeSystem","id":"g","url":"g","status":"active","content":"complete","hierarchyMeaning":"grouped-by","concept":[{"code":"a"}]}`,
		`{"resourceType":"CodeSystem","id":"m","url":"m","status":"active","content":"complete","concept":[{"code":"all","concept":[`+strings.Join(many, ",")+`]}]}`)
	for query, want := range map[string]string{
		"code:below=x|a":    "code:below=x|a: the code system is not stored here; store the CodeSystem first",
		"code:above=x|a":    "code:above=x|a: the code system is not stored here; store the CodeSystem first",
		"code:below=s|cow":  "code:below=s|cow: the code system stored here has no such code",
		"code:below=n|a":    `code:below=n|a: the code system is stored with the content "not-present"; only complete and fragment tell its hierarchy`,
		"code:below=g|a":    "code:below=g|a: the code system has a hierarchy of the meaning grouped-by, in which no code subsumes another; it would need is-a",
		"code:below=m|all":  "code:below=m|all: the code system has more than 10000 codes there; name one closer to those you look for",
		"code:above=m|cats": "code:above=m|cats: the code system stored here has no such code",
	} {
		if _, err := w.find(w.admin(), "Observation", query); err == nil || err.Error() != "search parameter "+want {
			t.Errorf("%s: %v\nwant %s", query, err, want)
		}
	}
	if got, err := w.find(w.admin(), "Observation", "code:above=m|c1"); err != nil || got != "|" {
		t.Errorf("a code in a large system: %q, %v", got, err)
	}
}

// A client uses only code systems that it may search; a policy's own are sealed,
// and one that cannot be expanded denies without a word.
func testSubsumedUnderPolicy(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(codeSystem("s", complete), observation("dog", "1", "dog"), observation("poodle", "1", "poodle"), observation("cat", "1", "cat"))
	shown := w.policy(map[string]string{"Observation.s": "", "CodeSystem.s": "status=active"})
	if got, err := w.find(shown, "Observation", "code:below=s|dog"); err != nil || got != observations("dog poodle") {
		t.Errorf("a code system that is shown: %q, %v", got, err)
	}
	const absent = "search parameter code:below=s|dog: the code system is not stored here; store the CodeSystem first"
	for _, view := range []*store.View{
		w.policy(map[string]string{"Observation.s": "", "CodeSystem.s": "status=draft"}),
		w.policy(map[string]string{"Observation.s": ""}),
	} {
		if got, err := w.find(view, "Observation", "code:below=s|dog"); err == nil || err.Error() != absent {
			t.Errorf("a code system that is hidden: %q, %v", got, err)
		}
	}
	for query, want := range map[string]string{
		"code:below=s|dog":                                  "dog poodle",
		"code:above=s|poodle":                               "dog poodle",
		"_filter=not (code ss s|dog)":                       "cat",
		"code:below=s|none":                                 "",
		"code:below=x|dog":                                  "",
		"_filter=not (code ss x|dog)":                       "",
		"code:below=x|dog,s|cat":                            "cat", // one that cannot be expanded takes nothing from another
		"subject._has:Observation:subject:code:below=x|dog": "",
	} {
		view := w.store.View(store.NewPolicy(query, map[store.Rule]search.Expr{
			{Letter: store.Search, Type: "Observation"}: w.where("Observation", query)}))
		if got, err := w.find(view, "Observation", ""); err != nil || got != observations(want) {
			t.Errorf("a policy of %s: %q, %v; want %q", query, got, err, want)
		}
	}
}
