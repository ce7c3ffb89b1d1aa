package smart

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// documents are those whose examples the playground has.
var documents = []string{"README.md", "docs/scopes.md", "docs/smart.md", "docs/playground.md"}

// exampleOfScope is a scope on resources in a document, perhaps with an ellipsis.
var exampleOfScope = regexp.MustCompile("\\b(patient|user|system)/[A-Za-z*]+\\.[$a-zA-Z*-]+(\\?[^\\s\"'`)<…]+…?)?")

// scopesOf are the scopes that a document has as examples.
func scopesOf(t *testing.T, path string) (text string, scopes []string) {
	t.Helper()
	read, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.NewReplacer(`\|`, "|", "$vitals", ofVitalSigns).Replace(string(read))
	return text, exampleOfScope.FindAllString(text, -1)
}

// Every scope that the documents have as an example is one of the page's, and those of
// docs/scopes.md lead there.
func TestPlaygroundHasTheExamplesOfTheDocumentation(t *testing.T) {
	var known []string
	scopes, _ := os.ReadFile("../../docs/scopes.md")
	for _, group := range documented {
		for _, e := range group.examples {
			known = append(known, strings.Fields(e.scopes)...)
			if link := "(http://127.0.0.1:8080" + playgroundPath + "?" + e.query() + ")"; !strings.Contains(string(scopes), link) {
				t.Errorf("docs/scopes.md has no link to %s:\n%s", e.scopes, link)
			}
		}
	}
	for _, path := range documents {
		_, examples := scopesOf(t, path)
		for _, one := range examples {
			begin, open := strings.CutSuffix(one, "…")
			if !slices.ContainsFunc(known, func(k string) bool { return k == begin || open && strings.HasPrefix(k, begin) }) {
				t.Errorf("%s has the example %s, and the playground has not", path, one)
			}
		}
		if len(examples) < 3 && path != "docs/playground.md" {
			t.Errorf("%s has %d examples", path, len(examples))
		}
	}
}

var playgroundLink = regexp.MustCompile(`\(http://127\.0\.0\.1:8080(/playground\?[^)]*)\)`)

// Every example opens, and is refused only where the documents say so.
func TestPlaygroundOpensEveryExample(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	refused := map[string]bool{}
	for _, group := range documented {
		for _, e := range group.examples {
			refused[playgroundPath+"?"+e.query()] = group.refused
		}
	}
	for _, path := range documents {
		text, _ := scopesOf(t, path)
		for _, link := range playgroundLink.FindAllStringSubmatch(text, -1) {
			if _, known := refused[link[1]]; !known {
				t.Errorf("%s links to what is no example of the page: %s", path, link[1])
			}
		}
	}
	shown := b.page(b.get(playgroundPath)).all(nil, "ul", "examples")
	for state, refused := range refused {
		p := b.page(b.get(state))
		if p.status != http.StatusOK || (len(p.refusals()) > 0) != refused || (p.counts() == "") != refused {
			t.Errorf("%s: %d %q %q", state, p.status, p.refusals(), p.counts())
		}
		linked := slices.ContainsFunc(shown, func(list *html.Node) bool {
			return slices.ContainsFunc(p.all(list, "a", ""), func(a *html.Node) bool { return attribute(a, "href") == state })
		})
		if !linked {
			t.Errorf("the page has no link to %s", state)
		}
	}
	if len(refused) < 25 {
		t.Errorf("%d examples", len(refused))
	}
}
