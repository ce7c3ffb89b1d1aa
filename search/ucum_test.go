package search

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCanonicalQuantity(t *testing.T) {
	for _, c := range []struct {
		value float64
		code  string
		want  float64
		unit  string
	}{
		// Mass and length.
		{1, "g", 1, "g"}, {4.1, "mg", 0.0041, "g"}, {250, "ug", 2.5e-4, "g"}, {70, "kg", 70000, "g"}, {2, "pg", 2e-12, "g"},
		{1, "[lb_av]", 453.59237, "g"}, {1, "[oz_av]", 28.349523125, "g"}, {1, "[stone_av]", 6350.29318, "g"},
		{152.4, "cm", 1.524, "m"}, {60, "[in_i]", 1.524, "m"}, {5, "[ft_i]", 1.524, "m"}, {3, "mm", 0.003, "m"},
		// Volume.
		{1, "L", 0.001, "m3"}, {1, "l", 0.001, "m3"}, {1, "dL", 1e-4, "m3"}, {1000, "mL", 0.001, "m3"}, {90, "fL", 9e-17, "m3"},
		{1, "[foz_us]", 2.95735295625e-5, "m3"}, {3, "[tsp_us]", 1.47867647812e-5, "m3"}, {1, "[gal_us]", 0.003785411784, "m3"},
		// Concentration.
		{100, "mg/dL", 1000, "m-3.g"}, {1, "g/L", 1000, "m-3.g"}, {14, "g/dL", 140000, "m-3.g"}, {1, "ng/mL", 0.001, "m-3.g"},
		{5.4, "mmol/L", 5.4, "m-3.mol"}, {5400, "umol/L", 5.4, "m-3.mol"},
		{140, "meq/L", 140, "m-3.eq"}, {290, "mosm/kg", 2.9e-4, "g-1.osm"},
		{7.5, "10*3/uL", 7.5e12, "m-3"}, {7.5, "10*9/L", 7.5e12, "m-3"}, {7.5, "10^9/L", 7.5e12, "m-3"}, {7500, "{cells}/uL", 7.5e12, "m-3"},
		{40, "U/L", 6.66666666667e-4, "m-3.s-1.mol"}, {1, "ukat/L", 0.001, "m-3.s-1.mol"},
		{2.5, "m[iU]/L", 2.5, "m-3.[iU]"}, {2.5, "m[IU]/L", 2.5, "m-3.[iU]"}, {2.5, "u[iU]/mL", 2.5, "m-3.[iU]"},
		// Pressure.
		{120, "mm[Hg]", 15998640, "m-1.s-2.g"}, {16, "kPa", 16000000, "m-1.s-2.g"}, {10, "cm[H2O]", 980665, "m-1.s-2.g"},
		// Temperature.
		{37, "Cel", 310.15, "K"}, {98.6, "[degF]", 310.15, "K"}, {-40, "[degF]", 233.15, "K"}, {310.15, "K", 310.15, "K"},
		// Time and rates.
		{72, "/min", 1.2, "s-1"}, {72, "{beats}/min", 1.2, "s-1"}, {1, "h", 3600, "s"}, {1, "d", 86400, "s"}, {2, "wk", 1209600, "s"}, {1, "a", 31557600, "s"},
		{1, "mo", 2629800, "s"}, {400, "ms", 0.4, "s"}, {20, "mm/h", 5.55555555556e-6, "m.s-1"},
		{90, "mL/min/{1.73_m2}", 1.5e-6, "m3.s-1"}, {5, "ug/kg/min", 8.33333333333e-11, "s-1"}, {5, "ug/(kg.min)", 8.33333333333e-11, "s-1"},
		// Others.
		{40, "%", 0.4, "1"}, {5, "{score}", 5, "1"}, {5, "1", 5, "1"}, {5, "[ppm]", 5e-6, "1"},
		{22, "kg/m2", 22000, "m-2.g"}, {1.8, "m2", 1.8, "m2"}, {2, "kcal", 8368000, "m2.s-2.g"}, {1, "mV", 1, "m2.s-2.g.C-1"},
		{0, "mg", 0, "g"},
	} {
		got, unit, ok := CanonicalQuantity(c.value, c.code)
		if !ok || got != c.want || unit != c.unit {
			t.Errorf("CanonicalQuantity(%v, %q) = %v, %q, %v, want %v, %q", c.value, c.code, got, unit, ok, c.want, c.unit)
		}
	}
}

func TestCanonicalQuantityUnknownUnits(t *testing.T) {
	for _, code := range []string{
		"", "mmHg", "tablet", "[pH]", "kh", "k%", "MG", "xg", "mg//dL", "mg/", "mg.", "(mg", "mg)", "mg{", "mg-", "m99",
		"Cel/min", "{", "m[Hg", "0", "g/0", "10*3 /uL", "mg dL", "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((g",
	} {
		if got, unit, ok := CanonicalQuantity(1, code); ok {
			t.Errorf("CanonicalQuantity(1, %q) = %v, %q, want not ok", code, got, unit)
		}
	}
}

// A larger value stays the larger one, whatever the unit.
func TestCanonicalQuantityKeepsOrder(t *testing.T) {
	codes := []string{"mg", "[lb_av]", "Cel", "[degF]", "mm[Hg]", "g/dL", "%", "/min", "10*3/uL"}
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom(codes).Draw(t, "code")
		a := rapid.Float64Range(-1e6, 1e6).Draw(t, "a")
		b := rapid.Float64Range(-1e6, 1e6).Draw(t, "b")
		low, _, _ := CanonicalQuantity(min(a, b), code)
		high, _, _ := CanonicalQuantity(max(a, b), code)
		if low > high {
			t.Fatalf("%v > %v", low, high)
		}
	})
}

func FuzzCanonicalQuantity(f *testing.F) {
	f.Add("mg/dL")
	f.Add("10*3/(uL.{x}[lb_av]2)")
	f.Fuzz(func(t *testing.T, code string) {
		if _, unit, ok := CanonicalQuantity(1, code); ok && unit != "K" {
			if _, again, ok := CanonicalQuantity(1, unit); !ok || again != unit {
				t.Fatalf("the canonical unit %q of %q is not its own", unit, code)
			}
		}
	})
}
