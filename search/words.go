package search

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the length in bytes beyond which a word is none: nobody asks for
// one, and data in disguise shall not fill the index.
const maxWord = 100

// Words are the words of a text as `_text` and `_content` know them, sorted,
// each once: runs of letters, digits and marks, folded. A word of more than 100
// bytes is left out.
func Words(s string) []string { return uniqueWords(appendWords(nil, s)) }

func uniqueWords(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

func appendWords(words []string, s string) []string {
	s = Fold(s)
	start := -1
	end := func(at int) {
		if start >= 0 && at-start <= maxWord {
			words = append(words, s[start:at])
		}
		start = -1
	}
	for at, c := range s {
		switch {
		case !isWordRune(c):
			end(at)
		case start < 0:
			start = at
		}
	}
	end(len(s))
	return words
}

func isWordRune(c rune) bool {
	if c < utf8.RuneSelf {
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z'
	}
	return unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c)
}

// plainText is the text of a narrative: its tags and comments become blanks, its
// entities the characters they stand for (narrative.html#xhtml).
func plainText(xhtml string) string {
	if !strings.ContainsAny(xhtml, "<&") {
		return xhtml
	}
	var b strings.Builder
	b.Grow(len(xhtml))
	for {
		before, rest, ok := strings.Cut(xhtml, "<")
		b.WriteString(before)
		if !ok {
			return unescape(b.String())
		}
		b.WriteByte(' ')
		xhtml = afterTag(rest)
	}
}

// afterTag is what follows a tag or comment, given what follows its `<`. A `>`
// within quotes does not end a tag.
func afterTag(s string) string {
	if strings.HasPrefix(s, "!--") {
		_, rest, _ := strings.Cut(s[3:], "-->")
		return rest
	}
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return s[i+1:]
		}
	}
	return ""
}

// unescape replaces entities.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return html.UnescapeString(s)
}
