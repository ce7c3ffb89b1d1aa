package synthetic

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// npi is a National Provider Identifier: ten digits of which the last checks the
// others, after Luhn, with 80840 before them.
func npi(d dice) string {
	digits := fmt.Sprintf("1%08d", d.below(100_000_000))
	sum := 24 // what 80840 adds
	for i, c := range digits {
		n := int(c - '0')
		if i%2 == 0 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	return fmt.Sprintf("%s%d", digits, (10-sum%10)%10)
}

// phone is a number that nobody has: 555-0100 to 0199 are kept for stories.
func phone(d dice, at town) string {
	return fmt.Sprintf("+1 %s 555 %04d", at.area, d.between(100, 199))
}

// readStreets reads streets.tsv.
func readStreets() []string {
	var all []string
	for _, row := range rows("streets") {
		all = append(all, row[0])
	}
	return all
}

// address is a house in a town.
func address(d dice, at town) r4.Address {
	line := fmt.Sprintf("%d %s", d.between(1, 999), pick(d, streets()))
	return r4.Address{Use: "work", Line: []string{line}, City: at.city, State: at.state, PostalCode: at.zip, Country: "US"}
}

// degrees is a decimal as cities.tsv has it.
func degrees(literal string) r4.Decimal {
	whole, fraction, _ := strings.Cut(literal, ".")
	return r4.Decimal{Value: number(whole + fraction), Digits: len(fraction)}
}

// slug is a text in the letters of a host name or an id.
func slug(words string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(words)) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case (r == ' ' || r == '-') && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}
