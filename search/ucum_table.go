package search

import "sync"

// ucumBases are the base units: UCUM's own, and amounts that UCUM counts as pure
// numbers or leaves arbitrary, which are kept apart here.
var ucumBases = [...]string{
	"m", "s", "g", "K", "C", "cd", "rad", "mol", "eq", "osm",
	"[iU]", "[arb'U]", "[USP'U]", "[CFU]", "[PFU]", "[EID_50]", "[TCID_50]", "[GPL'U]", "[MPL'U]", "[APL'U]",
}

// ucumPrefixes are UCUM's metric prefixes.
var ucumPrefixes = map[string]float64{
	"Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1,
	"d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18, "z": 1e-21, "y": 1e-24,
}

// atom is a unit that the notation does not take apart.
type atom struct {
	unit   ucumUnit
	metric bool // takes prefixes
}

// ucumDefinitions are the units in use in clinical data, in terms of units
// above them or of base units, as UCUM 2.1 defines them.
var ucumDefinitions = []struct {
	symbol string
	factor float64
	unit   string
	metric bool
}{
	// Numbers.
	{"10*", 10, "1", false}, {"%", 1e-2, "1", false},
	{"[ppth]", 1e-3, "1", false}, {"[ppm]", 1e-6, "1", false}, {"[ppb]", 1e-9, "1", false},
	{"[HPF]", 1, "1", false}, {"[LPF]", 100, "1", false},
	// Time.
	{"min", 60, "s", false}, {"h", 60, "min", false}, {"d", 24, "h", false}, {"wk", 7, "d", false},
	{"a", 365.25, "d", false}, {"mo", 30.4375, "d", false}, {"Hz", 1, "/s", true},
	// Length and area.
	{"[in_i]", 2.54e-2, "m", false}, {"[ft_i]", 12, "[in_i]", false}, {"[yd_i]", 3, "[ft_i]", false},
	{"[mi_i]", 5280, "[ft_i]", false}, {"[sin_i]", 1, "[in_i]2", false}, {"[sft_i]", 1, "[ft_i]2", false},
	// Volume.
	{"L", 1e-3, "m3", true}, {"l", 1, "L", true}, {"[gal_us]", 231, "[in_i]3", false},
	{"[qt_us]", 0.25, "[gal_us]", false}, {"[pt_us]", 0.5, "[qt_us]", false}, {"[cup_us]", 0.5, "[pt_us]", false},
	{"[foz_us]", 0.125, "[cup_us]", false}, {"[tbs_us]", 0.5, "[foz_us]", false}, {"[tsp_us]", 1.0 / 3, "[tbs_us]", false},
	{"[drp]", 0.05, "mL", false},
	// Mass.
	{"t", 1e6, "g", true}, {"[gr]", 64.79891e-3, "g", false}, {"[lb_av]", 7000, "[gr]", false},
	{"[oz_av]", 0.0625, "[lb_av]", false}, {"[stone_av]", 14, "[lb_av]", false}, {"g%", 1, "g/dL", true},
	// Force, pressure, energy, power.
	{"N", 1, "kg.m/s2", true}, {"Pa", 1, "N/m2", true}, {"bar", 1e5, "Pa", true}, {"atm", 101325, "Pa", false},
	{"m[Hg]", 133.3220e3, "Pa", true}, {"m[H2O]", 9.80665e3, "Pa", true}, {"[in_i'Hg]", 25.4, "mm[Hg]", false},
	{"[psi]", 6894.757293168361, "Pa", false},
	{"J", 1, "N.m", true}, {"cal", 4.184, "J", true}, {"[Cal]", 1, "kcal", false}, {"W", 1, "J/s", true},
	// Electricity, angle, radiation.
	{"A", 1, "C/s", true}, {"V", 1, "J/C", true}, {"Ohm", 1, "V/A", true}, {"S", 1, "A/V", true}, {"F", 1, "C/V", true},
	{"deg", 0.017453292519943295, "rad", false},
	{"Gy", 1, "J/kg", true}, {"Sv", 1, "J/kg", true}, {"Bq", 1, "/s", true}, {"Ci", 3.7e10, "Bq", true},
	// Enzymes and arbitrary units.
	{"kat", 1, "mol/s", true}, {"U", 1, "umol/min", true}, {"[IU]", 1, "[iU]", true},
}

// ucumTemperatures are on scales with a zero of their own, so that they stand
// alone: kelvin = (value + zero) * factor.
var ucumTemperatures = map[string]struct{ zero, factor float64 }{
	"Cel":    {273.15, 1},
	"[degF]": {459.67, 5.0 / 9},
}

// ucumAtoms are base and derived units by symbol.
var ucumAtoms = sync.OnceValue(func() map[string]atom {
	atoms := map[string]atom{}
	for i, base := range ucumBases {
		u := ucumUnit{factor: 1}
		u.dimension[i] = 1
		atoms[base] = atom{u, base != "cd" && base[0] != '[' || base == "[iU]"}
	}
	for _, d := range ucumDefinitions {
		p := ucumParser{rest: d.unit, atoms: atoms}
		u := p.term()
		u.factor *= d.factor
		atoms[d.symbol] = atom{u, d.metric}
	}
	return atoms
})
