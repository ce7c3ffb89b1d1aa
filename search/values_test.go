package search

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitValue(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"a", []string{"a"}},
		{"a,b", []string{"a", "b"}},
		{",", []string{"", ""}},
		{`a\,b,c`, []string{`a\,b`, "c"}},
		{`a\\,b`, []string{`a\\`, "b"}},
		{`a\\\,b`, []string{`a\\\,b`}},
		{`a\`, []string{`a\`}},
	} {
		if got := splitValue(c.text, ','); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// Whatever texts a client puts together with separators comes apart again.
func TestEscapedTextsComeApartAgain(t *testing.T) {
	escape := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringOf(rapid.RuneFrom([]rune(`a,|$\é `))), 1, 5).Draw(t, "texts")
		separator := rapid.SampledFrom([]byte{',', '|', '$'}).Draw(t, "separator")
		escaped := make([]string, len(texts))
		for i, text := range texts {
			escaped[i] = escape.Replace(text)
		}
		var got []string
		for _, part := range splitValue(strings.Join(escaped, string(separator)), separator) {
			text, err := unescapeValue(part)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, text)
		}
		if !slices.Equal(got, texts) {
			t.Fatalf("got %q, want %q", got, texts)
		}
	})
}
