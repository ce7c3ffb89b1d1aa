package validation

import (
	"encoding/xml"
	"strings"
)

// checkText checks the references to characters and entities in a text.
func checkText(text string) *markup {
	if err := checkCharacters(text); err != nil {
		return err
	}
	for {
		_, after, found := strings.Cut(text, "&")
		if !found {
			return nil
		}
		name, rest, closed := strings.Cut(after, ";")
		if !closed || !isEntity(name) {
			return malformed(`"&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`)
		}
		text = rest
	}
}

func checkCharacters(text string) *markup {
	if !isXMLText(text) {
		return malformed("a character that XML does not admit")
	}
	return nil
}

func isXMLText(text string) bool {
	for _, c := range text {
		if !isXMLCharacter(c) {
			return false
		}
	}
	return true
}

func isXMLCharacter(c rune) bool {
	return c >= ' ' && c < 0xD800 || c == '\t' || c == '\n' || c == '\r' || c > 0xDFFF && c < 0xFFFE || c > 0xFFFF && c <= 0x10FFFF
}

// isEntity tells whether a name between & and ; is XML's, HTML's, or a number of
// a character.
func isEntity(name string) bool {
	if number, ok := strings.CutPrefix(name, "#"); ok {
		return isXMLCharacter(characterNumber(number))
	}
	_, named := xml.HTMLEntity[name]
	return named || name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos"
}

// characterNumber reads 65 or x41; 0, which is no character of XML, if it is
// neither.
func characterNumber(text string) rune {
	base := rune(10)
	if digits, ok := strings.CutPrefix(text, "x"); ok {
		text, base = digits, 16
	}
	var number rune
	for i := range len(text) {
		digit := strings.IndexByte("0123456789abcdef", text[i]|0x20)
		if digit < 0 || rune(digit) >= base || number > 0x10FFFF {
			return 0
		}
		number = number*base + rune(digit)
	}
	return number
}
