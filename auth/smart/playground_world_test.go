package smart

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/seed" //nolint:depguard // a test: the examples of the documentation are about the built-in patients
	"github.com/granary-fhir/granary/store"
)

// sandbox is a world with the built-in patients, and the people who go with them.
func sandbox(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := emptyWorld(t, change...)
	view := w.Store.View(store.Unrestricted("tests"))
	if _, err := seed.Import(w.Context(), seed.BuiltIn(), seed.Store{View: view, Registry: w.Store.Registry()}, nil); err != nil {
		t.Fatal(err)
	}
	for _, p := range seed.Demonstration() {
		account := user.Account{Name: p.Name, DisplayName: p.DisplayName, Role: user.Role(p.Role), FHIRUser: p.FHIRUser, Links: p.Links, Demo: w.Sandbox}
		hashed, err := w.Accounts.Hash(w.Context(), account, password)
		w.must(err)
		_, err = w.Accounts.Add(w.Context(), account, hashed)
		w.must(err)
	}
	return w
}

// shownPage is the playground as it is read.
type shownPage struct {
	response
	root *html.Node
}

// plays opens a state of the playground.
func (b *browser) plays(fields ...string) shownPage {
	b.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		q.Set(fields[i], fields[i+1])
	}
	return b.page(b.get(playgroundPath + "?" + q.Encode()))
}

func (b *browser) page(r response) shownPage {
	b.Helper()
	root, err := html.Parse(strings.NewReader(r.body))
	b.must(err)
	return shownPage{r, root}
}

// all are the elements of a name and class below a node, nil for the page.
func (p shownPage) all(of *html.Node, name, class string) []*html.Node {
	if of == nil {
		of = p.root
	}
	var found []*html.Node
	for n := range of.Descendants() {
		if n.Type == html.ElementNode && n.Data == name && (class == "" || slices.Contains(strings.Fields(attribute(n, "class")), class)) {
			found = append(found, n)
		}
	}
	return found
}

// shownType is a row of the tables of types.
type shownType struct {
	typ, letters, visible string
	first                 []string // ids
	predicates            []string // letters, and what they reach
}

// types are the rows of the table of types, or of that of the empty ones.
func (p shownPage) types(empty bool) []shownType {
	var rows []shownType
	for _, table := range p.all(nil, "table", "types") {
		if strings.Contains(textOf(p.all(table, "caption", "")[0]), "empty") != empty {
			continue
		}
		for _, tr := range p.all(table, "tr", "")[1:] {
			cells := p.all(tr, "td", "")
			row := shownType{typ: textOf(p.all(tr, "th", "")[0]), letters: textOf(cells[0]), visible: textOf(cells[1])}
			for _, list := range p.all(tr, "ul", "ids") {
				for _, li := range p.all(list, "li", "") {
					row.first = append(row.first, textOf(li))
				}
			}
			for _, list := range p.all(tr, "dl", "predicates") {
				for _, div := range p.all(list, "div", "") {
					row.predicates = append(row.predicates, textOf(p.all(div, "dt", "")[0])+" "+textOf(p.all(div, "dd", "")[0]))
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// counts are the types with what is visible of them: "Observation 4".
func (p shownPage) counts() string {
	var counts []string
	for _, row := range p.types(false) {
		counts = append(counts, row.typ+" "+row.visible)
	}
	return strings.Join(counts, ", ")
}

// refusals are the reasons for which scopes were refused.
func (p shownPage) refusals() []string {
	var reasons []string
	for _, li := range p.all(nil, "ol", "asked") {
		for _, para := range p.all(li, "p", "") {
			if reason, refused := strings.CutPrefix(textOf(para), "refused "); refused {
				reasons = append(reasons, reason)
			}
		}
	}
	return reasons
}

// listings are the documents and commands of the page.
func (p shownPage) listings() []string {
	var texts []string
	for _, pre := range p.all(nil, "pre", "listing") {
		for n := range pre.Descendants() {
			if n.Type == html.TextNode {
				texts = append(texts, n.Data)
			}
		}
	}
	return texts
}

func (p shownPage) ok(t *testing.T) shownPage {
	t.Helper()
	if p.status != http.StatusOK {
		t.Fatalf("%d %s", p.status, textOf(p.root))
	}
	return p
}
