package page

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parse is the document that an answer has.
func parse(t testing.TB, w *httptest.ResponseRecorder) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// all are the elements with one of the names, in order.
func all(doc *html.Node, names ...string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// eachSample runs a test on the document of each sample.
func eachSample(t *testing.T, test func(t *testing.T, doc *html.Node)) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) { test(t, parse(t, render(t, s.show))) })
	}
}

func TestNothingRunsInline(t *testing.T) {
	eachSample(t, func(t *testing.T, doc *html.Node) {
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "style", "base", "object", "embed":
				t.Errorf("there is a %s", n.Data)
			case "script":
				if text(n) != "" || !strings.HasPrefix(attribute(n, "src"), "/static/") {
					t.Errorf("a script is not a static file: %v", n.Attr)
				}
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") && a.Key != "value" {
					t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
				}
				if strings.Contains(a.Val, "ZgotmplZ") {
					t.Errorf("%s %s was refused by html/template", n.Data, a.Key)
				}
			}
		}
	})
}

func TestEveryPageIsAccessible(t *testing.T) {
	eachSample(t, func(t *testing.T, doc *html.Node) {
		ids := map[string]int{}
		labelled := map[string]bool{}
		for n := range doc.Descendants() {
			if id := attribute(n, "id"); id != "" {
				ids[id]++
			}
			if n.Data == "label" {
				labelled[attribute(n, "for")] = text(n) != ""
			}
		}
		for id, times := range ids {
			if times > 1 {
				t.Errorf("the id %s is there %d times", id, times)
			}
		}
		if len(all(doc, "h1")) != 1 || len(all(doc, "main")) != 1 || len(all(doc, "header")) != 1 {
			t.Error("there should be one h1, one main and one header")
		}
		if attribute(all(doc, "html")[0], "lang") != "en" || !strings.HasSuffix(text(all(doc, "title")[0]), " · Granary") {
			t.Error("no language, or no title")
		}
		if first := all(doc, "a")[0]; attribute(first, "href") != "#main" || ids["main"] != 1 {
			t.Error("the first link should skip to the content")
		}
		for _, n := range all(doc, "input", "select", "textarea") {
			if attribute(n, "type") != "hidden" && !labelled[attribute(n, "id")] {
				t.Errorf("%s %s has no label", n.Data, attribute(n, "name"))
			}
		}
		for n := range doc.Descendants() {
			for _, key := range []string{"aria-describedby", "aria-labelledby", "for"} {
				if id := attribute(n, key); id != "" && ids[id] != 1 {
					t.Errorf("%s %s is %q, which is nowhere", n.Data, key, id)
				}
			}
			if (n.Data == "button" || n.Data == "a" || n.Data == "summary" || n.Data == "legend") && n.Type == html.ElementNode && text(n) == "" {
				t.Errorf("a %s says nothing", n.Data)
			}
			if n.Data == "fieldset" && n.FirstChild != nil && len(all(n, "legend")) == 0 {
				t.Error("a fieldset has no legend")
			}
			if n.Data == "img" && !has(n, "alt") || n.Data == "iframe" && attribute(n, "title") == "" {
				t.Errorf("%s has no alternative", n.Data)
			}
		}
	})
}

func TestFormsCarryTheirHiddenFields(t *testing.T) {
	eachSample(t, func(t *testing.T, doc *html.Node) {
		for _, form := range all(doc, "form") {
			if attribute(form, "method") == "get" {
				continue
			}
			found := ""
			for _, n := range all(form, "input") {
				if attribute(n, "type") == "hidden" && attribute(n, "name") == "csrf" {
					found = attribute(n, "value")
				}
			}
			if found != "c5rf" || !strings.HasPrefix(attribute(form, "action"), "/") {
				t.Errorf("the form to %q carries %q", attribute(form, "action"), found)
			}
		}
	})
}

func TestLinksToElsewhereLeaveNothingBehind(t *testing.T) {
	eachSample(t, func(t *testing.T, doc *html.Node) {
		for _, a := range all(doc, "a") {
			rel := strings.Fields(attribute(a, "rel"))
			elsewhere := !strings.HasPrefix(attribute(a, "href"), "/")
			if elsewhere && attribute(a, "target") == "_blank" && (!slices.Contains(rel, "noopener") || !slices.Contains(rel, "noreferrer")) {
				t.Errorf("%s opens a tab with rel=%q", attribute(a, "href"), rel)
			}
		}
	})
}
