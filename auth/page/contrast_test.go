package page

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// pairs are text and ground, and the contrast that they need: 4.5 for text, 3 for
// what only has to be seen (WCAG 2.2, 1.4.3 and 1.4.11).
var pairs = []struct {
	text, ground string
	least        float64
}{
	{"ink", "paper", 4.5}, {"ink", "card", 4.5}, {"ink", "hover", 4.5},
	{"quiet", "paper", 4.5}, {"quiet", "card", 4.5}, {"quiet", "hover", 4.5},
	{"link", "paper", 4.5}, {"link", "card", 4.5}, {"link", "hover", 4.5},
	{"red", "card", 4.5}, {"on-red", "red", 4.5},
	{"on-green", "green", 4.5}, {"on-green", "green-deep", 4.5},
	{"amber-ink", "amber-bg", 4.5}, {"red-ink", "red-bg", 4.5}, {"mint-ink", "mint-bg", 4.5},
	{"edge", "paper", 3}, {"edge", "card", 3}, {"focus", "paper", 3}, {"focus", "card", 3},
}

var (
	colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)
	scheme = regexp.MustCompile(`(?s):root \{(.*?)\n\s*\}`)
)

func TestContrast(t *testing.T) {
	css, err := static.ReadFile("static/granary.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := scheme.FindAllSubmatch(css, -1)
	if len(schemes) != 2 {
		t.Fatalf("%d schemes of colours", len(schemes))
	}
	light := map[string]float64{}
	for i, s := range schemes {
		colours := map[string]float64{}
		for _, c := range colour.FindAllSubmatch(s[1], -1) {
			colours[string(c[1])] = luminance(t, string(c[2]))
		}
		if i == 0 {
			light = colours
		}
		if len(colours) < len(light) {
			t.Errorf("scheme %d has %d colours, not %d", i, len(colours), len(light))
		}
		for _, p := range pairs {
			if c := contrast(colours[p.text], colours[p.ground]); c < p.least {
				t.Errorf("scheme %d: %s on %s has %.2f, not %.1f", i, p.text, p.ground, c, p.least)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
