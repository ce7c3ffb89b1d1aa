package search

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" ,.- ", nil},
		{"Blood pressure, BLOOD!", []string{"blood", "pressure"}},
		{"HbA1c 5.4%", []string{"4", "5", "hba1c"}},
		{"Crohn's", []string{"crohn", "s"}},
		{"Ménière Straße", []string{"meniere", "strasse"}},
		{"血圧 120", []string{"120", "血圧"}},
		{strings.Repeat("a", 100) + " " + strings.Repeat("b", 101), []string{strings.Repeat("a", 100)}},
	} {
		if got := Words(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Words(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// A word is its own only word, so that a word in a query finds it.
func TestWordsOfAWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, word := range Words(rapid.String().Draw(t, "text")) {
			if got := Words(word); !slices.Equal(got, []string{word}) {
				t.Fatalf("Words(%q) = %q", word, got)
			}
		}
	})
}

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ xhtml, want string }{
		{"plain", "plain"},
		{"<p>a</p>b", " a b"},
		{"a<!-- > <b> -->c", "a c"},
		{`a<x y=">">c`, "a c"},
		{"a &lt;b&gt;", "a <b>"},
		{"a<b", "a "},
		{"a<!-- b", "a "},
	} {
		if got := plainText(c.xhtml); got != c.want {
			t.Errorf("plainText(%q) = %q, want %q", c.xhtml, got, c.want)
		}
	}
}
